import type { Piece, Range } from "./parts.ts";
import type { Sheet } from "./shell_text.ts";

/** Where a pipeline has got to; commands are given by their indexes. */
interface Pipeline {
  /** Its first command. */
  readonly start: number;
  /** Its first command behind each pipe. */
  readonly pipes: readonly number[];
  /** The first command of what is being read: many, when that is a compound command. */
  readonly element: number;
  /** The function of which it is in the body. */
  readonly name: string | undefined;
}

const NONE: Range = { from: 0, to: 0 };

/**
 * Notes, while commands are read, which of them may read what. What reaches a compound command reaches
 * all that is in it.
 */
export class Pipelines {
  readonly #sheet: Sheet;
  readonly #opened: Pipeline[] = [];
  #now: Pipeline;
  /** A function whose body comes next. */
  #name: string | undefined;

  #isPiping = false;

  constructor(sheet: Sheet) {
    this.#sheet = sheet;
    this.#now = this.#fresh();
  }

  /** Whether a pipe has been read, and nothing behind it. */
  get isPiping(): boolean {
    return this.#isPiping;
  }

  get #count(): number {
    return this.#sheet.commands.length;
  }

  #fresh(): Pipeline {
    return { start: this.#count, pipes: [], element: this.#count, name: undefined };
  }

  /** The body of a function follows. */
  define(name: string): void {
    this.#name = name;
  }

  /** A compound command begins. */
  open(): void {
    this.#opened.push({ ...this.#now, name: this.#name });
    this.#name = undefined;
    this.#isPiping = false;
    this.#now = this.#fresh();
  }

  /** A compound command ends; redirections of it may follow. */
  close(): void {
    this.end();
    this.#now = this.#opened.pop() ?? this.#now;
    this.#note(this.#now.name);
  }

  /** A simple command has been read. */
  add(): void {
    this.#note(this.#name);
    this.#name = undefined;
    this.#isPiping = false;
  }

  #note(name: string | undefined): void {
    if (name === undefined) return;
    this.#sheet.functions.push({ name, body: { from: this.#now.element, to: this.#count } });
  }

  /** What has just been read, simple or compound, gets this; so does all that comes, behind `exec`. */
  redirect(input: readonly Piece[], isForAll: boolean): void {
    const to = isForAll ? { from: 0, to: Infinity } : { from: this.#now.element, to: this.#count };
    this.#sheet.flows.push({ input, from: NONE, to });
  }

  /** A pipe follows. */
  pipe(): void {
    const { pipes } = this.#now;
    this.#isPiping = true;
    this.#now = { ...this.#now, pipes: [...pipes, this.#count], element: this.#count };
  }

  /** The pipeline is at its end. */
  end(): void {
    const { start, pipes } = this.#now;
    for (const at of pipes) {
      const [from, to] = [{ from: start, to: at }, { from: at, to: this.#count }];
      this.#sheet.flows.push({ input: [], from, to });
    }
    this.#now = this.#fresh();
    this.#isPiping = false;
  }

  /** The text is at its end, whatever is still open. */
  finish(): void {
    while (this.#opened.length > 0) this.close();
    this.end();
  }
}
