import type { Clock } from "../platform/clock.ts";
import { isLocked, StoreError, storeError } from "./errors.ts";

/** How long a store operation may be held up by others before it is given up. */
export const DEADLINE_MS = 10_000;

const MAX_PAUSE_MS = 50;

/** What retrying needs to know. */
export interface RetryContext {
  readonly clock: Clock;
  /** For messages. */
  readonly file: string;
  readonly deadlineMs: number;
}

/**
 * Runs an operation until it gets through, with growing random pauses while other processes write.
 * An operation that does not come back at all (a stopped process holds SQLite's lock) is given up at
 * the deadline too.
 *
 * @param operation returns `undefined` to be tried again.
 * @throws {StoreError} `busy` at the deadline, or what the operation threw, classified.
 */
export async function withRetry<T>(
  context: RetryContext,
  operation: () => Promise<T | undefined>,
): Promise<T> {
  const { clock, file } = context;
  const start = clock.monotonic();
  // Asked for anew each time: the deadline becomes a short one when the process is about to end.
  const left = (): number => start + context.deadlineMs - clock.monotonic();
  for (let attempt = 0;; attempt++) {
    try {
      const result = await beforeDeadline(context, left(), operation());
      if (result !== undefined) return result;
    } catch (error) {
      if (!isLocked(error)) throw storeError(error, file);
    }
    if (left() <= 0) throw tooLong(context);
    await clock.sleep(Math.random() * Math.min(MAX_PAUSE_MS, 2 << Math.min(attempt, 8)));
  }
}

async function beforeDeadline<T>(
  context: RetryContext,
  ms: number,
  work: Promise<T>,
): Promise<T> {
  const settled = new AbortController();
  const late = context.clock.sleep(Math.max(0, ms), settled.signal).then(() => {
    if (!settled.signal.aborted) throw tooLong(context);
    return undefined;
  });
  try {
    return await Promise.race([work, late as Promise<never>]);
  } finally {
    settled.abort();
  }
}

function tooLong({ file, deadlineMs }: RetryContext): StoreError {
  const seconds = Math.round(deadlineMs / 1000);
  return new StoreError(
    "busy",
    `the store ${file} has been locked by another process for ${seconds} s; ` +
      "look for a stopped iteratr process, then try again",
  );
}
