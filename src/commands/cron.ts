import type { FlagTexts } from "../config/resolve.ts";
import { UserError } from "../platform/failure.ts";
import { joinPath } from "../platform/paths.ts";
import { cronFields } from "./schedule.ts";
import { shellQuote, splitWords } from "../platform/words.ts";
import { resolveSettings } from "./build/settings.ts";
import type { CommandWorld } from "./context.ts";
import { selfCommand } from "./self.ts";

/** The flags of `iteratr cron`. */
export interface CronFlags {
  readonly every: string;
}

/**
 * `iteratr cron SPEC --every 30m`: prints a crontab line that runs the spec, with absolute paths and the
 * variables that it needs, since cron starts with next to no environment. It writes nothing.
 */
export function printCronLine(
  spec: string,
  flags: CronFlags,
  configFlags: FlagTexts,
  world: CommandWorld,
): void {
  const schedule = cronFields(flags.every);
  if (!schedule.ok) throw new UserError(`--every ${schedule.must}, got "${flags.every}"`);
  const settings = resolveSettings({ ...world, flags: { spec }, configFlags });
  const [program, ...args] = splitWords("agent.command", settings.config["agent.command"]);
  const agent = [findProgram(program, settings.root, world), ...args].map(shellQuote).join(" ");
  const log = joinPath(settings.dataDirectory, `cron-${settings.session}.log`);
  const variables = ["HOME", "XDG_CONFIG_HOME", "DENO_DIR"].flatMap((name) => {
    const value = world.env(name);
    return value === undefined || value === "" ? [] : [`${name}=${shellQuote(value)}`];
  });
  const words = [
    ...selfCommand(),
    "build",
    "--headless",
    // What cron mails is the line of the ending; the log has the rest.
    "--quiet",
    "--spec",
    settings.spec,
    "--model",
    settings.model,
    "--data-dir",
    settings.dataDirectory,
    "--agent-command",
    agent,
    "--log-file",
    log,
  ];
  const command = [
    `cd ${shellQuote(settings.root)} &&`,
    ...variables,
    `PATH=${shellQuote(world.env("PATH") || "/usr/local/bin:/usr/bin:/bin")}`,
    ...words.map(shellQuote),
  ].join(" ");
  // In a crontab an unescaped percent sign ends the command.
  world.stdout(`${schedule.fields} ${command.replaceAll("%", "\\%")}\n`);
}

function findProgram(program: string, root: string, world: CommandWorld): string {
  if (program.includes("/")) {
    const path = joinPath(root, program);
    if (isFile(path)) return path;
    throw new UserError(`the agent ${path} does not exist`);
  }
  for (const directory of (world.env("PATH") ?? "").split(":")) {
    const path = joinPath(directory || ".", program);
    if (isFile(path)) return path;
  }
  throw new UserError(`the agent "${program}" is not found on the PATH`, [
    "Say where it is: --agent-command '/path/to/opencode acp'",
  ]);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
