import type { AgentUpdate } from "../../agent/update.ts";

/**
 * Counts model messages by what the protocol shows of them, for agents that tell no more: a new id is a
 * new message. Those that give no ids are not counted.
 */
export class MessageCounter {
  readonly #onMessage: (isEmpty: boolean) => void;
  #current: string | undefined;
  #hasContent = false;

  /** @param onMessage told of each message, once the next one begins. */
  constructor(onMessage: (isEmpty: boolean) => void) {
    this.#onMessage = onMessage;
  }

  take(update: AgentUpdate): void {
    switch (update.kind) {
      case "message":
      case "thought":
        if (update.message === "") return;
        if (this.#current !== undefined && this.#current !== update.message) {
          this.#onMessage(!this.#hasContent);
          this.#hasContent = false;
        }
        this.#current = update.message;
        this.#hasContent ||= update.kind === "message" && update.text.trim() !== "";
        return;
      case "tool":
        this.#hasContent = true;
        return;
      case "plan":
      case "usage":
      case "other":
        return;
    }
  }
}
