/** A reference found in a command, and what has to stand in its place. */
export interface Found {
  readonly name: string;
  /** Offsets in the command. */
  readonly from: number;
  readonly to: number;
  readonly put: string;
  /** `literal`: the shell would expand nothing there. */
  readonly place: "word" | "arithmetic" | "literal";
}

/** References, by their indexes: from one up to, and not with, another. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A word as the shell would see it before it expands anything. */
export interface Word extends Range {
  /** Without its quotes; {@linkcode EXPANDED} stands for whatever the shell puts in. */
  readonly text: string;
  /** Nothing in it is quoted: it can be a reserved word. */
  readonly isPlain: boolean;
}

/** A simple command: its words, without redirections. */
export interface Command {
  readonly words: readonly Word[];
  /** What its here-documents and here-strings refer to. */
  readonly input: readonly Range[];
  /** The first command of its pipeline, by index; its own when nothing is piped into it. */
  readonly pipedFrom: number;
}

/** A command for the shell, taken apart. */
export interface Scan {
  readonly found: readonly Found[];
  readonly commands: readonly Command[];
}

/** Stands for an expansion; no command contains it. */
export const EXPANDED = "\0";

/** Where shells differ, or the text ends too soon: what is quoted there cannot be told. */
export class UnclearError extends Error {}

/** How deep substitutions may be nested. */
const MAX_DEPTH = 200;

/** Where an expansion stands; it decides what quotes mean in it. */
type Where = "bare" | "double" | "heredoc" | "arithmetic";

interface HereDocument {
  readonly delimiter: string;
  readonly isQuoted: boolean;
  readonly isIndented: boolean;
  readonly input: Range[];
}

/** What all scanners of one command fill in together. */
interface Sheet {
  readonly names: ReadonlyMap<string, string>;
  readonly found: Found[];
  readonly commands: Command[];
}

/** What a text within a command has from the one around it. */
interface Outer {
  /** Offset in the command of an offset in the text. */
  origin(offset: number): number;
  readonly depth: number;
  readonly sheet: Sheet;
  readonly isBackquoted: boolean;
}

/**
 * Takes a command apart by the rules of POSIX `sh` (XCU 2.2, 2.3, 2.6, 2.7.4), as far as it takes to tell
 * how each reference is quoted and of which word it is a part.
 *
 * @param names the variable of the environment for each name that can be referred to.
 * @throws {UnclearError} where it cannot be told.
 */
export function scanShell(script: string, names: ReadonlyMap<string, string>): Scan {
  const sheet: Sheet = { names, found: [], commands: [] };
  const outer = { origin: (offset: number) => offset, depth: 0, sheet, isBackquoted: false };
  new Scanner(script, outer).list(undefined);
  return sheet;
}

const PREFIXES = new Set(["then", "else", "elif", "do", "!"]);
const OPENERS = new Set(["if", "while", "until", "{"]);
const CLOSERS = new Set(["fi", "done", "}"]);

class Scanner {
  readonly #text: string;
  /** Offset in the command of an offset in this text: they differ within backquotes. */
  readonly #origin: (offset: number) => number;
  #depth: number;
  readonly #sheet: Sheet;
  #at = 0;
  /** This text has lost backslashes; with all that is within it. */
  readonly #isBackquoted: boolean;
  readonly #pending: HereDocument[] = [];

  constructor(text: string, outer: Outer) {
    const { origin, depth, sheet, isBackquoted } = outer;
    this.#text = text;
    this.#origin = origin;
    this.#depth = depth;
    this.#sheet = sheet;
    this.#isBackquoted = isBackquoted;
    this.#deeper();
  }

  /** Commands up to a parenthesis, or to the end of the text. */
  list(close: ")" | undefined): void {
    const { commands, found } = this.#sheet;
    this.#deeper();
    const cases: ("word" | "pattern" | "body")[] = [];
    const opened: number[] = [];
    let words: Word[] = [];
    let input: Range[] = [];
    let hasInput = false;
    let start = commands.length;
    /** Behind `done`, `}` and their like there are redirections only. */
    let isClosed = false;
    const end = (isPipe: boolean): void => {
      if (words.length > 0 || hasInput) commands.push({ words, input, pipedFrom: start });
      [words, input, hasInput, isClosed] = [[], [], false, false];
      if (!isPipe) start = commands.length;
    };
    const closed = (): void => {
      start = opened.pop() ?? start;
      isClosed = true;
    };
    for (;;) {
      this.#blanks();
      const char = this.#text[this.#at];
      const phase = cases.at(-1);
      if (char === undefined) {
        if (close !== undefined) throw new UnclearError("a parenthesis is not closed");
        end(false);
        this.#depth--;
        return;
      }
      if (char === "#") {
        while (this.#at < this.#text.length && this.#text[this.#at] !== "\n") this.#at++;
      } else if (char === "\n") {
        this.#at++;
        if (phase !== "word") end(false);
        while (this.#pending.length > 0) this.#hereDocument();
      } else if (char === ";" || char === "&" || char === "|") {
        const operator = this.#match(/;;&|;;|;&|;|&&|&|\|\||\|&|\|/y) ?? char;
        if (phase === "pattern") words = [];
        else end(operator === "|" || operator === "|&");
        if (phase === "body" && /^;[;&]/.test(operator)) cases[cases.length - 1] = "pattern";
      } else if (char === "(") {
        this.#at++;
        if (phase === "pattern") continue;
        const isArithmetic = words.length === 0 && this.#text[this.#at] === "(";
        const before = found.length;
        opened.push(start);
        end(true);
        this.list(")");
        // Some shells read `((` as arithmetic, others as two subshells.
        if (isArithmetic) this.#asArithmetic(before);
        const isFunction = this.#text.slice(0, this.#at).match(/\([ \t]*\)$/) !== null;
        closed();
        if (isFunction) isClosed = false;
      } else if (char === ")") {
        this.#at++;
        if (phase === "pattern") {
          words = [];
          cases[cases.length - 1] = "body";
          start = commands.length;
          continue;
        }
        if (close === undefined) throw new UnclearError("a parenthesis is closed that is not open");
        end(false);
        this.#depth--;
        return;
      } else if ((char === "<" || char === ">") && this.#text[this.#at + 1] !== "(") {
        this.#redirection(input);
        hasInput = true;
      } else {
        const word = this.#word();
        const isFirst = words.length === 0 && !isClosed && word.isPlain;
        if (phase === "word") {
          if (word.text === "in" && words.length > 0) {
            words = [];
            cases[cases.length - 1] = "pattern";
          } else words.push(word);
        } else if (phase === "pattern" && !(isFirst && word.text === "esac")) {
          words.push(word);
        } else if (isFirst && word.text === "esac" && phase !== undefined) {
          cases.pop();
          closed();
        } else if (isFirst && word.text === "case") {
          opened.push(start);
          cases.push("word");
        } else if (isFirst && PREFIXES.has(word.text)) {
          start = commands.length;
        } else if (isFirst && OPENERS.has(word.text)) {
          opened.push(start);
          start = commands.length;
        } else if (isFirst && CLOSERS.has(word.text)) {
          closed();
        } else if (!/^[0-9]+$/.test(word.text) || !/[<>]/.test(this.#text[this.#at] ?? "")) {
          // `for` and `select` stay as words, so that what follows them is not taken for a command.
          if (isFirst && /^(for|select)$/.test(word.text)) opened.push(start);
          words.push(word);
        }
      }
    }
  }

  #asArithmetic(from: number): void {
    const { found } = this.#sheet;
    for (const [offset, one] of found.slice(from).entries()) {
      found[from + offset] = { ...one, place: "arithmetic" };
    }
  }

  #blanks(): void {
    this.#match(/(?:[ \t]|\\\n)*/y);
  }

  /** What a sticky expression matches here; goes behind it. */
  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const matched = pattern.exec(this.#text)?.[0];
    if (matched !== undefined) this.#at += matched.length;
    return matched;
  }

  /** The name that is referred to at an offset. */
  #nameAt(offset: number): string | undefined {
    if (!this.#text.startsWith("{{", offset)) return undefined;
    const pattern = /\{\{([a-z_]+)\}\}/y;
    pattern.lastIndex = offset;
    const name = pattern.exec(this.#text)?.[1];
    return name !== undefined && this.#sheet.names.has(name) ? name : undefined;
  }

  /**
   * Takes a reference, if there is one here.
   *
   * @param put what to put in its place, for the expansion `${NAME}`.
   */
  #reference(put: (value: string) => string, place: Found["place"] = "word", before = 0): boolean {
    const name = this.#nameAt(this.#at);
    if (name === undefined) return false;
    const from = this.#origin(this.#at - before);
    const to = this.#origin(this.#at) + name.length + 4;
    const value = `\${${this.#sheet.names.get(name)}}`;
    this.#sheet.found.push({ name, from, to, put: put(value), place });
    this.#at += name.length + 4;
    return true;
  }

  #word(): Word {
    const from = this.#sheet.found.length;
    let text = "";
    let isPlain = true;
    for (;;) {
      const char = this.#text[this.#at];
      const next = this.#text[this.#at + 1];
      if (char === undefined || /[ \t\n;&|()]/.test(char)) break;
      if ((char === "<" || char === ">") && !(next === "(" && text === "")) break;
      if (this.#reference((value) => `"${value}"`)) text += EXPANDED;
      else if (char === "<" || char === ">") {
        // A process substitution, where there is such a thing.
        this.#at += 2;
        this.list(")");
        text += EXPANDED;
      } else if (char === "\\") {
        if (next !== "\n") [text, isPlain] = [text + (next ?? ""), false];
        this.#at += 2;
      } else if (char === "'") {
        [text, isPlain] = [text + this.#single(), false];
      } else if (char === '"') {
        [text, isPlain] = [text + this.#double(), false];
      } else if (char === "$") {
        text += this.#dollar("bare");
        isPlain = false;
      } else if (char === "`") {
        this.#backquotes("bare");
        text += EXPANDED;
      } else {
        text += char;
        this.#at++;
      }
    }
    return { text, isPlain, from, to: this.#sheet.found.length };
  }

  /** @returns its text, with what it is expanded to marked. */
  #single(): string {
    let text = "";
    for (this.#at++;;) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new UnclearError("a single quote is not closed");
      if (this.#reference((value) => `'"${value}"'`)) text += EXPANDED;
      else {
        this.#at++;
        if (char === "'") return text;
        text += char;
      }
    }
  }

  #double(): string {
    let text = "";
    for (this.#at++;;) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new UnclearError("a double quote is not closed");
      if (char === '"') {
        this.#at++;
        return text;
      }
      text += this.#quoted("double", char);
    }
  }

  /** One step within double quotes or a here-document. */
  #quoted(where: "double" | "heredoc", char: string): string {
    if (this.#reference((value) => value)) return EXPANDED;
    if (char === "\\") {
      const next = this.#text[this.#at + 1] ?? "";
      this.#at += 2;
      if (next === "\n") return "";
      return /[$`\\]/.test(next) || (next === '"' && where === "double") ? next : char + next;
    }
    if (char === "$") return this.#dollar(where);
    if (char === "`") {
      this.#backquotes(where);
      return EXPANDED;
    }
    this.#at++;
    return char;
  }

  /** `$'...'`, which some shells know and others read as a dollar and a text in single quotes. */
  #ansi(): string {
    const begin = this.#at;
    for (this.#at += 2;;) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new UnclearError("a single quote is not closed");
      if (/\\(c|C-?|M-?)$/.test(this.#text.slice(begin, this.#at)) && this.#nameAt(this.#at)) {
        throw new UnclearError("a control character is not complete");
      }
      if (this.#reference((value) => `'"${value}"$'`)) continue;
      this.#at++;
      if (char === "'") return EXPANDED;
      if (char !== "\\") continue;
      if (this.#text[this.#at] === "'") throw new UnclearError("not every shell knows $'\\''");
      this.#at++;
    }
  }

  #dollar(where: Where): string {
    this.#at++;
    if (this.#nameAt(this.#at) !== undefined) {
      this.#reference((value) => this.#dollarBefore(value, where), "word", 1);
      return `$${EXPANDED}`;
    }
    const next = this.#text[this.#at] ?? "";
    if (next === "\\" && this.#text[this.#at + 1] === "\n") {
      throw new UnclearError("a line ends behind a dollar");
    }
    if (next === "(" && this.#text[this.#at + 1] === "(") {
      this.#arithmetic();
    } else if (next === "(") {
      this.#at++;
      new Scanner(this.#text, this.#outer(this.#origin)).#substitution(this);
    } else if (next === "{") {
      this.#parameter(where);
    } else if (next === "'" && where === "bare") {
      this.#at--;
      return this.#ansi();
    } else if (next === "[") {
      this.#oldArithmetic(where);
    } else if (this.#match(/[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]/y) === undefined) {
      return "$";
    }
    return EXPANDED;
  }

  /** Two dollars would be the number of the process. */
  #dollarBefore(value: string, where: Where): string {
    switch (where) {
      case "bare":
        // The dollar may have a backslash in front of it there, which belongs to the backquotes.
        if (this.#isBackquoted) throw new UnclearError("a dollar stands in front of it");
        return `'$'"${value}"`;
      case "double":
        return `$""${value}""`;
      case "heredoc":
      case "arithmetic":
        throw new UnclearError("a dollar stands in front of it");
    }
  }

  #substitution(outer: Scanner): void {
    this.#at = outer.#at;
    this.list(")");
    if (this.#pending.length > 0) throw new UnclearError("$( ends before its here-document");
    outer.#at = this.#at;
  }

  #arithmetic(): void {
    let open = 0;
    this.#deeper();
    for (this.#at += 2;;) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new UnclearError("$(( is not closed");
      if (this.#reference((value) => value, "arithmetic")) continue;
      if (char === "$") this.#nested(() => this.#dollar("arithmetic"));
      else if (char === "`") this.#nested(() => this.#backquotes("arithmetic"));
      else if (char === "'" || char === '"') throw new UnclearError("there are quotes within $((");
      else {
        this.#at += char === "\\" ? 2 : 1;
        if (char === "(") open++;
        if (char !== ")" || open-- > 0) continue;
        if (this.#text[this.#at] !== ")") {
          throw new UnclearError(
            "$(( may begin arithmetic or a subshell: write $( ( for the latter",
          );
        }
        this.#at++;
        this.#depth--;
        return;
      }
    }
  }

  /** What is put into arithmetic becomes arithmetic. */
  #nested(scan: () => void): void {
    const before = this.#sheet.found.length;
    scan();
    this.#asArithmetic(before);
  }

  /** `$[...]` is arithmetic for bash and zsh, and nothing for others. */
  #oldArithmetic(where: Where): void {
    const end = this.#text.indexOf("]", this.#at);
    const inside = this.#text.slice(this.#at, end < 0 ? undefined : end);
    if (where === "arithmetic" || /['"`\\$]|\{\{/.test(inside)) {
      throw new UnclearError("not every shell reads $[ as arithmetic: write $((");
    }
    this.#at++;
  }

  /** `${...}`: quotes in it mean different things by its operator, and by what is around it. */
  #parameter(where: Where): void {
    this.#deeper();
    this.#at++;
    this.#match(/[#!]?(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])/y);
    const operator = this.#match(/:?[-=?+]|%%?|##?/y);
    const isPattern = operator !== undefined && /[%#]/.test(operator);
    const isBare = where === "bare";
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new UnclearError("${ is not closed");
      const isReference = this.#nameAt(this.#at) !== undefined ||
        (!isBare && char === "$" && this.#nameAt(this.#at + 1) !== undefined);
      if (isReference && (operator === undefined || where === "arithmetic" || char === "$")) {
        throw new UnclearError("it stands within ${...}");
      }
      if (this.#reference((value) => isBare || isPattern ? `"${value}"` : value)) continue;
      if (char === "}") {
        this.#at++;
        this.#depth--;
        return;
      }
      const quotes = char === "'" || char === '"';
      if (char === "\\") this.#at += 2;
      else if (char === "$") this.#dollar(where);
      else if (char === "`") this.#backquotes(where);
      else if (quotes && !isBare && (operator === undefined || where !== "double")) {
        throw new UnclearError("there are quotes within ${...} within quotes");
      } else if (char === "'" && (isBare || isPattern)) this.#single();
      else if (char === '"') {
        const before = this.#sheet.found.length;
        this.#double();
        if (!isBare && !isPattern && this.#sheet.found.length > before) {
          throw new UnclearError("it stands in quotes within ${...} within quotes");
        }
      } else this.#at++;
    }
  }

  #outer(origin: Outer["origin"], isBackquoted = this.#isBackquoted): Outer {
    return { origin, isBackquoted, depth: this.#depth, sheet: this.#sheet };
  }

  #deeper(): void {
    if (++this.#depth > MAX_DEPTH) throw new UnclearError("it is nested too deeply");
  }

  /** The shell takes the backslashes of this level away, then reads what is left as commands. */
  #backquotes(where: Where): void {
    let text = "";
    const origins: number[] = [];
    for (this.#at++;; this.#at++) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new UnclearError("a backquote is not closed");
      if (char === "`") break;
      const next = this.#text[this.#at + 1] ?? "";
      if (char === "\\" && next === '"' && where !== "bare" && where !== "double") {
        throw new UnclearError("there are escaped quotes within backquotes");
      }
      if (char === "\\" && (/[$`\\]/.test(next) || (next === '"' && where === "double"))) {
        this.#at++;
      }
      origins.push(this.#origin(this.#at));
      text += this.#text[this.#at];
    }
    this.#at++;
    const origin = (offset: number): number => origins[offset] ?? 0;
    new Scanner(text, this.#outer(origin, true)).list(undefined);
  }

  #redirection(input: Range[]): void {
    const operator = this.#match(/<<<|<<-|<<|<>|<&|>>|>&|>\||<|>/y) ?? "";
    if (this.#text.startsWith("\\\n", this.#at)) {
      throw new UnclearError(`a line ends behind ${operator}`);
    }
    this.#blanks();
    if (operator !== "<<" && operator !== "<<-") {
      const { from, to } = this.#word();
      if (operator === "<<<") input.push({ from, to });
      return;
    }
    const raw = this.#match(/(?:'[^']*'|"(?:\\[^]|[^"\\])*"|\\[^]|[^ \t\n;&|()<>'"\\])+/y) ?? "";
    if (raw === "" || /[$`\n]|\{\{/.test(raw)) {
      throw new UnclearError("the end of a here-document cannot be told");
    }
    this.#pending.push({
      delimiter: raw.replaceAll(/\\([^])|['"]/g, "$1"),
      isQuoted: /['"\\]/.test(raw),
      isIndented: operator === "<<-",
      input,
    });
  }

  #hereDocument(): void {
    const document = this.#pending.shift();
    if (document === undefined) return;
    const { delimiter, isQuoted, isIndented, input } = document;
    const begin = this.#at;
    let end = begin;
    for (let isContinued = false; end < this.#text.length;) {
      const line = (this.#text.slice(end).match(/^[^\n]*/)?.[0]) ?? "";
      const next = end + line.length + 1;
      const isEnd = (isIndented ? line.replace(/^\t+/, "") : line) === delimiter;
      this.#at = Math.min(next, this.#text.length);
      if (isEnd && !isContinued) break;
      isContinued = !isQuoted && /(^|[^\\])(\\\\)*\\$/.test(line);
      end = this.#at;
    }
    const body = this.#text.slice(begin, end);
    const before = this.#sheet.found.length;
    const origin = (offset: number): number => this.#origin(begin + offset);
    new Scanner(body, this.#outer(origin)).#body(isQuoted);
    input.push({ from: before, to: this.#sheet.found.length });
  }

  #body(isQuoted: boolean): void {
    while (this.#at < this.#text.length) {
      if (!isQuoted) this.#quoted("heredoc", this.#text[this.#at] ?? "");
      else if (!this.#reference((value) => value, "literal")) this.#at++;
    }
  }
}
