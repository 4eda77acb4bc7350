import { isKnown } from "../session/event.ts";
import { feed } from "../store/feed.ts";
import type { Store } from "../store/open.ts";
import { readHead } from "../store/read.ts";

/**
 * Follows the session's log for what somebody asks of the run in the middle of a turn; what can wait for
 * the end of the iteration is read from the head then.
 *
 * @param onStopNow called once, when the run is to stop at once.
 * @returns stops following when disposed.
 */
export async function followControl(
  store: Store,
  session: string,
  onStopNow: () => void,
): Promise<AsyncDisposable> {
  const over = new AbortController();
  const head = await readHead(store, session);
  const follow = async (): Promise<void> => {
    const from = { after: head?.seq ?? 0, signal: over.signal };
    const epoch = head === undefined ? {} : { epoch: head.epoch };
    for await (const { event } of feed(store, session, { ...from, ...epoch })) {
      if (isKnown(event) && event.type === "run.stop" && event.data.now) return onStopNow();
    }
  };
  // A store that fails is noticed by whoever writes into it.
  const following = follow().catch(() => undefined);
  return {
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await following;
    },
  };
}
