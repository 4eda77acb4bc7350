import { EXPANDED, type Piece, UnclearError, type Word } from "./parts.ts";
import { Pipelines } from "./pipelines.ts";
import { readHereDocuments, readRedirection } from "./redirections.ts";
import type { ShellText } from "./shell_text.ts";
import { readArray, readWord } from "./words.ts";

/**
 * Reads a list of commands (XCU 2.9), up to a parenthesis, which is taken, or to the end of the text.
 * Compound commands are not kept as such: what counts is which words are a command's, and what
 * it may read.
 */
export function readCommands(text: ShellText, close: ")" | undefined): void {
  new CommandList(text).read(close);
}

/** Reserved words (XCU 2.4) behind which a command stands; those that open something, and close it. */
const PREFIXES = new Set(["then", "else", "elif", "do"]);
const OPENERS = new Set(["if", "while", "until", "{"]);
const CLOSERS = new Set(["fi", "done", "}"]);

/** What may stand in front of `exec`. */
const IN_FRONT = /^(command|builtin|-.*|[A-Za-z_][A-Za-z0-9_]*\+?=.*)$/s;
/** Behind `time`: a compound command. */
const TIMED = /[ \t]+(?:-p[ \t]+)?(?=[({!]|(?:if|while|until|for|case|select|time)[ \t])/y;

const ARRAY_NAME = /^[A-Za-z_][A-Za-z0-9_]*\+?=$/;
/** What may stand in front of an array. */
const ASSIGNING =
  /^(export|readonly|local|declare|typeset|-[A-Za-z]+|[A-Za-z_][A-Za-z0-9_]*\+?=.*)$/s;

class CommandList {
  readonly #text: ShellText;
  #words: Word[] = [];
  #input: Piece[] = [];
  #hasRedirection = false;
  readonly #pipelines: Pipelines;
  /** Where in each `case` that is open this is: its word, a pattern, or the commands behind one. */
  readonly #cases: ("word" | "pattern" | "body")[] = [];

  constructor(text: ShellText) {
    this.#text = text;
    this.#pipelines = new Pipelines(text.sheet);
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
        this.#pipelines.finish();
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

  /** Ends a command, if there is one, and mostly its pipeline too. */
  #end(isPiped: boolean): void {
    this.#endCommand();
    if (isPiped) this.#pipelines.pipe();
    else this.#pipelines.end();
  }

  #endCommand(): void {
    const [words, input] = [this.#words, this.#input];
    if (words.length > 0 || this.#hasRedirection) {
      this.#text.sheet.commands.push({ words });
      this.#pipelines.add();
      const isForAll = words.find(({ text }) => !IN_FRONT.test(text))?.text === "exec";
      if (this.#hasRedirection) this.#pipelines.redirect(input, isForAll);
    }
    [this.#words, this.#input, this.#hasRedirection] = [[], [], false];
  }

  #newline(): void {
    this.#text.at++;
    if (this.#cases.at(-1) !== "word") {
      this.#endCommand();
      // Behind a pipe a line may end.
      if (!this.#pipelines.isPiping) this.#pipelines.end();
    }
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
    else if (text.match(/\([ \t]*\)/y)) this.#function(this.#words.pop());
    else {
      // Some shells read `((` as arithmetic, others as two subshells.
      const isArithmetic = this.#words.length === 0 && text.next === "(";
      text.at++;
      if (this.#words.length > 0) this.#endCommand();
      this.#open();
      if (isArithmetic) text.arithmetic(() => text.commands(")"));
      else text.commands(")");
      this.#pipelines.close();
    }
  }

  /** The name of a function has been read. */
  #function(name: Word | undefined): void {
    if (!name || name.text.includes(EXPANDED) || this.#words.length > 0) {
      throw new UnclearError("the name of a function cannot be told");
    }
    this.#pipelines.define(name.text);
  }

  #word(): void {
    const word = readWord(this.#text);
    const part = this.#cases.at(-1);
    const isFirst = this.#words.length === 0 || (word.text === "do" && this.#isLoop());
    const reserved = isFirst && word.isPlain ? word.text : "";
    if (part === "word") {
      if (word.text === "in" && this.#words.length > 0) this.#goTo("pattern");
      else this.#words.push(word);
    } else if (part === "pattern" && reserved !== "esac") {
      this.#words.push(word);
    } else if (part !== undefined && reserved === "esac") {
      this.#cases.pop();
      this.#close();
    } else if (reserved === "case") {
      this.#open();
      this.#cases.push("word");
    } else if (OPENERS.has(reserved)) {
      this.#open();
    } else if (PREFIXES.has(reserved)) {
      this.#end(false);
    } else if (CLOSERS.has(reserved)) {
      this.#close();
    } else if (reserved === "function") {
      this.#text.match(/[ \t]+/y);
      this.#function(readWord(this.#text));
      this.#text.match(/[ \t]*\([ \t]*\)/y);
    } else if (reserved === "coproc") {
      throw new UnclearError("who writes to a coprocess cannot be told");
    } else if (!this.#isNothing(reserved, word)) {
      // `for` and `select` stay as words, so that what follows them is not taken for a command.
      if (/^(for|select)$/.test(reserved)) this.#open();
      this.#words.push(this.#isArray(word) ? readArray(this.#text, word) : word);
    }
  }

  /** Whether a word only says how the command behind it is run, or which file it redirects. */
  #isNothing(reserved: string, word: Word): boolean {
    if (reserved === "!") return true;
    if (reserved === "time") return this.#text.match(TIMED) !== undefined;
    return /^[0-9]+$/.test(word.text) && /[<>]/.test(this.#text.char ?? "");
  }

  /** Whether this is behind `for name`. */
  #isLoop(): boolean {
    return this.#words.length === 2 && /^(for|select)$/.test(this.#words[0]?.text ?? "");
  }

  #isArray(word: Word): boolean {
    return this.#text.char === "(" && word.isPlain && ARRAY_NAME.test(word.text) &&
      this.#words.every(({ text }) => ASSIGNING.test(text));
  }

  #open(): void {
    if (this.#hasRedirection) {
      throw new UnclearError("a redirection stands in front of a group: write it behind");
    }
    this.#pipelines.open();
  }

  /** Behind a compound command; what it is piped into comes from all of it. */
  #close(): void {
    this.#end(false);
    this.#pipelines.close();
  }

  #endPattern(): void {
    this.#text.at++;
    this.#goTo("body");
  }

  /** Words in a `case` are no command's. */
  #goTo(part: "pattern" | "body"): void {
    this.#words = [];
    this.#cases[this.#cases.length - 1] = part;
  }
}
