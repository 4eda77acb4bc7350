import { printable } from "../platform/text.ts";
import { continued, LABEL_WIDTH, labelled, wrap } from "./layout.ts";

/**
 * Prints what the agent says, by whole lines, as it comes in pieces. Lines are wrapped to a width, but
 * for code, which must stay as it is.
 */
export class AgentText {
  /** Columns to wrap at; `undefined` leaves lines as they are. */
  readonly #columns: () => number | undefined;
  #message: string | undefined;
  #partial = "";
  #isFirst = true;
  #inCode = false;

  constructor(columns: () => number | undefined) {
    this.#columns = columns;
  }

  /** The lines that a piece of a message completes. */
  take(message: string, text: string): readonly string[] {
    const before = this.#message === message ? [] : this.end();
    this.#message = message;
    const lines = (this.#partial + printable(text)).split("\n");
    this.#partial = lines.pop() ?? "";
    return [...before, ...lines.flatMap((line) => this.#show(line))];
  }

  /** Ends the message that is going on: the line that it has left open. */
  end(): readonly string[] {
    const lines = this.#partial === "" ? [] : this.#show(this.#partial);
    this.#message = undefined;
    this.#partial = "";
    this.#isFirst = true;
    this.#inCode = false;
    return lines;
  }

  #show(line: string): readonly string[] {
    // Agents like to begin with an empty line; nobody likes to read one.
    if (this.#isFirst && line.trim() === "") return [];
    const columns = this.#columns();
    const isFence = /^\s*(```|~~~)/.test(line);
    const isCode = isFence || this.#inCode;
    if (isFence) this.#inCode = !this.#inCode;
    const parts = columns === undefined || isCode ? [line] : wrap(line, columns - LABEL_WIDTH);
    return parts.map((part) => {
      const isFirst = this.#isFirst;
      this.#isFirst = false;
      return isFirst ? labelled("agent", part) : continued(part);
    });
  }
}
