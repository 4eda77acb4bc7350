import { runShell, type ShellCommand, type ShellResult } from "../../platform/shell_command.ts";
import { printable, tailOf } from "../../platform/text.ts";
import type { CommandFacts } from "../../session/event.ts";
import { type NewBlob, storeText } from "../../store/blob.ts";

/** So much of what a command prints is kept and told to the agent, in bytes. */
export const KEPT_BYTES = 64 * 1024;

const TAIL_CHARS = 1_000;

/** A command that has been run, fit for an event. */
export interface RanCommand {
  readonly facts: CommandFacts;
  /** What must be stored with the event. */
  readonly blobs: readonly NewBlob[];
  readonly result: ShellResult;
}

/**
 * Runs a command of the user.
 *
 * @param written the command as the user has written it.
 * @param mask takes secrets out of what it printed.
 */
export async function runCommand(
  command: Omit<ShellCommand, "keptBytes">,
  written: string,
  mask: (text: string) => string,
): Promise<RanCommand> {
  const result = await runShell({ ...command, keptBytes: KEPT_BYTES });
  const { end, ms, bytes, sha256 } = result;
  const said = end.kind === "not-started" ? end.why : result.output;
  const whole = mask(printable(said));
  const { text, blobs } = await storeText(whole);
  const exit = end.kind === "exited" ? end.code : null;
  return {
    facts: {
      command: written,
      end: end.kind,
      ...{ exit, ms: Math.round(ms), bytes, sha256 },
      output: text,
      tail: tailOf(whole.trimEnd(), TAIL_CHARS),
    },
    blobs,
    result,
  };
}
