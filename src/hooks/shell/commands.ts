import { type Range, UnclearError, type Word } from "./parts.ts";
import { readHereDocuments, readRedirection } from "./redirections.ts";
import type { ShellText } from "./shell_text.ts";
import { readArray, readWord } from "./words.ts";

/**
 * Reads a list of commands (XCU 2.9), up to a parenthesis, which is taken, or to the end of the text.
 * Compound commands are not kept as such: what counts is which words are a command's, and which
 * commands are piped into it.
 */
export function readCommands(text: ShellText, close: ")" | undefined): void {
  new CommandList(text).read(close);
}

/** Reserved words (XCU 2.4) behind which a command stands; those that open something, and close it. */
const PREFIXES = new Set(["then", "else", "elif", "do", "!"]);
const OPENERS = new Set(["if", "while", "until", "{"]);
const CLOSERS = new Set(["fi", "done", "}"]);

const ARRAY_NAME = /^[A-Za-z_][A-Za-z0-9_]*\+?=$/;
/** What may stand in front of an array. */
const ASSIGNING =
  /^(export|readonly|local|declare|typeset|-[A-Za-z]+|[A-Za-z_][A-Za-z0-9_]*\+?=.*)$/s;

class CommandList {
  readonly #text: ShellText;
  #words: Word[] = [];
  #input: Range[] = [];
  #hasRedirection = false;
  /** Behind `done`, `}` and their like there are redirections only. */
  #isClosed = false;
  /** The first command of this pipeline. */
  #start: number;
  /** The first commands of the pipelines of which compound commands, still open, are a part. */
  readonly #opened: number[] = [];
  /** Where in each `case` that is open this is: its word, a pattern, or the commands behind one. */
  readonly #cases: ("word" | "pattern" | "body")[] = [];

  constructor(text: ShellText) {
    this.#text = text;
    this.#start = text.sheet.commands.length;
  }

  read(close: ")" | undefined): void {
    const text = this.#text;
    for (;;) {
      text.match(/(?:[ \t]|\\\n|#[^\n]*)*/y);
      const { char } = text;
      if (char === undefined && close !== undefined) {
        throw new UnclearError("a parenthesis is not closed");
      }
      if (char === ")" && this.#cases.at(-1) === "pattern") this.#endPattern();
      else if (char === undefined || char === ")") {
        if (char !== close) throw new UnclearError("a parenthesis is closed that is not open");
        if (char === ")") text.at++;
        this.#end(false);
        return;
      } else if (char === "\n") this.#newline();
      else if (/[;&|]/.test(char)) this.#operator();
      else if (char === "(") this.#parenthesis();
      else if (/[<>]/.test(char) && text.next !== "(") {
        this.#hasRedirection = true;
        readRedirection(text, this.#input);
      } else this.#word();
    }
  }

  /** Ends a simple command, if there is one. */
  #end(isPiped: boolean): void {
    const { commands } = this.#text.sheet;
    if (this.#words.length > 0 || this.#hasRedirection) {
      commands.push({ words: this.#words, input: this.#input, pipedFrom: this.#start });
    }
    [this.#words, this.#input, this.#hasRedirection, this.#isClosed] = [[], [], false, false];
    if (!isPiped) this.#start = commands.length;
  }

  #newline(): void {
    this.#text.at++;
    if (this.#cases.at(-1) !== "word") this.#end(false);
    readHereDocuments(this.#text);
  }

  #operator(): void {
    const operator = this.#text.match(/;;&|;;|;&|;|&&|&|\|\||\|&|\|/y) ?? "";
    const part = this.#cases.at(-1);
    if (part === "pattern") this.#words = [];
    else this.#end(operator === "|" || operator === "|&");
    if (part === "body" && /^;[;&]/.test(operator)) this.#goTo("pattern");
  }

  #parenthesis(): void {
    const text = this.#text;
    if (this.#cases.at(-1) === "pattern") text.at++;
    // A function; its body comes behind.
    else if (text.match(/\([ \t]*\)/y)) this.#end(true);
    else {
      // Some shells read `((` as arithmetic, others as two subshells.
      const isArithmetic = this.#words.length === 0 && text.next === "(";
      text.at++;
      this.#opened.push(this.#start);
      this.#end(true);
      if (isArithmetic) text.arithmetic(() => text.commands(")"));
      else text.commands(")");
      this.#close();
    }
  }

  #word(): void {
    const word = readWord(this.#text);
    const part = this.#cases.at(-1);
    const reserved = this.#words.length === 0 && !this.#isClosed && word.isPlain ? word.text : "";
    if (part === "word") {
      if (word.text === "in" && this.#words.length > 0) this.#goTo("pattern");
      else this.#words.push(word);
    } else if (part === "pattern" && reserved !== "esac") {
      this.#words.push(word);
    } else if (part !== undefined && reserved === "esac") {
      this.#cases.pop();
      this.#close();
    } else if (reserved === "case") {
      this.#opened.push(this.#start);
      this.#cases.push("word");
    } else if (OPENERS.has(reserved) || PREFIXES.has(reserved)) {
      if (OPENERS.has(reserved)) this.#opened.push(this.#start);
      this.#start = this.#text.sheet.commands.length;
    } else if (CLOSERS.has(reserved)) {
      this.#close();
    } else if (!/^[0-9]+$/.test(word.text) || !/[<>]/.test(this.#text.char ?? "")) {
      // `for` and `select` stay as words, so that what follows them is not taken for a command.
      if (/^(for|select)$/.test(reserved)) this.#opened.push(this.#start);
      this.#words.push(this.#isArray(word) ? readArray(this.#text, word) : word);
    }
  }

  #isArray(word: Word): boolean {
    return this.#text.char === "(" && word.isPlain && ARRAY_NAME.test(word.text) &&
      this.#words.every(({ text }) => ASSIGNING.test(text));
  }

  /** Behind a compound command; what it is piped into comes from all of it. */
  #close(): void {
    this.#start = this.#opened.pop() ?? this.#start;
    this.#isClosed = true;
  }

  #endPattern(): void {
    this.#text.at++;
    this.#goTo("body");
    this.#start = this.#text.sheet.commands.length;
  }

  /** Words in a `case` are no command's. */
  #goTo(part: "pattern" | "body"): void {
    this.#words = [];
    this.#cases[this.#cases.length - 1] = part;
  }
}
