import { isKnown, type SessionEvent } from "../session/event.ts";
import { feed } from "../store/feed.ts";
import type { Store } from "../store/open.ts";
import { readHead } from "../store/read.ts";

/** A feed that has broken is taken up again after so long. */
const AGAIN_MS = 1_000;

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
  // Asked while the run was getting ready.
  if (head?.stop === "now") onStopNow();
  let after = head?.seq ?? 0;
  const follow = async (): Promise<void> => {
    const from = { after, signal: over.signal };
    const epoch = head === undefined ? {} : { epoch: head.epoch };
    for await (const { event } of feed(store, session, { ...from, ...epoch })) {
      after = event.seq;
      const request = isKnown(event) ? requestOf(event) : undefined;
      if (request === undefined) continue;
      for (const tell of [...waiting]) tell(request);
      if (request === "stop-now") onStopNow();
    }
  };
  // A store that has failed for good is noticed by whoever writes into it; after a moment's trouble the
  // run must not be deaf to who wants it to stop.
  const following = (async (): Promise<void> => {
    while (!over.signal.aborted) {
      await follow().catch(() => undefined);
      await store.clock.sleep(AGAIN_MS, over.signal);
    }
  })();
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
