import type { Clock } from "../../platform/clock.ts";
import { event } from "../../session/event.ts";
import type { Control } from "../control.ts";
import type { Recorder } from "../recorder.ts";

/** The wall clock is looked at so often: a machine that was asleep has not waited in vain. */
const LOOK_MS = 30_000;

/** What a wait needs. */
export interface QuotaWait {
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly control: Control;
  /** Ends the wait. */
  readonly stop: AbortSignal;
  /** Whether somebody has asked the run to end after its iteration, before the wait began. */
  readonly isStopping: boolean;
}

/** Why a wait is over, and how long it was. */
export interface Waited {
  readonly why: "reset" | "resumed" | "stopped";
  readonly ms: number;
}

/** A second wait in a turn takes at least this, each further one twice as long, up to the second figure. */
const LEAST_MS = 1_000;
const MOST_LEAST_MS = 300_000;

/**
 * Until when to wait for a provider that takes requests again from a time on. One that has enough again
 * as soon as that has come, or that names a time that is over, must not be asked without end.
 *
 * @param until what it says, `now`: epoch milliseconds.
 * @param waits how many times the turn has waited already.
 */
export function waitUntil(until: number, now: number, waits: number): number {
  if (waits === 0) return until;
  return Math.max(until, now + Math.min(LEAST_MS * 2 ** (waits - 1), MOST_LEAST_MS));
}

/**
 * Waits until the provider takes requests again.
 *
 * @param until epoch milliseconds.
 * @returns why the wait is over, and how long it was.
 */
export async function waitForQuota(
  until: number,
  error: string,
  { clock, recorder, control, stop, isStopping }: QuotaWait,
): Promise<Waited> {
  const start = clock.monotonic();
  const over = new AbortController();
  const signal = AbortSignal.any([stop, over.signal]);
  // Asked from before the wait is told, so that no answer to it is missed.
  const asked = control.next(signal);
  await recorder.record(event("quota.waiting", { until: new Date(until).toISOString(), error }));
  const sleep = async (): Promise<void> => {
    // Where the clock was set back meanwhile, the wait is still no longer than was meant.
    const most = until - clock.now().getTime();
    const leftMs = (): number => {
      const waited = clock.monotonic() - start;
      return Math.min(until - clock.now().getTime(), most - waited);
    };
    for (let left = leftMs(); left > 0 && !signal.aborted; left = leftMs()) {
      await clock.sleep(Math.min(left, LOOK_MS), signal);
    }
  };
  const request = isStopping ? "stop" : await Promise.race([sleep(), asked]);
  over.abort();
  const why = stop.aborted || request === "stop" || request === "stop-now"
    ? "stopped"
    : request === "resume"
    ? "resumed"
    : "reset";
  const ms = clock.monotonic() - start;
  await recorder.record(event("quota.over", { waitedMs: Math.round(ms), why }));
  return { why, ms };
}
