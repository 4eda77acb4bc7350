import type { Clock } from "../../src/platform/clock.ts";

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** After so long of real time in which nobody sleeps, the work is taken for stuck. */
const STUCK_MS = 60_000;

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

  /** Lets so much time pass while the process is stopped: nobody wakes, and then all are late. */
  stop(ms: number): void {
    this.#ms += ms;
  }

  /**
   * Lets so much time pass, and everything that it wakes go on. Whoever is due at its very end has
   * gone on as well when this returns, so that what a test does next comes after it.
   */
  async pass(ms: number): Promise<void> {
    const end = this.#ms + ms;
    for (;;) {
      await goneOn();
      const next = this.#earliest();
      if (next === undefined || next.until > end) break;
      this.#wake(next);
    }
    this.#ms = end;
  }

  /**
   * Lets time pass, from one sleeper to the next, until the work is settled. While nobody sleeps, the
   * work is at something real, a file or a process, and is waited for.
   */
  async passUntilSettled(work: Promise<unknown>): Promise<void> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    work.then(settle, settle);
    let idleSince = performance.now();
    for (;;) {
      await goneOn();
      if (settled) return;
      const next = this.#earliest();
      if (next !== undefined) {
        this.#wake(next);
        idleSince = performance.now();
      } else if (performance.now() - idleSince > STUCK_MS) {
        throw new Error("nobody sleeps, and the work is not settled");
      }
    }
  }

  #earliest(): Sleeper | undefined {
    return this.#sleepers.toSorted((a, b) => a.until - b.until)[0];
  }

  #wake(sleeper: Sleeper): void {
    this.#ms = Math.max(this.#ms, sleeper.until);
    sleeper.wake();
  }
}

/** A macrotask: whatever can go on without time passing has gone on by then. */
function goneOn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
