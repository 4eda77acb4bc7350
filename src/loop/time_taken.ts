import { isKnown, type StoredEvent } from "../session/event.ts";

/** How long a run that was killed, and its last iteration, are known to have gone on: milliseconds. */
export interface TimeTaken {
  readonly run: number;
  /** Without waits for a quota. */
  readonly iteration: number;
}

/**
 * Finds out how long a run went on whose end nobody has recorded: from its beginning to its last sign of
 * life, which is an event of the run or its agent, or the heartbeat of its lease.
 *
 * @param events the session's log.
 * @param heartbeat ISO time; `undefined` when the run has left no lease.
 */
export async function timeTaken(
  events: AsyncIterable<StoredEvent>,
  heartbeat: string | undefined,
): Promise<TimeTaken> {
  let run: number | undefined;
  let iteration: number | undefined;
  let waited = 0;
  let waitsSince: number | undefined;
  let last = 0;
  for await (const event of events) {
    // A person may have written since.
    if (event.actor === "user") continue;
    last = Date.parse(event.at);
    if (!isKnown(event)) continue;
    if (event.type === "run.started") run = last;
    if (event.type === "iteration.started") [iteration, waited, waitsSince] = [last, 0, undefined];
    if (event.type === "quota.waiting") waitsSince ??= last;
    if (event.type === "quota.over") {
      waited += event.data.waitedMs;
      waitsSince = undefined;
    }
  }
  last = Math.max(last, Date.parse(heartbeat ?? "") || 0);
  const waits = waited + (waitsSince === undefined ? 0 : last - waitsSince);
  return {
    run: Math.max(0, last - (run ?? last)),
    iteration: Math.max(0, last - (iteration ?? last) - waits),
  };
}
