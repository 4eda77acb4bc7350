import { systemClock } from "../../src/platform/clock.ts";
import { joinPath } from "../../src/platform/paths.ts";
import { shellQuote } from "../../src/platform/words.ts";
import { preciseNow } from "./processes/clock.ts";
import { type Look, readTurns, type Turn } from "./processes/turns.ts";
import type { Stage } from "./stage.ts";

/** A run to measure. */
export interface QuickRun {
  /** A project on the stage, made by {@linkcode makeProject}. */
  readonly project: string;
  /** How many iterations it has. */
  readonly turns: number;
  /** How many updates the agent streams in each. */
  readonly updates: number;
  /** Where its output goes. */
  readonly output: "null" | "pipe" | "file";
  /** Who runs: the program, or a bare client of the same agent, which may look at git or commit. */
  readonly client: "iteratr" | keyof typeof LOOKS;
  /** A file of the project that the agent changes in each turn. */
  readonly edits?: string;
}

/** What a bare client is told to do with git. */
const LOOKS = { "bare": "-", "bare with git": "git", "bare with commit": "commit" } as const;

/** What was seen of a run. */
export interface Seen {
  readonly turns: readonly Turn[];
  readonly looks: readonly Look[];
  /** Milliseconds from the arrival of the first prompt until all was over. */
  readonly ms: number;
}

/** What a run ends with whose iterations are used up, as all runs here are. */
const LIMIT_REACHED = 5;

let runs = 0;

/** Makes a project with a spec and so many files, committed when it is to be in git. */
export async function makeProject(
  stage: Stage,
  name: string,
  { files, git }: { readonly files: number; readonly git: boolean },
): Promise<string> {
  const root = stage.path(name);
  await Deno.mkdir(joinPath(root, "specs"), { recursive: true });
  await Deno.writeTextFile(joinPath(root, "specs/SPEC.md"), "# A few files\n\nWrite them.\n");
  await Deno.writeTextFile(
    joinPath(root, "iteratr.yml"),
    "stall:\n  iterations: 1000000\n  without_task: 1000000\n",
  );
  for (let n = 0; n < files; n++) {
    // In pieces, each of them at once: nothing is being written while the stage is struck.
    if (n % 100 === 0) await systemClock.sleep(0);
    const directory = stage.path(joinPath(name, `files-${Math.floor(n / 100)}`));
    if (n % 100 === 0) Deno.mkdirSync(directory);
    Deno.writeTextFileSync(joinPath(directory, `file-${n}.txt`), `This is file ${n}.\n`);
  }
  if (git) {
    await runGit(stage, name, ["init", "-q"]);
    await runGit(stage, name, ["config", "user.name", "A"]);
    await runGit(stage, name, ["config", "user.email", "a@example.org"]);
    await runGit(stage, name, ["add", "-A"]);
    await runGit(stage, name, ["commit", "-q", "-m", "start"]);
  }
  return name;
}

async function runGit(stage: Stage, cwd: string, args: readonly string[]): Promise<void> {
  const { code } = await stage.open(["git", ...args], { cwd, stdout: "null" }).status;
  if (code !== 0) throw new Error(`git ${args.join(" ")} has failed in ${cwd} (exit ${code})`);
}

/** Runs to the end. @throws {Error} when it ends otherwise than by its limit. */
export async function quickRun(stage: Stage, run: QuickRun): Promise<Seen> {
  const name = `quick-${++runs}`;
  const log = stage.path(`${name}.log`);
  const temporary = stage.path("tmp");
  await Deno.mkdir(temporary, { recursive: true });
  const script = (file: string): string => new URL(`processes/${file}`, import.meta.url).pathname;
  const deno = [Deno.execPath(), "run", "-A", "--quiet", "--unstable-kv", "--no-config"] as const;
  const edits = run.edits === undefined ? [] : [run.edits];
  const agent = [...deno, script("quick_agent.ts"), log, String(run.updates), ...edits];
  const command: readonly [string, ...string[]] = run.client === "iteratr"
    ? [
      ...deno,
      await stage.bundle(),
      "build",
      ...["--headless", "--model", "quick/m1", "--iterations", String(run.turns)],
      ...["--data-dir", stage.path(`${name}.data`)],
      ...["--agent-command", agent.map(shellQuote).join(" ")],
    ]
    : [...deno, script("bare_client.ts"), String(run.turns), LOOKS[run.client], ...agent];
  const toFile: readonly [string, ...string[]] = ["sh", "-c", 'exec "$@" >"$0"', `${log}.out`];
  const child = stage.open(run.output === "file" ? [...toFile, ...command] : command, {
    cwd: run.project,
    env: { HOME: stage.path("home"), TMPDIR: temporary },
    stdout: run.output === "pipe" ? "piped" : "null",
  });
  if (run.output === "pipe") await drain(child.stdout);
  const { code } = await child.status;
  const end = preciseNow();
  if (code !== (run.client === "iteratr" ? LIMIT_REACHED : 0)) {
    throw new Error(`${command.join(" ")} has failed (exit ${code})`);
  }
  const { turns, looks } = await readTurns(log);
  return { turns, looks, ms: end - (turns[0]?.asked ?? NaN) };
}

async function drain(stream: ReadableStream<Uint8Array>): Promise<void> {
  for await (const _bytes of stream);
}
