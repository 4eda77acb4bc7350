import { type AgentUpdate, hasEnded } from "../../agent/update.ts";
import type { Clock } from "../../platform/clock.ts";
import { forgetOldest } from "../../platform/forget_oldest.ts";
import { RunningTime } from "../../platform/running_time.ts";
import { formatDuration, plural } from "../../platform/text.ts";
import type { WatchdogKind } from "../../session/event.ts";

/** Calls that are looked after as open, and remembered as ended. */
const MAX_CALLS = 10_000;
/** It is looked again at least so often; the shorter, the less counts of a time in which we were stopped. */
const BEAT_MS = 10_000;
const BEATS = 4;

/** What bounds a turn: milliseconds, and numbers of model messages; 0 = off. */
export interface GuardLimits {
  /** Without a sign of life, while no tool call is open. */
  readonly silenceMs: number;
  readonly toolCallMs: number;
  readonly turnMs: number;
  readonly messages: number;
  /** In a row, without text or tool. */
  readonly emptyMessages: number;
}

/** What was exceeded. */
export interface Breach {
  readonly kind: WatchdogKind;
  readonly limit: number;
}

/**
 * Watches one turn, and says when it has to be ended. Time in which iteratr itself was stopped does not
 * count: what the agent did meanwhile is in its pipe, and not yet read.
 */
export class TurnGuard implements Disposable {
  readonly #clock: Clock;
  readonly #time: RunningTime;
  readonly #limits: GuardLimits;
  readonly #fired = new AbortController();
  readonly #over = new AbortController();
  readonly #start: number;
  readonly #watching: Promise<void>;
  #failure: unknown;
  #breach: Breach | undefined;
  /** The last sign of life, or the moment until which the silence has been explained. */
  #alive: number;
  /** When the tool calls that are open were begun, the oldest first. */
  readonly #tools = new Map<string, number>();
  readonly #endedTools = new Set<string>();
  #messages = 0;
  #empty = 0;

  constructor(clock: Clock, limits: GuardLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#time = new RunningTime(clock, beatOf(limits));
    this.#start = this.#time.now();
    this.#alive = this.#start;
    this.#watching = this.#watch().catch((error: unknown) => this.#fail(error));
  }

  /** Aborted when the turn has to be ended. */
  get fired(): AbortSignal {
    return this.#fired.signal;
  }

  get breach(): Breach | undefined {
    return this.#breach;
  }

  /** Takes a sign of life. */
  note(update: AgentUpdate): void {
    this.#live();
    if (update.kind !== "tool") return;
    const { call, begins } = update.tool;
    if (hasEnded(update.tool)) {
      this.#tools.delete(call);
      forgetOldest(this.#endedTools, MAX_CALLS);
      this.#endedTools.add(call);
      return;
    }
    // Late news of a call do not open it again; a call that begins may have the id of one that has ended.
    if (begins) this.#endedTools.delete(call);
    if (this.#tools.has(call) || this.#endedTools.has(call)) return;
    // The oldest ones are those that count.
    if (this.#tools.size >= MAX_CALLS) return;
    this.#tools.set(call, this.#time.now());
  }

  /** The agent says that it waits until then (epoch milliseconds): until then its silence is no fault. */
  excuse(until: number): void {
    const aheadMs = Math.max(0, until - this.#clock.now().getTime());
    this.#alive = Math.max(this.#alive, this.#time.now() + aheadMs);
  }

  /** The model has been called once more. */
  countMessage(isEmpty: boolean): void {
    this.#live();
    this.#messages++;
    this.#empty = isEmpty ? this.#empty + 1 : 0;
    const { messages, emptyMessages } = this.#limits;
    if (messages > 0 && this.#messages > messages) {
      this.#fire({ kind: "messages", limit: messages });
    } else if (emptyMessages > 0 && this.#empty >= emptyMessages) {
      this.#fire({ kind: "empty-messages", limit: emptyMessages });
    }
  }

  /**
   * Ends the watch.
   *
   * @throws whatever it was broken by: a turn that nobody watches must not pass for one that was.
   */
  async finish(): Promise<void> {
    this.#over.abort();
    await this.#watching;
    if (this.#failure !== undefined) throw this.#failure;
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }

  #live(): void {
    this.#alive = Math.max(this.#alive, this.#time.now());
  }

  async #watch(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const next = this.#next();
      if (next === undefined) return;
      const left = next.at - this.#time.now();
      if (left <= 0) return this.#fire(next);
      // What happens meanwhile only puts the moment off, but for a tool call that begins.
      await this.#time.sleep(Math.min(left, BEAT_MS), this.#over.signal);
    }
  }

  /** The next moment at which something is exceeded; `undefined` when everything is off. */
  #next(): (Breach & { readonly at: number }) | undefined {
    const { silenceMs, toolCallMs, turnMs } = this.#limits;
    const [opened = Infinity] = this.#tools.values();
    const isQuiet = this.#tools.size === 0;
    const silence = this.#alive + silenceMs;
    const toolCall = opened + toolCallMs;
    const candidates: readonly (Breach & { readonly at: number })[] = [
      { kind: "turn", limit: turnMs, at: this.#start + turnMs },
      // A call that is open may be the next moment; until then it is looked again before that.
      { kind: "silence", limit: silenceMs, at: isQuiet ? silence : Infinity },
      { kind: "tool-call", limit: toolCallMs, at: toolCall },
    ];
    return candidates.filter(({ limit }) => limit > 0).toSorted((a, b) => a.at - b.at)[0];
  }

  #fail(error: unknown): void {
    this.#failure = error;
    this.#fired.abort();
  }

  #fire({ kind, limit }: Breach): void {
    if (this.#over.signal.aborted || this.#breach !== undefined) return;
    this.#breach = { kind, limit };
    this.#over.abort();
    this.#fired.abort();
  }
}

/** How often it is looked again: a tool call may begin or end meanwhile. */
function beatOf({ silenceMs, toolCallMs }: GuardLimits): number {
  const lengths = [silenceMs, toolCallMs].filter((ms) => ms > 0);
  return Math.min(BEAT_MS, Math.max(1, Math.ceil(Math.min(...lengths, Infinity) / BEATS)));
}

/** What the agent did, in words that follow its name. */
export function breachText({ kind, limit }: Breach): string {
  switch (kind) {
    case "silence":
      return `gave no sign of life for ${formatDuration(limit)}`;
    case "tool-call":
      return `had a tool call open for ${formatDuration(limit)}`;
    case "turn":
      return `took more than ${formatDuration(limit)} for a turn`;
    case "messages":
      return `called its model more than ${limit} times in a turn`;
    case "empty-messages":
      return `got ${plural(limit, "model message")} in a row without text or tool`;
  }
}
