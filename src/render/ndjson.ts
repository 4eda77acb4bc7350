import type { StoredEvent } from "../session/event.ts";
import type { Renderer } from "./renderer.ts";

/**
 * Prints every event as it is stored, a line of JSON each, with the session's name in front: for
 * programs. Fields and types are only ever added.
 */
export class NdjsonRenderer implements Renderer {
  readonly #session: string;

  constructor(session: string) {
    this.#session = session;
  }

  render(event: StoredEvent): string {
    return `${JSON.stringify({ session: this.#session, ...event })}\n`;
  }
}
