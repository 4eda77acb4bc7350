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
  const { taker, operands, readsInput, ...options } = optionsOf(reader, name, words.slice(1));
  const code = options.code.flatMap((use) =>
    use.kind === "code" ? asCode(use.reader, use.word, isShell === true) : [use]
  );
  // Some sed take a suffix behind `-i`, or nothing.
  const [first] = operand === "code"
    ? operands.filter(({ text }) => !/^(\.[\w~]*)?$/.test(text))
    : operands;
  if (taker !== undefined && isBehind) {
    const reader = `${name} ${taker}`;
    // Without one here it comes from elsewhere, as from `xargs`.
    return [...code, ...(first ? asCode(reader, first, true) : [asInput(reader)])];
  }
  if (input === "always") return [...code, asInput(name)];
  if (taker !== undefined) return code;
  if (input && (first === undefined || readsInput || STDIN.test(first.text))) {
    return [...code, asInput(name)];
  }
  if (isGuess) return code;
  // What it needs comes from elsewhere here too.
  if (first === undefined) return operand === "data" ? code : [...code, asInput(name)];
  if (operand === "code") return [...code, ...asCode(name, first, isShell === true)];
  return operand === "file" ? [...code, { kind: "run", word: first }] : code;
}

function asInput(reader: string): Use {
  return { kind: "input", reader };
}

/** A word that is code, and what a shell would do in turn when it is one that runs it. */
function asCode(reader: string, word: Word, isShell: boolean): readonly Use[] {
  const use: Use = { kind: "code", reader, word };
  return isShell ? [use, { kind: "shell", reader, text: word.text }] : [use];
}

function optionsOf(reader: Reader, name: string, args: readonly Word[]): Options {
  const { whole, valued = /^$/, operand, isMixed, isBehind } = reader;
  const code: Use[] = [];
  const operands: Word[] = [];
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
    if (text === "-" || (isBehind && /^-[A-Za-z]*s[A-Za-z]*$/.test(text))) readsInput = true;
    if (!/^[-+]./.test(text)) {
      // Options may follow the operands of these, but not of those that run a file.
      if (operand === "data") continue;
      if (!isMixed) break;
      if (word) operands.push(word);
      continue;
    }
    if (word && whole?.test(text)) {
      taker = text[0];
      code.push({ kind: "code", reader: `${name} ${taker}`, word });
      continue;
    }
    const taken = optionIn(reader, text);
    if (valued.test(text)) at++;
    if (taken === undefined) continue;
    const { option, isFile, rest } = taken;
    if (!isFile || !reader.files?.isMore) taker = option;
    if (isBehind && !isFile && !rest.startsWith("=")) continue;
    const value = rest === "" ? args[++at] : word;
    const by = `${name} ${option}`;
    // Without a value here it comes from elsewhere, as from `xargs`.
    if (value === undefined) code.push(asInput(by));
    else if (!isFile) code.push({ kind: "code", reader: by, word: value });
    else if (isInput(rest === "" ? value.text : rest.replace(/^=/, ""))) code.push(asInput(by));
    else code.push({ kind: "run", word: value });
    // Whatever is behind is for the code.
    if (name.startsWith("python")) break;
  }
  return { code, taker, operands: [...operands, ...args.slice(at)], readsInput };
}

/** Whether a file of code is, or may be, the standard input. */
function isInput(file: string): boolean {
  return file === "-" || STDIN.test(file);
}

/** An option whose value is code, or a file of it; the value is the next word when there is no rest. */
interface Taken {
  readonly option: string;
  readonly isFile: boolean;
  readonly rest: string;
}

function optionIn(reader: Reader, text: string): Taken | undefined {
  const { letters, long = [], files, isCut } = reader;
  const option = beforeEqual(text);
  const rest = text.slice(option.length);
  const isOne = (full: string): boolean =>
    full === option || (isCut === true && option.length > 2 && full.startsWith(option));
  if (long.some(isOne)) return { option, isFile: false, rest };
  if (files?.long?.some(isOne)) return { option, isFile: true, rest };
  const index = letterIn(reader, text);
  if (index === undefined) return undefined;
  const letter = text[index] ?? "";
  // For node both letters take code: the same.
  const isBoth = /^-(pe|ep)$/.test(text) && letters === "ep";
  return {
    option: `-${letter}`,
    isFile: !letters.includes(letter),
    rest: isBoth ? "" : text.slice(index + 1),
  };
}

/** Where the letter that takes code is among letters put together, as `e` in `-lne`. */
function letterIn(reader: Reader, text: string): number | undefined {
  const { letters, files, attached = "", valued, isBehind } = reader;
  const takers = letters + (files?.letters ?? "");
  const index = [...text].findIndex((letter, i) =>
    i > 0 &&
    // What is behind one of these is its value; letters of a shell take theirs from the next word.
    ((takers + attached).includes(letter) || (!isBehind && valued?.test(`-${letter}`)))
  );
  if (index < 1 || !/^-[a-zA-Z0-9.]*$/.test(text.slice(0, index))) return undefined;
  return takers.includes(text[index] ?? "") ? index : undefined;
}
