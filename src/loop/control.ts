import { isKnown, type SessionEvent } from "../session/event.ts";
import { feed } from "../store/feed.ts";
import type { Store } from "../store/open.ts";
import { readHead } from "../store/read.ts";

/** What somebody asks of a run that is going on. */
export type Request = "stop-now" | "stop" | "resume";

/** Follows what is asked of a run; what can wait for the end of an iteration is read from the head then. */
export interface Control extends AsyncDisposable {
  /** The next request from now on; `undefined` when the signal aborts before. */
  next(signal: AbortSignal): Promise<Request | undefined>;
}

/**
 * Follows the session's log.
 *
 * @param onStopNow called once, when the run is to stop at once.
 * @returns stops following when disposed.
 */
export async function followControl(
  store: Store,
  session: string,
  onStopNow: () => void,
): Promise<Control> {
  const over = new AbortController();
  const waiting = new Set<(request: Request) => void>();
  const head = await readHead(store, session);
  const follow = async (): Promise<void> => {
    const from = { after: head?.seq ?? 0, signal: over.signal };
    const epoch = head === undefined ? {} : { epoch: head.epoch };
    for await (const { event } of feed(store, session, { ...from, ...epoch })) {
      const request = isKnown(event) ? requestOf(event) : undefined;
      if (request === undefined) continue;
      for (const tell of [...waiting]) tell(request);
      if (request === "stop-now") onStopNow();
    }
  };
  // A store that fails is noticed by whoever writes into it.
  const following = follow().catch(() => undefined);
  return {
    next: (signal) =>
      new Promise((resolve) => {
        const done = (request: Request | undefined): void => {
          waiting.delete(done);
          signal.removeEventListener("abort", onAbort);
          resolve(request);
        };
        const onAbort = (): void => done(undefined);
        waiting.add(done);
        if (signal.aborted) onAbort();
        else signal.addEventListener("abort", onAbort);
      }),
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await following;
    },
  };
}

function requestOf(event: SessionEvent): Request | undefined {
  switch (event.type) {
    case "run.stop":
      return event.data.now ? "stop-now" : "stop";
    case "run.resume":
      return "resume";
    default:
      return undefined;
  }
}
