import { EXPANDED, UnclearError, type Word } from "./parts.ts";
import { readDoubleQuotes, readSingleQuotes } from "./quotes.ts";
import type { ShellText } from "./shell_text.ts";

/** Reads a word (XCU 2.3): up to a blank or an operator that is not quoted. */
export function readWord(text: ShellText): Word {
  let read = { text: "", isPlain: true };
  const piece = text.pieceOf(() => {
    read = readPieces(text);
  });
  return { ...read, ...piece };
}

function readPieces(text: ShellText): Pick<Word, "text" | "isPlain"> {
  let word = "";
  let isPlain = true;
  for (;;) {
    if (text.match(/\\\n/y)) continue;
    const { char, next } = text;
    if (char === undefined || /[ \t\n;&|()]/.test(char)) break;
    const isProcess = /[<>]/.test(char) && next === "(" && word === "";
    if (/[<>]/.test(char) && !isProcess) break;
    if (text.reference((value) => `"${value}"`)) word += EXPANDED;
    else if (isProcess) word += readProcess(text);
    else if (/[\\'"$`]/.test(char)) {
      word += readSpecial(text, char);
      isPlain = false;
    } else {
      word += char;
      text.at++;
    }
  }
  return { text: word, isPlain };
}

function readSpecial(text: ShellText, char: string): string {
  if (char === "'") return readSingleQuotes(text);
  if (char === '"') return readDoubleQuotes(text);
  if (char !== "\\") return text.expansion("bare");
  const { next } = text;
  text.at += 2;
  return next;
}

/** `<(...)` and `>(...)`, where there is such a thing. */
function readProcess(text: ShellText): string {
  const { flows } = text.sheet;
  const isRead = text.char === "<";
  text.at += 2;
  const { nested } = text.pieceOf(() => text.commands(")"));
  // Whoever writes into the latter: nobody follows that.
  const from = { from: 0, to: Infinity };
  if (!isRead) flows.push({ input: [], from, to: nested });
  return EXPANDED;
}

/**
 * The list of `name=(...)`, which is an array for some shells and a mistake for all others.
 *
 * @param name what stands in front of the parenthesis.
 * @returns the whole, as one word: the only plain one with a parenthesis in it.
 */
export function readArray(text: ShellText, name: Word): Word {
  const { to, variables, nested } = text.pieceOf(() => readList(text));
  if (text.pending.length > 0) throw new UnclearError("a here-document is read within an array");
  return { ...name, text: `${name.text}(${EXPANDED})`, to, variables, nested };
}

function readList(text: ShellText): void {
  text.at++;
  for (;;) {
    text.match(/(?:[ \t\n]|\\\n|#[^\n]*)*/y);
    const { char, next } = text;
    if (char === undefined) throw new UnclearError("a parenthesis is not closed");
    if (char === ")") break;
    if (/[;&|(]/.test(char) || (/[<>]/.test(char) && next !== "(")) {
      throw new UnclearError("there is more than words in an array");
    }
    // `[index]=value`, and an index is computed.
    if (char === "[") text.arithmetic(() => readWord(text));
    else readWord(text);
  }
  text.at++;
}
