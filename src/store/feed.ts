import type { StoredEvent } from "../session/event.ts";
import type { Head } from "../session/state.ts";
import { parentPath } from "../platform/paths.ts";
import { hear } from "./bell.ts";
import { keys } from "./keys.ts";
import type { Store } from "./open.ts";
import { readEvents, readHead } from "./read.ts";

/** How long a feed may miss that something has happened when nothing tells it. */
const POLL_MS = 500;

/** Where a feed begins and ends. */
export interface FeedOptions {
  /** The number of the last event already seen; 0 for all. */
  readonly after: number;
  /** Ends the feed, after what the store holds at that moment has been delivered. */
  readonly signal: AbortSignal;
}

/**
 * Follows a session's log: every event once, in order, without a gap, whoever writes it. Three things
 * wake it: `kv.watch` (writes of this process), the bell (other processes), and a slow poll, should both
 * fail; what it delivers comes from the log alone.
 */
export async function* feed(
  store: Store,
  session: string,
  { after, signal }: FeedOptions,
): AsyncGenerator<StoredEvent> {
  const wake = new Wake();
  using _watches = startWatches(store, session, wake, signal);
  for (let seen = after;;) {
    const isLast = signal.aborted;
    const head = await readHead(store, session);
    if (head !== undefined && head.seq > seen) {
      for await (const event of readEvents(store, session, head, seen)) {
        yield event;
        seen = event.seq;
      }
    } else if (isLast) {
      return;
    } else {
      await wake.wait(POLL_MS);
    }
  }
}

function startWatches(
  store: Store,
  session: string,
  wake: Wake,
  signal: AbortSignal,
): Disposable {
  const own = store.kv.watch<[Head]>([keys.head(session)]).getReader();
  const followOwn = async (): Promise<void> => {
    for (let step = await own.read(); !step.done; step = await own.read()) wake.up();
  };
  const files = hear(parentPath(store.file));
  const followFiles = async (): Promise<void> => {
    for await (const _change of files ?? []) wake.up();
  };
  // A watch that fails leaves the poll to do its work.
  followOwn().catch(() => undefined);
  followFiles().catch(() => undefined);
  const onAbort = (): void => wake.up();
  signal.addEventListener("abort", onAbort);
  return {
    [Symbol.dispose]: () => {
      signal.removeEventListener("abort", onAbort);
      own.cancel().catch(() => undefined);
      files?.close();
    },
  };
}

/** Wakes whoever waits; waking while nobody waits is remembered, once. */
class Wake {
  #rung = false;
  #waiting: (() => void) | undefined;

  up(): void {
    this.#rung = true;
    this.#waiting?.();
  }

  async wait(ms: number): Promise<void> {
    if (!this.#rung) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting = resolve;
      const timer = setTimeout(resolve, ms);
      await promise;
      clearTimeout(timer);
      this.#waiting = undefined;
    }
    this.#rung = false;
  }
}
