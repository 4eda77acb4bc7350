import { type Clock, systemClock } from "../../src/platform/clock.ts";

const NOON = Date.parse("2026-01-02T12:00:00.000Z");

/** The real clock, but for the date: a test sets it. It goes on by so much whenever somebody looks. */
export class DatedClock implements Clock {
  #ms = NOON;
  readonly #step: number;

  constructor(step = 0) {
    this.#step = step;
  }

  readonly monotonic = systemClock.monotonic;
  readonly sleep = systemClock.sleep;

  now(): Date {
    const now = new Date(this.#ms);
    this.#ms += this.#step;
    return now;
  }

  /** Lets time pass. */
  pass(ms: number): void {
    this.#ms += ms;
  }
}
