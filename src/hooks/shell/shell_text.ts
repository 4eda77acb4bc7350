import {
  type Command,
  type Flow,
  type Found,
  type Piece,
  type Range,
  type ShellFunction,
  UnclearError,
} from "./parts.ts";

/** How deep substitutions may be nested. */
const MAX_DEPTH = 200;

/** Where an expansion stands; it decides what quotes mean in it. */
export type Where = "bare" | "double" | "heredoc" | "arithmetic";

/** The rules of the grammar that lead back into it: through here, so that files need no circle. */
export interface Rules {
  /** Commands up to a parenthesis, which is taken, or to the end of the text. */
  commands(text: ShellText, close: ")" | undefined): void;
  /** What begins with a dollar or a backquote; gives it as a word has it. */
  expansion(text: ShellText, where: Where): string;
}

/** What all texts within one command fill in together. */
export interface Sheet {
  /** The variable of the environment for each name that can be referred to. */
  readonly names: ReadonlyMap<string, string>;
  readonly rules: Rules;
  readonly found: Found[];
  readonly commands: Command[];
  readonly flows: Flow[];
  readonly functions: ShellFunction[];
  /** All variables that are expanded. */
  readonly variables: string[];
  depth: number;
}

/** A here-document of which only the operator has been read. */
export interface HereDocument {
  readonly delimiter: string;
  readonly isQuoted: boolean;
  readonly isIndented: boolean;
  /** The input of its command. */
  readonly input: Piece[];
}

/** A text that is being read, up to {@linkcode at}. */
export class ShellText {
  at = 0;
  /** Here-documents whose bodies begin behind this line. */
  pending: HereDocument[] = [];

  /**
   * @param origin the offset in the command of an offset in this text: they differ within backquotes.
   * @param isBackquoted this text has lost backslashes; with all that is within it.
   */
  constructor(
    readonly text: string,
    readonly sheet: Sheet,
    readonly origin: (offset: number) => number,
    readonly isBackquoted: boolean,
  ) {}

  /** The character here; none at the end. */
  get char(): string | undefined {
    return this.text[this.at];
  }

  /** The character behind the one here; empty at the end. */
  get next(): string {
    return this.text[this.at + 1] ?? "";
  }

  /** What a sticky expression matches here; goes behind it. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const matched = pattern.exec(this.text)?.[0];
    if (matched !== undefined) this.at += matched.length;
    return matched;
  }

  /** Reads what is nested, as long as no stack is in danger. */
  deeper(read: () => void): void {
    if (++this.sheet.depth > MAX_DEPTH) throw new UnclearError("it is nested too deeply");
    read();
    this.sheet.depth--;
  }

  /** Commands up to a parenthesis, or to the end of the text. */
  commands(close: ")" | undefined): void {
    this.deeper(() => this.sheet.rules.commands(this, close));
  }

  /** What begins with a dollar or a backquote. */
  expansion(where: Where): string {
    return this.sheet.rules.expansion(this, where);
  }

  /** The name that is referred to at an offset. */
  nameAt(offset: number): string | undefined {
    if (!this.text.startsWith("{{", offset)) return undefined;
    const pattern = /\{\{([a-z_]+)\}\}/y;
    pattern.lastIndex = offset;
    const name = pattern.exec(this.text)?.[1];
    return name !== undefined && this.sheet.names.has(name) ? name : undefined;
  }

  /**
   * Takes a reference, if there is one here.
   *
   * @param put what to put in its place, for the expansion `${NAME}`.
   * @param before how many characters in front of it are replaced with it.
   */
  reference(put: (value: string) => string, place: Found["place"] = "word", before = 0): boolean {
    const name = this.nameAt(this.at);
    if (name === undefined) return false;
    const from = this.origin(this.at - before);
    const to = this.origin(this.at) + name.length + 4;
    const value = `\${${this.sheet.names.get(name)}}`;
    this.sheet.found.push({ name, from, to, put: put(value), place });
    this.at += name.length + 4;
    return true;
  }

  /** The references that reading takes. */
  rangeOf(read: () => void): Range {
    const from = this.sheet.found.length;
    read();
    return { from, to: this.sheet.found.length };
  }

  /** The same with all else that the shell puts in. */
  pieceOf(read: () => void): Piece {
    const { commands, variables } = this.sheet;
    const [begin, from] = [variables.length, commands.length];
    const range = this.rangeOf(read);
    const nested = { from, to: commands.length };
    return { ...range, variables: variables.slice(begin), nested };
  }

  /** What is put into arithmetic becomes arithmetic, however it is quoted. */
  arithmetic(read: () => void): void {
    const { found } = this.sheet;
    const { from, to } = this.rangeOf(read);
    const inside = found.slice(from, to).map((one): Found => ({ ...one, place: "arithmetic" }));
    found.splice(from, inside.length, ...inside);
  }
}
