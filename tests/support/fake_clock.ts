import type { Clock } from "../../src/platform/clock.ts";

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** A clock that stands still until a test lets it go on. */
export class FakeClock implements Clock {
  #ms = 0;
  #sleepers: Sleeper[] = [];

  /** How many sleep. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  now(): Date {
    return new Date(this.#ms);
  }

  monotonic(): number {
    return this.#ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper: Sleeper = {
        until: this.#ms + ms,
        wake: () => {
          this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
          resolve();
        },
      };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", sleeper.wake, { once: true });
    });
  }

  /** Lets so much time pass, and everything that it wakes go on. */
  async pass(ms: number): Promise<void> {
    await this.passUntilSettled(this.sleep(ms));
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  /** Lets time pass, from one sleeper to the next, until the work is settled. */
  async passUntilSettled(work: Promise<unknown>): Promise<void> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    work.then(settle, settle);
    for (;;) {
      // A macrotask: whatever can go on without time passing has gone on by then.
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (settled) return;
      const next = this.#sleepers.toSorted((a, b) => a.until - b.until)[0];
      if (next === undefined) throw new Error("nobody sleeps, and the work is not settled");
      this.#ms = Math.max(this.#ms, next.until);
      next.wake();
    }
  }
}
