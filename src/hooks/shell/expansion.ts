import { readArithmetic } from "./arithmetic.ts";
import { readBackquotes } from "./backquotes.ts";
import { readParameter } from "./parameter.ts";
import { EXPANDED, UnclearError } from "./parts.ts";
import { readDollarQuotes } from "./quotes.ts";
import type { ShellText, Where } from "./shell_text.ts";

/**
 * Reads what begins with a dollar or a backquote (XCU 2.6), and whatever is nested in it.
 *
 * @returns it as a word has it: mostly {@linkcode EXPANDED}, a dollar where nothing is expanded.
 */
export function readExpansion(text: ShellText, where: Where): string {
  if (text.char === "`") {
    readBackquotes(text, where);
    return EXPANDED;
  }
  if (text.next === "'" && where === "bare") return readDollarQuotes(text);
  text.at++;
  const { char, next } = text;
  if (text.reference((value) => dollarAnd(value, text, where), "word", 1)) return `$${EXPANDED}`;
  if (char === "\\" && next === "\n") throw new UnclearError("a line ends behind a dollar");
  if (char === "[") {
    throw new UnclearError("not every shell reads $[ as arithmetic: write $((");
  }
  if (char === "(" && next === "(") readArithmetic(text);
  else if (char === "(") readSubstitution(text);
  else if (char === "{") readParameter(text, where);
  else {
    const name = text.match(/[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]/y);
    if (name === undefined) return "$";
    text.sheet.variables.push(name);
  }
  return EXPANDED;
}

/** A dollar in front of a reference: two dollars in a row would be the number of the process. */
function dollarAnd(value: string, text: ShellText, where: Where): string {
  // The dollar may have a backslash in front of it there, which belongs to the backquotes.
  if (where === "bare" && !text.isBackquoted) return `'$'"${value}"`;
  if (where === "double") return `$""${value}""`;
  throw new UnclearError("a dollar stands in front of it");
}

/** `$(...)`: commands, whose here-documents must be complete within it. */
function readSubstitution(text: ShellText): void {
  const outer = text.pending;
  text.pending = [];
  text.at++;
  text.commands(")");
  if (text.pending.length > 0) throw new UnclearError("$( ends before its here-document");
  text.pending = outer;
}
