import { AgentError } from "../agent/errors.ts";
import { BusyError, messageOf, UserError } from "../platform/failure.ts";
import { type Ending, exitCode } from "../session/ending.ts";
import { StoreError } from "../store/errors.ts";

/** Where a defect of iteratr itself is to be reported. */
const REPORT =
  "this is a defect of iteratr: please report it with the lines above and the command you ran";

/**
 * The one place where an error becomes an ending, and so (by `exitCode`) an exit code. Whatever is
 * thrown anywhere, and caught nowhere else, arrives here.
 */
export function endingOf(error: unknown): Ending {
  if (error instanceof UserError) {
    return { reason: "config", message: messageOf(error), hints: error.hints };
  }
  if (error instanceof BusyError) {
    return { reason: "busy", message: messageOf(error), hints: [] };
  }
  if (error instanceof AgentError) {
    return { reason: "agent-failed", message: `${messageOf(error)}.`, hints: lastWords(error) };
  }
  if (error instanceof StoreError) {
    return { reason: "store", message: messageOf(error), hints: [] };
  }
  if (error instanceof Deno.errors.BrokenPipe) {
    return { reason: "closed", message: "the reader of the output has closed it", hints: [] };
  }
  const stack = error instanceof Error && error.stack !== undefined ? `\n${error.stack}` : "";
  return { reason: "internal", message: `${messageOf(error)}${stack}`, hints: [REPORT] };
}

/** The end of what the agent has printed on stderr, or the line of it that says most. */
function lastWords({ lastLines, lastWords }: AgentError): readonly string[] {
  const lines = lastLines.length > 0 ? lastLines : lastWords === "" ? [] : [lastWords];
  const [first, ...rest] = lines;
  return first === undefined
    ? []
    : [`Its last words: ${first}`, ...rest.map((line) => `  ${line}`)];
}

/** What a command that ended by an error prints on stderr, and the code it exits with. */
export function failure(error: unknown): { readonly text: string; readonly code: number } {
  const ending = endingOf(error);
  const code = exitCode(ending);
  if (ending.reason === "closed") return { text: "", code };
  const hints = ending.hints.map((hint) => `  ${hint}\n`).join("");
  return { text: `${ending.reason} (exit ${code}): ${ending.message}\n${hints}`, code };
}
