import { type Clock, systemClock } from "./clock.ts";

/**
 * The real clock for a process that lives for some milliseconds: the first `setTimeout` costs four of
 * them (it loads the Node layer's timers), `AbortSignal.timeout` next to nothing. Its timers cannot be
 * cancelled, so whoever uses it must end the process itself.
 */
export const lightClock: Clock = {
  ...systemClock,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      signal?.addEventListener("abort", () => resolve());
      AbortSignal.timeout(ms).addEventListener("abort", () => resolve());
    }),
};
