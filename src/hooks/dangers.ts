import { usesOf } from "./programs/command_uses.ts";
import { isMake } from "./programs/joined.ts";
import { readerOf } from "./programs/readers.ts";
import type { Use } from "./programs/use.ts";
import { type Given, Reach } from "./reach.ts";
import { type Command, type Piece, type Scan, UnclearError, type Word } from "./shell/parts.ts";
import { scanShell } from "./shell/scan.ts";

const NOTHING: Given = { input: new Set(), variables: new Map() };

/** How deep shells may be nested. */
const MAX_DEPTH = 20;

/** Variables that name a shell. */
const SHELLS = /^(SHELL|BASH)$/;

/**
 * What is wrong with references to foreign texts: where they would be code.
 *
 * @param foreign the variables of these texts, by the names that refer to them.
 */
export function dangers(scan: Scan, foreign: ReadonlyMap<string, string>): readonly string[] {
  const arithmetic = scan.found.filter(({ name, place }) =>
    foreign.has(name) && place === "arithmetic"
  )
    .map(({ name }) => asArithmetic(name));
  return [...arithmetic, ...new Judge(scan, foreign, NOTHING, 0).mistakes()];
}

class Judge {
  readonly #scan: Scan;
  readonly #foreign: ReadonlyMap<string, string>;
  readonly #reach: Reach;
  readonly #depth: number;

  constructor(scan: Scan, foreign: ReadonlyMap<string, string>, given: Given, depth: number) {
    this.#depth = depth;
    this.#scan = scan;
    this.#foreign = foreign;
    this.#reach = new Reach(scan, given, (name) => foreign.has(name));
  }

  mistakes(): readonly string[] {
    return this.#scan.commands.flatMap((command, index) => {
      const uses = [...usesOf(command), ...this.#hiddenShells(command)];
      return uses.flatMap((use) => this.#mistakesOf(use, command, index));
    });
  }

  #mistakesOf(use: Use, { words }: Command, index: number): readonly string[] {
    const input = this.#reach.inputOf(index);
    switch (use.kind) {
      case "code":
        return [...this.#reach.of(use.word)].map((name) =>
          asCode(name, use.reader, this.#foreign.get(name))
        );
      case "run":
        return [...this.#reach.ofProgram(use.word)].map((name) =>
          `{{${name}}} would be run as a command: name a program and put it behind`
        );
      case "arithmetic":
        return this.#directly(use.word).map(asArithmetic);
      case "name":
        return this.#directly(use.word).map((name) =>
          `{{${name}}} would be read as the name of a variable, and can be code there`
        );
      case "input":
        return [...input].map((name) => asInput(name, use.reader, this.#foreign.get(name)));
      case "shell":
        return this.#within(use.text, {
          input,
          variables: this.#reach.variablesWith(words, input),
        });
    }
  }

  /** What the script of another shell would do with what gets into it. */
  #within(text: string, given: Given): readonly string[] {
    const [name] = [...given.input, ...[...given.variables.values()].flatMap((one) => [...one])];
    if (name === undefined) return [];
    try {
      if (this.#depth >= MAX_DEPTH) throw new UnclearError("it is nested too deeply");
      return new Judge(scanShell(text, new Map()), this.#foreign, given, this.#depth + 1)
        .mistakes();
    } catch (error) {
      if (!(error instanceof UnclearError)) throw error;
      return [`what becomes of {{${name}}} in a shell within it cannot be told: ${error.message}`];
    }
  }

  /** The foreign texts that a word itself refers to. */
  #directly({ from, to }: Piece): readonly string[] {
    return this.#scan.found.slice(from, to).map(({ name }) => name)
      .filter((name) => this.#foreign.has(name));
  }

  /** A program that only the shell can tell is a shell where the command says so, as `$SHELL` does. */
  #hiddenShells({ words: [program, ...args] }: Command): readonly Use[] {
    const { commands } = this.#scan;
    if (program === undefined || args.some(({ text }) => !text.startsWith("-"))) return [];
    const { variables, nested } = program;
    const isShell = variables.some((name) => SHELLS.test(name) || this.#isReader(name)) ||
      commands.slice(nested.from, nested.to).some(({ words }) => words.some(hasInput));
    return isShell ? [{ kind: "input", reader: "a shell that a variable names" }] : [];
  }

  /** Whether a variable is given the name of a shell, or of its like. */
  #isReader(variable: string): boolean {
    const begin = `${variable}=`;
    return this.#scan.commands.some(({ words }) =>
      words.some((word) =>
        word.text.startsWith(begin) && hasInput({ ...word, text: word.text.slice(begin.length) })
      )
    );
  }
}

function hasInput(word: Word): boolean {
  return readerOf(word)?.input !== undefined;
}

function asArithmetic(name: string): string {
  return `{{${name}}} would be read as arithmetic, in which a text can run commands`;
}

function asInput(name: string, reader: string, variable = ""): string {
  return `{{${name}}} would be read as code by ${reader}, which gets it on its standard input: ` +
    `use "$${variable}" in a script file of your own`;
}

function asCode(name: string, reader: string, variable = ""): string {
  const advice = / -c$/.test(reader) && /sh /.test(reader)
    ? `pass it behind, as in  ${reader} '... "$1"' sh {{${name}}}`
    : isMake(reader)
    ? `let the recipe read "$$${variable}", which is in its environment`
    : `let the code read ${variable} from its environment, or pass it as data`;
  return `{{${name}}} would be read as code by ${reader}: ${advice}`;
}
