import { EXPANDED, UnclearError } from "./parts.ts";
import type { ShellText } from "./shell_text.ts";

/** `'...'`. @returns its text, with references marked as expanded. */
export function readSingleQuotes(text: ShellText): string {
  let inside = "";
  for (text.at++;;) {
    const { char } = text;
    if (char === undefined) throw new UnclearError("a single quote is not closed");
    if (text.reference((value) => `'"${value}"'`)) inside += EXPANDED;
    else {
      text.at++;
      if (char === "'") return inside;
      inside += char;
    }
  }
}

/** `"..."`. @returns its text, with what is expanded in it marked. */
export function readDoubleQuotes(text: ShellText): string {
  let inside = "";
  for (text.at++;;) {
    const { char } = text;
    if (char === undefined) throw new UnclearError("a double quote is not closed");
    if (char === '"') {
      text.at++;
      return inside;
    }
    inside += readQuotedPiece(text, "double", char);
  }
}

/** One step within double quotes, or within a here-document, where a double quote is no end. */
export function readQuotedPiece(
  text: ShellText,
  where: "double" | "heredoc",
  char: string,
): string {
  if (text.reference((value) => value)) return EXPANDED;
  if (char === "$" || char === "`") return text.expansion(where);
  const { next } = text;
  if (char === "\\") {
    text.at += 2;
    if (next === "\n") return "";
    return /[$`\\]/.test(next) || (next === '"' && where === "double") ? next : char + next;
  }
  text.at++;
  return char;
}

/** `$'...'`, which some shells know and others read as a dollar and a text in single quotes. */
export function readDollarQuotes(text: ShellText): string {
  const begin = text.at;
  for (text.at += 2;;) {
    const { char } = text;
    if (char === undefined) throw new UnclearError("a single quote is not closed");
    // It would swallow the quote that is put in.
    if (text.nameAt(text.at) && /\\(c|C-?|M-?)$/.test(text.text.slice(begin, text.at))) {
      throw new UnclearError("a control character is not complete");
    }
    if (text.reference((value) => `'"${value}"$'`)) continue;
    text.at++;
    if (char === "'") return EXPANDED;
    if (char !== "\\") continue;
    if (text.char === "'") throw new UnclearError("not every shell knows $'\\''");
    text.at++;
  }
}
