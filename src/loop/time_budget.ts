import type { Clock } from "../platform/clock.ts";

/** At which part of the budget a warning is due. */
const WARNING_PART = 0.8;

/** Watches the time that a run takes. */
export interface TimeBudget extends Disposable {
  /** Aborted when the time is used up; a turn that is going on is then cut short. */
  readonly up: AbortSignal;
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
  onWarning: (leftMs: number) => void,
): TimeBudget {
  const up = new AbortController();
  const over = new AbortController();
  const watch = async (): Promise<void> => {
    await clock.sleep(timeMs * WARNING_PART, over.signal);
    if (over.signal.aborted) return;
    onWarning(timeMs * (1 - WARNING_PART));
    await clock.sleep(timeMs * (1 - WARNING_PART), over.signal);
    if (!over.signal.aborted) up.abort();
  };
  if (timeMs > 0) void watch();
  return { up: up.signal, [Symbol.dispose]: () => over.abort() };
}
