import { UserError } from "./failure.ts";

/** What a backslash takes the meaning from within double quotes; before the rest it stands for itself. */
const ESCAPABLE = /["$`\\]/;

/**
 * Splits a command as a shell would, as far as words and quotes go: `'...'` is literal, `"..."` and
 * bare words know the backslash. Nothing is expanded, and no shell is run.
 *
 * @param what what the text is, for the message.
 * @throws {UserError} for a quote that is not closed, or when there is no word.
 */
export function splitWords(what: string, text: string): readonly [string, ...string[]] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote !== undefined) {
      if (char === quote) quote = undefined;
      else if (char === "\\" && quote === '"' && ESCAPABLE.test(text.charAt(at + 1))) {
        word += text.charAt(++at);
      } else word += char;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= "";
    } else if (char === "\\") {
      word = (word ?? "") + text.charAt(++at);
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (quote !== undefined) throw new UserError(`${what} has an open quote (${quote}): ${text}`);
  if (word !== undefined) words.push(word);
  const [program, ...args] = words;
  if (program === undefined || program === "") {
    throw new UserError(`${what} must be a command, got "${text}"`);
  }
  return [program, ...args];
}

/** Quotes a word for `sh`, so that it stands for itself whatever it contains. */
export function shellQuote(word: string): string {
  return /^[A-Za-z0-9_\/.:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
