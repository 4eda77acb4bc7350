import { oneLine, printable } from "./text.ts";

const LINE_CHARS = 300;

/** Keeps the end of a stream of text within a bound, by whole lines where it can. */
export class Tail {
  #text = "";
  #isCut = false;
  readonly #limit: number;

  /** @param limit how many characters to keep. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds text at the end. */
  push(text: string): void {
    const all = this.#text + text;
    this.#isCut ||= all.length > this.#limit;
    this.#text = all.slice(-this.#limit);
  }

  /** What is kept, without the line that the bound has cut into. */
  text(): string {
    if (!this.#isCut) return this.#text;
    const cut = this.#text.indexOf("\n");
    return cut < 0 ? this.#text : this.#text.slice(cut + 1);
  }

  /** The last so many lines that are not blank, each fit to be printed and not endless. */
  lastLines(count: number): readonly string[] {
    return this.text().split("\n").map((line) => oneLine(printable(line), LINE_CHARS))
      .filter((line) => line !== "")
      .slice(-Math.min(count, this.#limit));
  }

  /**
   * The line that says most about why a program ended: the last one that speaks of an error, else the
   * last one that is not blank. (The last line of a stack trace says nothing.) Empty without any.
   */
  lastWords(): string {
    const lines = this.lastLines(Infinity);
    return lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? "";
  }
}
