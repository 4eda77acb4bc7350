import type { Clock } from "../platform/clock.ts";

/** How long to wait for somebody else who holds a lock, and what ends the wait. */
export interface Patience {
  readonly clock: Clock;
  readonly ms: number;
  readonly stop?: AbortSignal;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 400;

/**
 * Does something at least once, and again until it is settled or the patience is at its end.
 *
 * @returns whether it was settled.
 */
export async function patiently(
  { clock, ms, stop }: Patience,
  act: () => boolean | Promise<boolean>,
): Promise<boolean> {
  const end = clock.monotonic() + ms;
  for (let pause = FIRST_PAUSE_MS;; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    if (await act()) return true;
    if (stop?.aborted === true || clock.monotonic() >= end) return false;
    await clock.sleep(pause, stop);
  }
}
