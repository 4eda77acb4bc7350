import { freshId } from "./ids.ts";
import type { Options } from "./options.ts";
import type { Id, Peer } from "./peer.ts";
import type { Session } from "./session.ts";

/** How every turn looks, whatever the scenario. */
export interface Habits {
  /** Tokens of the last model call, as `usage` in the answer gives them. */
  readonly input: number;
  readonly output: number;
  /** US dollars that one turn costs. */
  readonly cost: number;
  /** The model's context size. */
  readonly context: number;
  /** False for an agent that never speaks of usage. */
  readonly reportsUsage: boolean;
  /** Milliseconds before each model call. */
  readonly pace: number;
}

/** The turn was cancelled; the agent answers with that stop reason. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** The answer to `session/prompt`. */
export type TurnResult = Readonly<Record<string, unknown>>;

/** Reads `input=`, `output=`, `cost=`, `context=`, `usage=` and `pace=`. */
export function readHabits(options: Options): Habits {
  return {
    input: options.count("input", 100),
    output: options.count("output", 20),
    cost: options.number("cost", 0.00028),
    context: options.count("context", 200_000),
    reportsUsage: options.flag("usage", true),
    pace: options.count("pace", 0),
  };
}

/** One `session/prompt` while it runs: what a scenario has at hand to fill it. */
export class Turn {
  readonly session: Session;
  /** The id of the client's request. */
  readonly requestId: Id;
  /** The text blocks of the prompt, joined. */
  readonly prompt: string;
  readonly #peer: Peer;
  readonly #habits: Habits;
  readonly #abort = new AbortController();
  readonly #injected: string[] = [];
  #messageId = freshId("msg");

  constructor(peer: Peer, session: Session, habits: Habits, requestId: Id, prompt: string) {
    this.#peer = peer;
    this.#habits = habits;
    this.session = session;
    this.requestId = requestId;
    this.prompt = prompt;
  }

  /** Aborts when the client cancels the turn. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  cancel(): void {
    this.#abort.abort(new Cancelled());
  }

  /** Takes a prompt that came while this turn was busy; the next model call heeds it. */
  inject(prompt: string): void {
    this.#injected.push(prompt);
  }

  /** Begins the next model call: its messages carry an id of their own. */
  async nextCall(): Promise<void> {
    await this.pause(this.#habits.pace);
    this.#messageId = freshId("msg");
    for (const text of this.#injected.splice(0)) this.say(`Noted: ${text}`);
  }

  /** Streams a text, word by word. */
  say(text: string): void {
    for (const word of words(text)) {
      this.chunk("agent_message_chunk", this.#messageId, word);
    }
  }

  /** Streams a thought, word by word. */
  think(text: string): void {
    const messageId = this.#messageId.replace("msg", "prt");
    for (const word of words(text)) this.chunk("agent_thought_chunk", messageId, word);
  }

  chunk(sessionUpdate: string, messageId: string, text: string): void {
    this.update({ sessionUpdate, messageId, content: { type: "text", text } });
  }

  /** Sends one `session/update`. */
  update(update: unknown): void {
    this.#peer.notify("session/update", { sessionId: this.session.id, update });
  }

  /** Waits; a cancel ends it with {@linkcode Cancelled}. */
  pause(ms: number): Promise<void> {
    this.signal.throwIfAborted();
    if (ms === 0) return Promise.resolve();
    return Promise.race([
      new Promise<void>((resolve) => setTimeout(resolve, ms)),
      this.untilCancelled(),
    ]);
  }

  /** Waits for the cancel, and for nothing else. */
  untilCancelled(): Promise<never> {
    return new Promise((_resolve, reject) => {
      if (this.signal.aborted) reject(this.signal.reason);
      this.signal.addEventListener("abort", () => reject(this.signal.reason), { once: true });
    });
  }

  /** Tells that so many US dollars have been spent. */
  spend(amount: number): void {
    this.session.cost += amount;
    this.update({
      sessionUpdate: "usage_update",
      used: this.#habits.input,
      size: this.#habits.context,
      cost: { amount: this.session.cost, currency: "USD" },
    });
  }

  /** Ends the turn as opencode does: a `usage_update`, then the answer with the last call's usage. */
  finish(stopReason = "end_turn"): TurnResult {
    const { input, output, cost, reportsUsage } = this.#habits;
    if (!reportsUsage) return { stopReason, _meta: {} };
    this.spend(cost);
    return { stopReason, usage: usage(input, output), _meta: {} };
  }

  /** The answer to a cancelled prompt: no usage is known of it. */
  cancelled(): TurnResult {
    return { stopReason: "cancelled", usage: usage(0, 0), _meta: {} };
  }
}

function usage(inputTokens: number, outputTokens: number): Readonly<Record<string, number>> {
  return { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
}

function words(text: string): readonly string[] {
  return text.match(/\s*\S+\s*/g) ?? [];
}
