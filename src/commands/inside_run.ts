import type { Command } from "commander";
import { UserError } from "../platform/failure.ts";
import { RUN_MARK } from "../platform/marked_processes.ts";

/**
 * What may be called inside of a run, by its agent, hooks and gates: it only looks. The tools, a lane of
 * their own, may be called there as well.
 */
const LOOKING: readonly string[] = [
  "status",
  "sessions",
  "usage",
  "export",
  "prompt",
  "config",
  "config get",
  "cron",
  "completions",
  "version",
  "help",
];

/**
 * Lets all other commands be refused inside of a run, those of later versions too: an agent that starts a
 * run of its own, resets its session or changes the configuration would undo what bounds it.
 *
 * @param isInside whether this process belongs to a run; asked when a command is about to be carried out.
 */
export function refuseInsideRun(program: Command, isInside: () => boolean): void {
  program.hook("preAction", (_program, command) => {
    const name = nameOf(command);
    if (!isInside() || LOOKING.includes(name)) return;
    throw new UserError(
      `this shell belongs to a run of iteratr (${RUN_MARK} is set): "iteratr ${name}" does not work here; ` +
        `what does is tool, ${LOOKING.join(", ")}`,
    );
  });
}

function nameOf(command: Command): string {
  const { parent } = command;
  return parent === null || parent.parent === null
    ? command.name()
    : `${nameOf(parent)} ${command.name()}`;
}
