import type { Clock } from "../../platform/clock.ts";
import type { Log } from "../../platform/log.ts";
import { onUncaught } from "../../platform/uncaught.ts";
import type { Ending } from "../../session/ending.ts";
import { endingOf } from "../exit.ts";

/** More than the end of a run takes, with its last hooks, a locked store and a slow reader. */
const GRACE_MS = 60_000;

/** What an error that nobody has caught is told to. */
export interface DefectWorld {
  readonly clock: Clock;
  readonly log: Log;
  /** Makes the run end in order. */
  stop(ending: Ending): void;
  /** Ends everything on the spot. */
  endAtOnce(ending: Ending): void;
}

/**
 * Makes a run end for an error that nobody has caught: in order, or at once when whoever would have to
 * see to that waits for what the error has kept from coming.
 *
 * @returns stops doing so when disposed.
 */
export function endOnDefect({ clock, log, stop, endAtOnce }: DefectWorld): Disposable {
  const over = new AbortController();
  const uncaught = onUncaught((error) => {
    const ending = endingOf(error);
    log.record("error", "run", "uncaught", { reason: ending.reason, text: ending.message });
    stop(ending);
    clock.sleep(GRACE_MS, over.signal).then(() => {
      if (!over.signal.aborted) endAtOnce(ending);
    });
  });
  return {
    [Symbol.dispose]: () => {
      over.abort();
      uncaught[Symbol.dispose]();
    },
  };
}
