import type { Command } from "commander";
import { type ExportFlags, exportSession } from "../export.ts";
import { remove, reset, type ResetFlags } from "../reset.ts";
import { sessions, status, type StatusFlags } from "../status.ts";
import { usage, type UsageFlags } from "../usage.ts";
import { DATA_DIR, type ProgramContext } from "./context.ts";

/** Commands that tell of sessions, or put them away. */
export function addSessionCommands(
  program: Command,
  { world, asItIs, finish }: ProgramContext,
): void {
  program.command("status [session]")
    .description("show where a session stands; exits 0 complete, 10 open, 11 running")
    .option("--json", "print it as JSON")
    .option(...DATA_DIR)
    .action(async (session: string | undefined, flags: StatusFlags) =>
      finish(await status(session, flags, world))
    );
  program.command("sessions")
    .description("list all sessions")
    .option("--json", "print them as JSON")
    .option("--running", "only those with a run going on")
    .option(...DATA_DIR)
    .action((flags: StatusFlags) => sessions(flags, world));
  program.command("usage [session]")
    .description("show what a session has spent: time, tokens and cost, by task and model")
    .option("--json", "print it as JSON")
    .option(...DATA_DIR)
    .action((session: string | undefined, flags: UsageFlags) => usage(session, flags, world));
  program.command("export <session>")
    .description("print the log of a session, a line of JSON for each event")
    .option("--epoch <n>", "the log of a past epoch (each reset begins a new one)")
    .option(...DATA_DIR)
    .action((session: string, flags: ExportFlags) => exportSession(session, flags, asItIs));
  program.command("reset <session>")
    .description("archive the log of a session and start it over")
    .option(...DATA_DIR)
    .action((session: string, flags: ResetFlags) => reset(session, flags, world));
  program.command("delete <session>")
    .description("archive the log of a session and remove it")
    .option(...DATA_DIR)
    .action((session: string, flags: ResetFlags) => remove(session, flags, world));
}
