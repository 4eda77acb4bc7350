import type { Command } from "commander";
import { build } from "../build/build.ts";
import type { BuildFlags } from "../build/settings.ts";
import { addConfigFlags, configFlags } from "../config_flags.ts";
import { type CronFlags, printCronLine } from "../cron.ts";
import { printPrompt } from "../prompt.ts";
import { resume } from "../resume.ts";
import { stop, type StopFlags } from "../stop.ts";
import { DATA_DIR, type ProgramContext } from "./context.ts";

/** Commands that start runs, or act on one that is going on. */
export function addRunCommands(program: Command, { world, finish }: ProgramContext): void {
  const buildCommand = addConfigFlags(
    program.command("build")
      .description("run iterations on a spec until it is done or a limit is reached")
      .option("-s, --spec <file>", "the spec (default: specs/SPEC.md)")
      .option("-n, --name <session>", "the session (default: the spec's name)"),
  )
    .option("-e, --extra-instructions <text>", "more to tell the agent, at the end of the prompt")
    .option("-C, --directory <dir>", "work there instead of the current directory")
    .option("--dry-run", "check everything and print it, but send nothing and change nothing")
    .option("--reset", "archive the session's log and start over")
    .option("--reopen", "go on although the session is finished")
    .option("--quiet", "print problems and the ending only")
    .option("--json", "print the run's events as lines of JSON, and nothing else, on stdout")
    .option("--timestamps", "put the time in front of every line")
    .allowExcessArguments(false)
    .action(async (flags: BuildFlags) =>
      finish(await build(flags, configFlags(buildCommand), world))
    );
  const promptCommand = addConfigFlags(
    program.command("prompt")
      .description("print the prompt that the next iteration would send; send nothing")
      .option("-s, --spec <file>", "the spec (default: specs/SPEC.md)")
      .option("-n, --name <session>", "the session (default: the spec's name)")
      .option("-e, --extra-instructions <text>", "more to tell the agent")
      .option("-C, --directory <dir>", "work there instead of the current directory"),
    ["data_dir", "template", "verify", "verify_baseline"],
  )
    .allowExcessArguments(false)
    .action((flags: BuildFlags) => printPrompt(flags, configFlags(promptCommand), world));
  program.command("stop [session]")
    .description("ask the run that is going on to end after its iteration")
    .option("--now", "at once, in the middle of its turn")
    .option(...DATA_DIR)
    .action((session: string | undefined, flags: StopFlags) => stop(session, flags, world));
  program.command("resume [session]")
    .description("let a run that waits for its provider try again now")
    .option(...DATA_DIR)
    .action((session: string | undefined, flags: { dataDir?: string }) =>
      resume(session, flags, world)
    );
  const cronCommand = addConfigFlags(
    program.command("cron <spec>")
      .description("print a crontab line that runs a spec; write nothing")
      .requiredOption("--every <interval>", "how often: 15m, 2h, daily@02:00"),
    ["model", "agent.command", "data_dir"],
  ).action((spec: string, flags: CronFlags) =>
    printCronLine(spec, flags, configFlags(cronCommand), world)
  );
}
