import type { Clock } from "./clock.ts";

/** A timer may be late by so much because the machine is busy; more means that we were stopped. */
const LATE_MS = 1_000;
/** What has come meanwhile is read within this time. */
const CATCH_UP_MS = 100;

/**
 * The time in which this process has run. What passes while it is stopped (Ctrl+Z, SIGSTOP), or the
 * machine with it, does not count: nobody could see what others did meanwhile. It shows by a sleep that
 * takes far longer than asked for, so that only what passes beyond the end of a sleep is left out.
 */
export class RunningTime {
  readonly #clock: Clock;
  readonly #beatMs: number;
  #stoppedMs = 0;
  /** When the sleep that is going on has to be over; `undefined` while nobody sleeps. */
  #due: number | undefined;

  /** @param beatMs no sleep is longer, so that of a stop at most so much is counted. */
  constructor(clock: Clock, beatMs: number) {
    this.#clock = clock;
    this.#beatMs = beatMs;
  }

  /** Milliseconds from some fixed point. */
  now(): number {
    const now = this.#clock.monotonic();
    const lateMs = this.#due === undefined ? 0 : now - this.#due;
    if (lateMs > LATE_MS) {
      this.#stoppedMs += lateMs;
      this.#due = now;
    }
    return now - this.#stoppedMs;
  }

  /**
   * Sleeps for so long or shorter, one sleep at a time; `Infinity` is until the signal aborts. After a stop
   * it goes on for a moment, in which what has come meanwhile is read.
   */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const before = this.#stoppedMs;
    await this.#sleep(ms === Infinity ? ms : Math.min(ms, this.#beatMs), signal);
    if (this.#stoppedMs > before) await this.#sleep(CATCH_UP_MS, signal);
  }

  async #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    this.#due = this.#clock.monotonic() + ms;
    await this.#clock.sleep(ms, signal);
    this.now();
    this.#due = undefined;
  }
}
