import type { Clock } from "../platform/clock.ts";
import { formatDuration } from "../platform/text.ts";
import { labelled, timeOfDay } from "./layout.ts";

/** Rewrites the line that the cursor is in (ECMA-48: carriage return, erase in line). */
const ERASE = "\r\x1b[2K";

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

/** Where a countdown is written, and how. */
export interface CountdownPlace {
  readonly clock: Clock;
  /** On a terminal the line is rewritten in place; elsewhere there is a new one each minute. */
  readonly isTerminal: boolean;
  /** Columns of the terminal; a line that is broken could not be rewritten. */
  readonly columns?: () => number | undefined;
  /** Puts the time in front of every line. */
  readonly timestamps?: boolean;
  write(text: string): void;
}

/** Shows how long a run has to wait yet, until it is told otherwise. */
export class Countdown implements Disposable {
  readonly #place: CountdownPlace;
  #until: number | undefined;
  #over = new AbortController();
  #hasLine = false;

  constructor(place: CountdownPlace) {
    this.#place = place;
  }

  /** Begins, goes on or ends: epoch milliseconds, or `undefined` when nothing is waited for. */
  set(until: number | undefined): void {
    if (until === this.#until) return;
    this.#until = until;
    this.#over.abort();
    this.#over = new AbortController();
    if (until !== undefined) void this.#run(until, this.#over.signal);
  }

  /** What has to be written before any other line. */
  clear(): string {
    const text = this.#hasLine ? ERASE : "";
    this.#hasLine = false;
    return text;
  }

  [Symbol.dispose](): void {
    this.set(undefined);
  }

  async #run(until: number, signal: AbortSignal): Promise<void> {
    const { clock, isTerminal } = this.#place;
    for (;;) {
      const left = until - clock.now().getTime();
      if (left <= 0) return;
      if (isTerminal) {
        const most = (this.#place.columns?.() ?? Infinity) - 1;
        this.#place.write(`${ERASE}${this.#lineOf(left).slice(0, Math.max(0, most))}`);
        this.#hasLine = true;
      }
      // To the next full unit, so that the figures are round ones.
      const unit = isTerminal ? SECOND_MS : MINUTE_MS;
      await clock.sleep(left % unit || unit, signal);
      if (signal.aborted) return;
      const rest = until - clock.now().getTime();
      if (!isTerminal && rest > 0) this.#place.write(`${this.#lineOf(rest)}\n`);
    }
  }

  #lineOf(leftMs: number): string {
    const { clock, timestamps = false } = this.#place;
    const time = timestamps ? `${timeOfDay(clock.now())} ` : "";
    const left = formatDuration(Math.ceil(leftMs / SECOND_MS) * SECOND_MS);
    return `${time}${labelled("quota", `${left} left`)}`;
  }
}
