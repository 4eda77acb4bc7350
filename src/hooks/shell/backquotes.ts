import { UnclearError } from "./parts.ts";
import { ShellText, type Where } from "./shell_text.ts";

/** Backquotes: the shell takes away the backslashes of this level, then reads what is left as commands. */
export function readBackquotes(text: ShellText, where: Where): void {
  let inside = "";
  const origins: number[] = [];
  for (text.at++;; text.at++) {
    const { char, next } = text;
    if (char === undefined) throw new UnclearError("a backquote is not closed");
    if (char === "`") break;
    if (char === "\\" && next === '"' && where !== "bare" && where !== "double") {
      throw new UnclearError("there are escaped quotes within backquotes");
    }
    if (char === "\\" && (/[$`\\]/.test(next) || (next === '"' && where === "double"))) text.at++;
    origins.push(text.origin(text.at));
    inside += text.char;
  }
  text.at++;
  const origin = (offset: number): number => origins[offset] ?? 0;
  new ShellText(inside, text.sheet, origin, true).commands(undefined);
}
