import { probeAgent } from "../agent/probe.ts";
import { systemClock } from "../platform/clock.ts";
import { messageOf, UserError } from "../platform/failure.ts";
import { formatDuration, plural } from "../platform/text.ts";
import { git, workTree } from "../git/git.ts";
import { resolveConfig, type Resolved } from "../config/resolve.ts";
import { loadHooks } from "../hooks/hooks_file.ts";
import { findRoot } from "../config/root.ts";
import { baseName, exists, parentPath } from "../platform/paths.ts";
import { splitWords } from "../platform/words.ts";
import { checkSessions } from "../store/check.ts";
import { integrityProblem } from "../store/integrity.ts";
import { isStore, openStore, storeFile } from "../store/open.ts";
import { StoreError } from "../store/errors.ts";
import { makeRunEnvironment } from "./build/environment.ts";
import { type CommandWorld, dataDirectory, openToLook } from "./context.ts";
import { dubious, type Finding, findingLines, fine, wrong } from "./diagnosis.ts";
import { freeSpace } from "../platform/free_space.ts";
import { unwritable } from "../platform/unwritable.ts";
import { VERSION } from "./version.ts";

/** The flags of `iteratr doctor`. */
export interface DoctorFlags {
  readonly check?: boolean;
  readonly json?: boolean;
  readonly dataDir?: string;
}

/** Versions of opencode that the tests run against. */
const TESTED_OPENCODE = /^1\.18\./;
const CRON_PATH = "/usr/bin:/bin";
const LITTLE_SPACE_BYTES = 100 * 1024 ** 2;

/**
 * `iteratr doctor`: looks at everything that a run needs, and says what to mend. With `--check`, the store
 * is also checked: SQLite's own check of the file, then for each session whether its views are what its
 * log adds up to. It changes nothing.
 *
 * @returns the exit code: 1 when a run would fail.
 * @throws {StoreError} `damaged` with the first difference that `--check` finds.
 */
export async function doctor(flags: DoctorFlags, world: CommandWorld): Promise<number> {
  if (flags.check === true) {
    await checkStore(dataDirectory(world, flags.dataDir), world);
    return 0;
  }
  const findings: Finding[] = [];
  const root = findRoot(world.cwd, world.env("HOME") || undefined);
  const config = configuration(root, flags, world, findings);
  findings.push(await gitFinding(root));
  if (config !== undefined) {
    findings.push(hooksFinding(root), gatesFinding(config));
    findings.push(await storeFinding(config.config.data_dir));
    findings.push(...await agentFindings(root, config, world));
  }
  findings.push(terminalFinding());
  world.stdout(
    flags.json === true ? `${JSON.stringify(findings)}\n` : findingLines(findings),
  );
  return findings.some(({ verdict }) => verdict === "failed") ? 1 : 0;
}

function configuration(
  root: string,
  flags: DoctorFlags,
  world: CommandWorld,
  findings: Finding[],
): Resolved | undefined {
  try {
    const given = new Map(flags.dataDir === undefined ? [] : [["data-dir", flags.dataDir]]);
    const resolved = resolveConfig({ root, env: world.env, flags: given });
    const files = resolved.files.filter(({ isThere }) => isThere).map(({ path }) => path);
    findings.push(fine("root", root));
    findings.push(fine("config", files.length === 0 ? "no file; defaults" : files.join(", ")));
    findings.push(
      resolved.config.model === undefined
        ? dubious("model", "none is set", "Set it: iteratr config set model provider/model")
        : fine("model", resolved.config.model),
    );
    return resolved;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    findings.push(wrong("config", messageOf(error), error.hints.join("; ") || "Mend the file"));
    return undefined;
  }
}

async function gitFinding(root: string): Promise<Finding> {
  const { ok, stdout } = await git(root, ["--version"]);
  if (!ok) return wrong("git", "not found", "Install git");
  const version = stdout.trim().replace(/^git version /, "");
  const tree = await workTree(root);
  return tree === undefined
    ? dubious("git", `${version}; ${root} is in no work tree`, "Begin one: git init")
    : fine("git", `${version}; work tree ${tree}`);
}

function hooksFinding(root: string): Finding {
  try {
    const hooks = Object.values(loadHooks(root)).flat();
    return fine("hooks", hooks.length === 0 ? "none" : `${plural(hooks.length, "hook")}, valid`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return wrong("hooks", messageOf(error), error.hints.join("; ") || "Mend the file");
  }
}

function gatesFinding({ config: { verify } }: Resolved): Finding {
  if (verify.length > 0) return fine("gates", verify.map(({ name }) => name).join(", "));
  return dubious(
    "gates",
    "none: nothing proves that a finished session is done",
    "Name a command that has to succeed: iteratr config set verify 'your test command'",
  );
}

async function storeFinding(directory: string): Promise<Finding> {
  const file = storeFile(directory);
  try {
    {
      await using _store = await openToLook(directory);
    }
    const locked = unwritable(directory);
    if (locked !== undefined) {
      return wrong("store", `${directory} cannot be written: ${locked}`, "Change its permissions");
    }
    const obstacle = await writeObstacle(directory);
    if (obstacle !== undefined) {
      return wrong("store", `${directory}: ${obstacle}`, "Make it writable, or use --data-dir");
    }
    const bytes = await freeSpace(directory);
    const space = bytes === undefined ? "" : `, ${Math.round(bytes / 1024 ** 2)} MiB free`;
    const detail = `${directory}${isStore(file) ? "" : " (not there yet)"}${space}`;
    return bytes !== undefined && bytes < LITTLE_SPACE_BYTES
      ? dubious("store", detail, "Make room on the disk")
      : fine("store", detail);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return wrong("store", messageOf(error), "Look closer: iteratr doctor --check");
  }
}

/** Why nothing can be written where the data directory is or will be; the trial leaves no trace. */
async function writeObstacle(directory: string): Promise<string | undefined> {
  let at = directory;
  while (!exists(at) && at !== "/") at = parentPath(at);
  try {
    await Deno.remove(await Deno.makeTempFile({ dir: at, prefix: ".iteratr-trial-" }));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

async function agentFindings(
  root: string,
  { config }: Resolved,
  world: CommandWorld,
): Promise<readonly Finding[]> {
  try {
    const command = splitWords("agent.command", config["agent.command"]);
    const settings = { root, command, session: "doctor", dataDirectory: config.data_dir };
    const run = crypto.randomUUID();
    await using environment = await makeRunEnvironment(run, settings, Deno.env.toObject());
    const probe = await probeAgent(environment.agent, {
      clock: systemClock,
      version: VERSION,
      model: config.model,
    });
    const detail = `${probe.name} ${probe.version}, ready in ${formatDuration(probe.ms)}`;
    const isUntested = baseName(command[0]) === "opencode" && !TESTED_OPENCODE.test(probe.version);
    return [
      isUntested
        ? dubious("agent", `${detail}; tested are versions 1.18.x`, "Report what does not work")
        : fine("agent", detail),
      await cronFinding(command[0], world),
    ];
  } catch (error) {
    const hints = error instanceof UserError ? error.hints.join("; ") : "";
    return [
      wrong("agent", messageOf(error), hints || `Try it by hand: ${config["agent.command"]}`),
    ];
  }
}

/** Whether a cron job, whose PATH is short, would find the agent. */
async function cronFinding(program: string, world: CommandWorld): Promise<Finding> {
  if (program.includes("/")) return fine("cron", `the agent is named by its path, ${program}`);
  const { success } = await new Deno.Command("/bin/sh", {
    args: ["-c", 'command -v -- "$1"', "sh", program],
    env: { PATH: CRON_PATH, HOME: world.env("HOME") ?? "/" },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  return success ? fine("cron", `${program} is on the PATH that cron has`) : dubious(
    "cron",
    `${program} is not on the PATH that cron has (${CRON_PATH})`,
    "For runs from cron, name it by its path: iteratr config set agent.command '/path/to/opencode acp'",
  );
}

function terminalFinding(): Finding {
  return fine(
    "terminal",
    Deno.stdout.isTerminal() ? `${Deno.consoleSize().columns} columns` : "none; lines are plain",
  );
}

async function checkStore(directory: string, world: CommandWorld): Promise<void> {
  const file = storeFile(directory);
  if (!isStore(file)) {
    world.stdout(`store   ${file}  not there yet\n`);
    return;
  }
  const problem = integrityProblem(directory);
  if (problem !== undefined) {
    throw new StoreError("damaged", `the store ${file} is damaged: ${problem}`);
  }
  world.stdout(`store   ${file}  ok\n`);
  await using store = await openStore({ directory, create: false });
  for await (const result of checkSessions(store)) {
    if (result.problem !== undefined) {
      throw new StoreError("damaged", `session ${result.session}: ${result.problem}`);
    }
    const verdict = result.isBusy ? "ok; written all the time, so views not compared" : "ok";
    world.stdout(`session ${result.session}  ${plural(result.events, "event")}  ${verdict}\n`);
  }
}
