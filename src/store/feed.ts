import type { StoredEvent } from "../session/event.ts";
import type { Head } from "../session/state.ts";
import { parentPath } from "../platform/paths.ts";
import { hear } from "./bell.ts";
import { readPastEpoch } from "./epoch.ts";
import { StoreError } from "./errors.ts";
import { keys } from "./keys.ts";
import type { Store } from "./open.ts";
import { readEvents, readHead } from "./read.ts";

/** How long a feed may miss that something has happened when nothing tells it. */
const POLL_MS = 500;

/** An event of a session, and the epoch it belongs to. Together with `seq` that is a position. */
export interface FeedItem {
  readonly epoch: number;
  readonly event: StoredEvent;
}

/** Where a feed begins and ends. */
export interface FeedOptions {
  /** The number of the last event already seen; 0 for all. */
  readonly after: number;
  /** The epoch of that event; left out, the one that is going on. */
  readonly epoch?: number;
  /** Ends the feed, after what the store holds at that moment has been delivered. */
  readonly signal: AbortSignal;
}

/**
 * Follows a session's log: every event once, in order, without a gap, whoever writes it, and across
 * resets: the rest of the old epoch comes first. A session that is not there yet is waited for. Three things
 * wake it: `kv.watch` (writes of this process), the bell (other processes), and a slow poll, should both
 * fail; what it delivers comes from the log alone.
 */
export async function* feed(
  store: Store,
  session: string,
  { after, epoch, signal }: FeedOptions,
): AsyncGenerator<FeedItem> {
  const wake = new Wake();
  using _watches = startWatches(store, session, wake, signal);
  let at = { epoch, seq: after };
  for (;;) {
    const isLast = signal.aborted;
    const head = await readHead(store, session);
    const here = head === undefined ? at.epoch : at.epoch ?? head.epoch;
    const isOver = here !== undefined && here !== head?.epoch;
    const end = isOver ? (await readPastEpoch(store, session, here))?.head : head;
    if (here !== undefined && end !== undefined && end.seq > at.seq) {
      for await (const event of withoutGap(store, session, end, at.seq, isOver)) {
        yield { epoch: here, event };
        at = { epoch: here, seq: event.seq };
      }
    } else if (isOver && end !== undefined && head !== undefined) {
      at = { epoch: here + 1, seq: 0 };
    } else if (isLast) {
      return;
    } else {
      await wake.wait(POLL_MS);
    }
  }
}

/** The events after a number; of a past epoch that is being swept, either all of them or none. */
async function* withoutGap(
  store: Store,
  session: string,
  end: Head,
  after: number,
  isOver: boolean,
): AsyncGenerator<StoredEvent> {
  try {
    yield* readEvents(store, session, end, after);
  } catch (error) {
    const isGone = isOver && error instanceof StoreError && error.fault === "damaged";
    throw isGone ? gap(store, session, end.epoch, after) : error;
  }
}

function gap(store: Store, session: string, epoch: number, seq: number): StoreError {
  return new StoreError(
    "missing",
    `the events of session ${session} after number ${seq} of epoch ${epoch} are no longer in ` +
      `${store.file}: "iteratr export ${session} --epoch ${epoch}" has them`,
  );
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
