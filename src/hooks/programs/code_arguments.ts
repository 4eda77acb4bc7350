import type { Word } from "../shell/parts.ts";
import type { Reader } from "./readers.ts";
import { beforeEqual, nameOf, type Use } from "./use.ts";

/** Files that are the standard input, or may be. */
const STDIN = /^\/dev\/(stdin|fd\/)|^\/proc\/[^/]+\/fd\//;

/** What the options of a program say. */
interface Options {
  /** Those words that are code. */
  readonly code: readonly Use[];
  /** The last option that takes code. */
  readonly taker: string | undefined;
  /** The words behind the options. */
  readonly operands: readonly Word[];
  readonly readsInput: boolean;
}

/**
 * Which words a program would read as code.
 *
 * @param words its name and its arguments.
 * @param isGuess it may not be a program at all; only an option that says so makes code of a word.
 */
export function codeArguments(
  reader: Reader,
  words: readonly Word[],
  isGuess: boolean,
): readonly Use[] {
  const { operand, input, isBehind, isShell } = reader;
  const name = nameOf(words[0]);
  const { code, taker, operands, readsInput } = optionsOf(reader, name, words.slice(1));
  const [first] = operands;
  if (taker !== undefined && isBehind) {
    const reader = `${name} ${taker}`;
    // Without one here it comes from elsewhere, as from `xargs`.
    return first ? asCode(reader, first, true) : [{ kind: "input", reader }];
  }
  if (input === "always") return [...code, { kind: "input", reader: name }];
  if (taker !== undefined) {
    return code.flatMap((use) =>
      use.kind === "code" ? asCode(use.reader, use.word, isShell === true) : [use]
    );
  }
  if (first === undefined || readsInput || STDIN.test(first.text)) {
    return input ? [{ kind: "input", reader: name }] : [];
  }
  if (isGuess) return [];
  if (operand === "code") return [{ kind: "code", reader: name, word: first }];
  return operand === "file" ? [{ kind: "run", word: first }] : [];
}

/** A word that is code, and what a shell would do in turn when it is one that runs it. */
function asCode(reader: string, word: Word, isShell: boolean): readonly Use[] {
  const use: Use = { kind: "code", reader, word };
  return isShell ? [use, { kind: "shell", reader, text: word.text }] : [use];
}

function optionsOf(reader: Reader, name: string, args: readonly Word[]): Options {
  const { letters, long = [], whole, valued = /^$/, operand, isBehind } = reader;
  const code: Use[] = [];
  let taker: string | undefined;
  let readsInput = false;
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at];
    const text = word?.text ?? "";
    if (text === "--") {
      at++;
      break;
    }
    if (text === "-" || text === "-s") readsInput = true;
    if (!/^[-+]./.test(text)) {
      // Options may follow the operands of these, but not of those that run a file.
      if (operand === "data") continue;
      break;
    }
    if (valued.test(text)) {
      at++;
      continue;
    }
    if (word && whole?.test(text)) {
      taker = text[0];
      code.push({ kind: "code", reader: `${name} ${taker}`, word });
      continue;
    }
    const isLong = long.includes(beforeEqual(text));
    const option = isLong ? beforeEqual(text) : letterIn(text, letters);
    if (option === undefined) continue;
    taker = option;
    if (isBehind) continue;
    const value = isWhole(text, option, letters) ? args[++at] : word;
    const by = `${name} ${option}`;
    // Without a value here it comes from elsewhere, as from `xargs`.
    code.push(value ? { kind: "code", reader: by, word: value } : { kind: "input", reader: by });
    // Whatever is behind is for the code.
    if (name.startsWith("python")) break;
  }
  return { code, taker, operands: args.slice(at), readsInput };
}

/** The option that takes code among letters put together, as `-e` in `-lne`. */
function letterIn(text: string, letters: string): string | undefined {
  const index = [...text].findIndex((letter, i) => i > 0 && letters.includes(letter));
  return index > 0 && /^-[a-zA-Z0-9.]*$/.test(text.slice(0, index)) ? `-${text[index]}` : undefined;
}

/** Whether the code is the next word, as behind `--eval` and `-lne`, and not in this one, as in `-eCODE`. */
function isWhole(text: string, option: string, letters: string): boolean {
  if (option.startsWith("--") || text === option) return text === option;
  // For node both letters take code: the same.
  const isBoth = /^-(pe|ep)$/.test(text) && letters === "ep";
  return isBoth || text.indexOf(option.slice(1)) === text.length - 1;
}
