import type { AgentMonitor } from "../../agent/monitor.ts";
import type { PromptResult } from "../../agent/turn.ts";
import type { Clock } from "../../platform/clock.ts";
import { event } from "../../session/event.ts";
import { addUsage, atLeast, NO_USAGE, type Usage } from "../../session/usage.ts";
import type { Recorder } from "../recorder.ts";

const DELAY_MS = 500;

/** Which figures an agent tells. */
export interface KnownFigures {
  readonly tokens: boolean;
  readonly cost: boolean;
}

/** All that there is to know. */
export const ALL_KNOWN: KnownFigures = { tokens: true, cost: true };

/**
 * Keeps account of what one iteration spends, and records it while the turn goes on, so that it is not
 * lost when the run is killed.
 */
export class UsageMeter {
  readonly #monitor: AgentMonitor | undefined;
  readonly #session: string;
  readonly #n: number;
  readonly #recorder: Recorder;
  readonly #clock: Clock;
  #cost = 0;
  #known: KnownFigures = { tokens: false, cost: false };
  #recorded = "";
  #last: Usage | undefined;
  #looking: Promise<void> | undefined;
  #lookingNow: Promise<void> | undefined;
  readonly #finished = new AbortController();
  readonly #before: Usage;
  readonly #onFigures: (usage: Usage) => void;

  constructor(
    options: {
      /** Without one, the figures are those of the protocol, and partial. */
      readonly monitor: AgentMonitor | undefined;
      readonly agentSession: string;
      readonly iteration: number;
      /** What earlier attempts at the iteration have spent. */
      readonly before: Usage;
      /** Told what the iteration has spent so far, whenever that is known anew. */
      onFigures(usage: Usage): void;
    },
    recorder: Recorder,
    clock: Clock,
  ) {
    this.#monitor = options.monitor;
    this.#before = options.before;
    this.#onFigures = options.onFigures;
    this.#session = options.agentSession;
    this.#n = options.iteration;
    this.#recorder = recorder;
    this.#clock = clock;
  }

  /** What anybody has told of what this attempt has spent. */
  get known(): KnownFigures {
    return this.#known;
  }

  /**
   * Notes that the agent has given a sign of life, so that it may have spent something. The figures are
   * looked at a moment later, and so not for every sign.
   *
   * @param cost US dollars for the ACP session, where the agent tells.
   */
  note(cost: number | undefined): void {
    if (cost !== undefined) this.#known = { ...this.#known, cost: true };
    // What has been spent does not come back.
    this.#cost = Math.max(this.#cost, cost ?? 0);
    this.#looking ??= this.#lookLater();
  }

  /** Looks at the figures at once: what they tell now, nobody can ask for when the agent has died. */
  look(): void {
    if (this.#monitor === undefined || this.#finished.signal.aborted) return;
    this.#lookingNow ??= this.#record().finally(() => this.#lookingNow = undefined);
  }

  /**
   * The figures of this attempt at the end of its turn.
   *
   * @param result `undefined` when the turn was cut short.
   * @param patienceMs how long the source may take; then what it said last has to do.
   */
  async finish(result: PromptResult | undefined, patienceMs: number): Promise<Usage> {
    this.#finished.abort();
    const over = new AbortController();
    const late = this.#clock.sleep(patienceMs, over.signal)
      .then(() => ({ whole: this.#last, isOfNow: false }));
    const look = async (): Promise<{ whole: Usage | undefined; isOfNow: boolean }> => {
      await Promise.all([this.#looking, this.#lookingNow]);
      const told = await this.#monitor?.usage(this.#session);
      return { whole: this.#take(told), isOfNow: told !== undefined };
    };
    const { whole, isOfNow } = await Promise.race([look(), late]);
    over.abort();
    if (whole !== undefined) this.#known = ALL_KNOWN;
    if (result?.usage !== undefined) this.#known = { ...this.#known, tokens: true };
    const cutShort = result === undefined || result.stop === "cancelled";
    if (whole !== undefined && isOfNow) return { ...whole, partial: whole.partial || cutShort };
    const answered: Usage = {
      inputTokens: result?.usage?.inputTokens ?? 0,
      outputTokens: result?.usage?.outputTokens ?? 0,
      cachedTokens: result?.usage?.cachedTokens ?? 0,
      cost: this.#cost,
      partial: true,
    };
    // What the source said before the end of the turn is not all of it.
    return whole === undefined ? answered : { ...atLeast(answered, whole), partial: true };
  }

  /** What the source has told so far: never less than before. */
  #take(told: Usage | undefined): Usage | undefined {
    if (told !== undefined) this.#last = atLeast(told, this.#last ?? told);
    return this.#last;
  }

  async #lookLater(): Promise<void> {
    await this.#clock.sleep(DELAY_MS, this.#finished.signal);
    if (!this.#finished.signal.aborted) await this.#record();
    this.#looking = undefined;
  }

  async #record(): Promise<void> {
    const whole = this.#take(await this.#monitor?.usage(this.#session));
    const own: Usage = whole ?? { ...NO_USAGE, cost: this.#cost, partial: true };
    const usage = addUsage(this.#before, own);
    const figures = JSON.stringify(usage);
    if (figures === this.#recorded) return;
    this.#recorded = figures;
    this.#onFigures(usage);
    // A store that fails is noticed by whoever writes what must not be lost.
    await this.#recorder.record(event("iteration.usage", { n: this.#n, usage }))
      .catch(() => undefined);
  }
}
