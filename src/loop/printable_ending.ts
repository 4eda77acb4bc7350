import { headOf, printable } from "../platform/text.ts";
import type { Ending } from "../session/ending.ts";

const MAX_MESSAGE_CHARS = 2_000;
/** With where it was thrown, line by line. */
const MAX_DEFECT_CHARS = 8_000;
const MAX_HINTS = 12;
const MAX_HINT_CHARS = 1_000;

/**
 * An ending that is fit to be printed and to be stored, whoever has put what into its words: no control
 * sequence of an agent reaches the terminal, and the event of the ending has room for all of it.
 */
export function printableEnding(ending: Ending): Ending {
  const isDefect = ending.reason === "internal";
  const message = isDefect
    ? cut(printable(ending.message), MAX_DEFECT_CHARS)
    : line(ending.message, MAX_MESSAGE_CHARS);
  const hints = ending.hints.slice(0, MAX_HINTS).map((hint) => line(hint, MAX_HINT_CHARS));
  return { ...ending, message, hints };
}

/** Indents at the beginning stay: a hint may go on in the next. */
function line(text: string, chars: number): string {
  return cut(printable(text).replaceAll(/\s*\n\s*/g, " ").trimEnd(), chars);
}

function cut(text: string, chars: number): string {
  return text.length <= chars ? text : `${headOf(text, chars - 3)}...`;
}
