import type { Clock } from "../../platform/clock.ts";
import { RunningTime } from "../../platform/running_time.ts";

/** At which part of a budget a warning is due. */
export const WARNING_PART = 0.8;

/** Of a time in which the process was stopped, at most this part of the budget is counted. */
const BEAT_PART = 1 / 200;
const SHORTEST_BEAT_MS = 1_000;

/** Watches the time that a run takes, without the pauses in it, and without times in which it was stopped. */
export interface TimeBudget extends Disposable {
  /** Aborted when the time is used up; a turn that is going on is then cut short. */
  readonly up: AbortSignal;
  /** Milliseconds used so far. */
  used(): number;
  /** Stops counting until it is disposed of. */
  pause(): Disposable;
}

/**
 * Starts watching.
 *
 * @param timeMs the budget; 0 = unlimited.
 * @param onWarning called once, when most of it is used up.
 */
export function startTimeBudget(
  clock: Clock,
  timeMs: number,
  onWarning: (usedMs: number) => void,
): TimeBudget {
  const budget = new Watch(clock, timeMs, onWarning);
  if (timeMs > 0) void budget.run();
  return budget;
}

class Watch implements TimeBudget {
  readonly #time: RunningTime;
  readonly #timeMs: number;
  readonly #onWarning: (usedMs: number) => void;
  readonly #up = new AbortController();
  readonly #over = new AbortController();
  /** Used before the stretch that is going on, and when that began; `undefined` while it pauses. */
  #before = 0;
  #since: number | undefined;
  /** Aborted when a stretch begins or ends. */
  #turn = new AbortController();

  constructor(clock: Clock, timeMs: number, onWarning: (usedMs: number) => void) {
    this.#time = new RunningTime(clock, Math.max(SHORTEST_BEAT_MS, timeMs * BEAT_PART));
    this.#timeMs = timeMs;
    this.#onWarning = onWarning;
    this.#since = this.#time.now();
  }

  get up(): AbortSignal {
    return this.#up.signal;
  }

  used(): number {
    const now = this.#time.now();
    return this.#before + (this.#since === undefined ? 0 : now - this.#since);
  }

  pause(): Disposable {
    this.#before = this.used();
    this.#since = undefined;
    this.#turnOver();
    return {
      [Symbol.dispose]: () => {
        this.#since = this.#time.now();
        this.#turnOver();
      },
    };
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }

  async run(): Promise<void> {
    await this.#reach(this.#timeMs * WARNING_PART);
    if (this.#over.signal.aborted) return;
    this.#onWarning(this.used());
    await this.#reach(this.#timeMs);
    if (!this.#over.signal.aborted) this.#up.abort();
  }

  async #reach(ms: number): Promise<void> {
    for (let left = ms - this.used(); left > 0; left = ms - this.used()) {
      if (this.#over.signal.aborted) return;
      // While it pauses, only the end of the pause wakes it: else a little that is left would keep it busy.
      const sleepMs = this.#since === undefined ? Infinity : Math.ceil(left);
      await this.#time.sleep(sleepMs, AbortSignal.any([this.#over.signal, this.#turn.signal]));
    }
  }

  #turnOver(): void {
    this.#turn.abort();
    this.#turn = new AbortController();
  }
}
