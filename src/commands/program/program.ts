import { Command } from "commander";
import { RUN_MARK } from "../../platform/marked_processes.ts";
import { writeAllSync } from "../../platform/write.ts";
import { addExamples } from "../help.ts";
import { refuseInsideRun } from "../inside_run.ts";
import type { ProgramContext } from "./context.ts";
import { addOwnCommands } from "./own_commands.ts";
import { addProjectCommands } from "./project_commands.ts";
import { addRunCommands } from "./run_commands.ts";
import { addSessionCommands } from "./session_commands.ts";

/** The whole command line but for the `tool` lane. The order of the commands is that of the help. */
export function makeProgram(context: ProgramContext): Command {
  const program = new Command("iteratr")
    .description("Works through a spec with a coding agent, unattended, until every task is done.")
    .option("-v, --version", "show the version, as the command version does")
    .option("--json", "with --version: as JSON")
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    // An option behind a command is that command's own.
    .enablePositionalOptions()
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: (text) => writeAllSync(Deno.stdout, text),
      // What is wrong is thrown, and printed where every error is.
      writeErr: () => undefined,
    });
  addRunCommands(program, context);
  addSessionCommands(program, context);
  addProjectCommands(program, context);
  addOwnCommands(program, context);
  refuseInsideRun(program, () => Boolean(context.world.env(RUN_MARK)));
  addExamples(program);
  return program;
}
