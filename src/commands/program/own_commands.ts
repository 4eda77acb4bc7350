import { Argument, type Command } from "commander";
import { completionScript, type Shell, SHELLS } from "../completion/scripts.ts";
import { helpText } from "../help.ts";
import { versionText } from "../version.ts";
import type { ProgramContext } from "./context.ts";

/** Commands about iteratr itself. */
export function addOwnCommands(program: Command, { world }: ProgramContext): void {
  program.command("version")
    .description("show the version, and what it runs on")
    .option("--json", "print it as JSON")
    .action((flags: { json?: boolean }) => world.stdout(versionText(flags.json === true)));
  // Runs in a lane of its own; named here for the help.
  program.command("tool").description("what the agent uses to keep its tasks and notes");
  program.command("completions")
    .description("print the script that makes TAB complete commands, flags and sessions")
    .addArgument(new Argument("<shell>", "the shell that takes it").choices(SHELLS))
    .action((shell: Shell) => world.stdout(completionScript(shell)));
  program.command("help [command...]")
    .description("show help for a command")
    .action((words: readonly string[]) => world.stdout(helpText(program, words)));
}
