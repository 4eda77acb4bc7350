import { type Piece, UnclearError } from "./parts.ts";
import { readQuotedPiece } from "./quotes.ts";
import { ShellText } from "./shell_text.ts";
import { readWord } from "./words.ts";

/**
 * Reads a redirection (XCU 2.7). The body of a here-document comes with {@linkcode readHereDocuments}.
 *
 * @param input gets what there will be to read.
 */
export function readRedirection(text: ShellText, input: Piece[]): void {
  const operator = text.match(/<<<|<<-|<<|<>|<&|>>|>&|>\||<|>/y) ?? "";
  if (text.text.startsWith("\\\n", text.at)) {
    throw new UnclearError(`a line ends behind ${operator}`);
  }
  text.match(/(?:[ \t]|\\\n)*/y);
  if (operator !== "<<" && operator !== "<<-") {
    const word = readWord(text);
    if (operator.startsWith("<")) input.push(word);
    return;
  }
  const raw = text.match(/(?:'[^']*'|"(?:\\[^]|[^"\\])*"|\\[^]|[^ \t\n;&|()<>'"\\])+/y) ?? "";
  if (raw === "" || /[$`\n]|\{\{/.test(raw)) {
    throw new UnclearError("the end of a here-document cannot be told");
  }
  text.pending.push({
    delimiter: raw.replaceAll(/\\([^])|['"]/g, "$1"),
    isQuoted: /['"\\]/.test(raw),
    isIndented: operator === "<<-",
    input,
  });
}

/** Reads the bodies of the here-documents that the line before has begun (XCU 2.7.4). */
export function readHereDocuments(text: ShellText): void {
  for (const { delimiter, isQuoted, isIndented, input } of text.pending.splice(0)) {
    const begin = text.at;
    let end = begin;
    for (let isContinued = false; end < text.text.length;) {
      const line = text.match(/[^\n]*/y) ?? "";
      text.match(/\n/y);
      const isEnd = (isIndented ? line.replace(/^\t+/, "") : line) === delimiter;
      if (isEnd && !isContinued) break;
      // The next line belongs to this one, and is no end.
      isContinued = !isQuoted && /(^|[^\\])(\\\\)*\\$/.test(line);
      end = text.at;
    }
    const origin = (offset: number): number => text.origin(begin + offset);
    const body = new ShellText(text.text.slice(begin, end), text.sheet, origin, text.isBackquoted);
    input.push(text.pieceOf(() => readBody(body, isQuoted)));
  }
}

function readBody(body: ShellText, isQuoted: boolean): void {
  for (;;) {
    const { char } = body;
    if (char === undefined) return;
    if (!isQuoted) readQuotedPiece(body, "heredoc", char);
    else if (!body.reference((value) => value, "literal")) body.at++;
  }
}
