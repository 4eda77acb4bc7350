import { type Command, EXPANDED, type Piece, type Range, type Scan } from "./shell/parts.ts";

/** Names of texts, as `error`. */
type Names = ReadonlySet<string>;

/** What a script is given from outside. */
export interface Given {
  /** The texts on its standard input. */
  readonly input: Names;
  /** The texts in its variables, by their names; `@` for all that it is called with, `1` for the first. */
  readonly variables: ReadonlyMap<string, Names>;
}

const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)(\[[^\]]*\])?\+?=/;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** What these say does not come from what they could read. */
const SAYING =
  /^(echo|printf|command|which|type|date|pwd|dirname|basename|realpath|readlink|mktemp|hostname|uname|id|whoami|git)$/;

/**
 * How far texts get in a script: by pipes and here-documents, through groups, functions and loops, and
 * by variables. Rather too far than not far enough: what might get somewhere does.
 */
export class Reach {
  readonly #scan: Scan;
  readonly #isForeign: (name: string) => boolean;
  readonly #variables: Map<string, Set<string>>;
  readonly #inputs: readonly Set<string>[];
  readonly #outputs: readonly Set<string>[];
  #isChanged = true;

  constructor(scan: Scan, given: Given, isForeign: (name: string) => boolean) {
    this.#scan = scan;
    this.#isForeign = isForeign;
    this.#variables = new Map([...given.variables].map(([name, texts]) => [name, new Set(texts)]));
    this.#inputs = scan.commands.map(() => new Set(given.input));
    this.#outputs = scan.commands.map(() => new Set());
    while (this.#isChanged) this.#goOn();
  }

  /** The texts that are in a piece of the script. */
  of({ from, to, variables, nested }: Piece): Names {
    const found = this.#scan.found.slice(from, to).map(({ name }) => name).filter(this.#isForeign);
    const kept = variables.flatMap((name) => [...this.#kept(name)]);
    return new Set([...found, ...kept, ...this.#within(nested, this.#outputs)]);
  }

  /** The texts that could be, or be a part of, the program that a word names: of `"$@"` the first. */
  ofProgram(word: Piece): Names {
    const isCall = word.variables.length > 0 && word.variables.every((name) => /^[@*]$/.test(name));
    return this.of(isCall ? { ...word, variables: ["1"] } : word);
  }

  /** The texts that a command may find on its standard input. */
  inputOf(index: number): Names {
    return this.#inputs[index] ?? new Set();
  }

  /** The texts in all variables, and in what a function or another script would be called with. */
  variablesWith(words: readonly Piece[], input: Names): ReadonlyMap<string, Names> {
    const texts = new Set([...words.flatMap((word) => [...this.of(word)]), ...input]);
    return new Map([...this.#variables, ["@", texts], ["1", texts]]);
  }

  #kept(name: string): Names {
    return this.#variables.get(/^([02-9]|[1-9][0-9]+|\*)$/.test(name) ? "@" : name) ?? new Set();
  }

  #within({ from, to }: Range, sets: readonly Names[]): readonly string[] {
    return sets.slice(from, to).flatMap((one) => [...one]);
  }

  #goOn(): void {
    this.#isChanged = false;
    const { commands, flows } = this.#scan;
    for (const { input, from, to } of flows) {
      const given = input.flatMap((piece) => [...this.of(piece)]);
      const texts = [...new Set([...given, ...this.#within(from, this.#outputs)])];
      for (const set of this.#inputs.slice(to.from, to.to)) this.#put(set, texts);
    }
    commands.forEach((command, index) => this.#follow(command, index));
  }

  /** What a command does with what gets to it. */
  #follow({ words }: Command, index: number): void {
    const [input, output] = [this.#inputs[index], this.#outputs[index]];
    if (input === undefined || output === undefined) return;
    const texts = words.flatMap((word) => [...this.of(word)]);
    this.#put(output, texts);
    for (const word of words) {
      const name = ASSIGNMENT.exec(word.text)?.[1];
      if (name !== undefined) this.#keep(name, [...this.of(word)]);
    }
    const at = words.findIndex(({ text }) => !ASSIGNMENT.test(text));
    const [program = "", ...args] = words.slice(Math.max(at, 0)).map(({ text }) => text);
    if (!SAYING.test(program)) this.#put(output, [...input]);
    const isReading = words.some(({ text }) => /^(read|mapfile|readarray)$/.test(text));
    if (isReading) {
      for (const name of [...args, "REPLY", "MAPFILE"]) this.#keep(name, [...input]);
    }
    if (/^(for|select)$/.test(program)) this.#keep(args[0] ?? "", [...texts, ...input]);
    if (program === "set") this.#call(undefined, texts);
    if (program === "printf" && args[0] === "-v") this.#keep(args[1] ?? "", texts);
    for (const { name, body } of this.#scan.functions) {
      if (name !== program) continue;
      this.#call(args[0], texts);
      for (const set of this.#inputs.slice(body.from, body.to)) this.#put(set, [...input]);
      this.#put(output, this.#within(body, this.#outputs));
    }
  }

  /** Texts that a function, or this script, is called with from now on. */
  #call(first: string | undefined, texts: readonly string[]): void {
    this.#keep("@", texts);
    const isShifted = this.#scan.commands.some(({ words }) =>
      words.some(({ text }) => text === "shift")
    );
    // What is expanded may be nothing at all, and the next word then the first.
    const isFixed = first !== undefined && first !== "" && !first.includes(EXPANDED) && !isShifted;
    if (!isFixed) this.#keep("1", texts);
  }

  #keep(name: string, texts: readonly string[]): void {
    if (texts.length === 0 || !(/^[@1]$/.test(name) || NAME.test(name))) return;
    const kept = this.#variables.get(name) ?? new Set();
    this.#variables.set(name, kept);
    this.#put(kept, texts);
  }

  #put(set: Set<string>, texts: readonly string[]): void {
    const { size } = set;
    for (const text of texts) set.add(text);
    if (set.size > size) this.#isChanged = true;
  }
}
