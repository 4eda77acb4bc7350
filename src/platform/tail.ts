/** Keeps the end of a stream of text within a bound, by whole lines where it can. */
export class Tail {
  #text = "";
  readonly #limit: number;

  /** @param limit how many characters to keep. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds text at the end. */
  push(text: string): void {
    const all = this.#text + text;
    this.#text = all.length > this.#limit ? all.slice(-this.#limit) : all;
  }

  /** What is kept, without the line that the bound has cut into. */
  text(): string {
    if (this.#text.length < this.#limit) return this.#text;
    const cut = this.#text.indexOf("\n");
    return cut < 0 ? this.#text : this.#text.slice(cut + 1);
  }

  /** The last line that is not blank; empty when there is none. */
  lastLine(): string {
    return this.text().trimEnd().split("\n").at(-1)?.trim() ?? "";
  }
}
