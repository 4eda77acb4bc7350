import type { StoredEvent } from "../session/event.ts";
import type { Note } from "../session/note.ts";
import { type Head, type Info, type Iteration, NO_INFO } from "../session/state.ts";
import type { Task } from "../session/task.ts";
import { StoreError } from "./errors.ts";
import { keys } from "./keys.ts";
import type { Store } from "./open.ts";
import { withRetry } from "./retry.ts";

const PAGE = 500;

/** The head of a session, or `undefined` when there is no such session. */
export async function readHead(store: Store, session: string): Promise<Head | undefined> {
  const entry = await withRetry(store, () => store.kv.get<Head>(keys.head(session)));
  return entry.value ?? undefined;
}

/** The names of all sessions, sorted. */
export async function sessionNames(store: Store): Promise<readonly string[]> {
  const names: string[] = [];
  const entries = await collect<Head>(store, { prefix: keys.heads() });
  for (const { key } of entries) {
    const name = key[1];
    if (typeof name === "string") names.push(name);
  }
  return names;
}

/*
 * Lists are cut at the counters of the head. A command that is too large for one atomic writes its
 * new records first and the head last; until then those records do not exist for any reader.
 */

/** What a session works on. */
export async function readInfo(store: Store, session: string, head: Head): Promise<Info> {
  const key = keys.info(session, head.epoch);
  const entry = await withRetry(store, () => store.kv.get<Info>(key));
  return entry.value ?? NO_INFO;
}

/** All tasks, in the order of their numbers. */
export async function readTasks(
  store: Store,
  session: string,
  head: Head,
): Promise<readonly Task[]> {
  if (head.tasks === 0) return [];
  return await values<Task>(store, {
    start: keys.task(session, head.epoch, 1),
    end: keys.task(session, head.epoch, head.tasks + 1),
  });
}

/** All notes, in the order of their numbers. */
export async function readNotes(
  store: Store,
  session: string,
  head: Head,
): Promise<readonly Note[]> {
  if (head.notes === 0) return [];
  return await values<Note>(store, {
    start: keys.note(session, head.epoch, 1),
    end: keys.note(session, head.epoch, head.notes + 1),
  });
}

/**
 * The iterations, in the order of their numbers.
 *
 * @param last leaves out all but so many of the last ones.
 */
export async function readIterations(
  store: Store,
  session: string,
  head: Head,
  last: number = Infinity,
): Promise<readonly Iteration[]> {
  if (head.iterations === 0) return [];
  return await values<Iteration>(store, {
    start: keys.iteration(session, head.epoch, Math.max(1, head.iterations - last + 1)),
    end: keys.iteration(session, head.epoch, head.iterations + 1),
  });
}

/**
 * The events after a sequence number, in order, as far as the given head reaches.
 *
 * @param after the last number already seen; 0 for all.
 * @throws {StoreError} `damaged` when an event is not there: none is ever passed over.
 */
export async function* readEvents(
  store: Store,
  session: string,
  head: Head,
  after: number,
): AsyncGenerator<StoredEvent> {
  for (let from = after + 1; from <= head.seq;) {
    const to = Math.min(head.seq, from + PAGE - 1);
    const events = await values<StoredEvent>(store, {
      start: keys.event(session, head.epoch, from),
      end: keys.event(session, head.epoch, to + 1),
    });
    for (let at = from; at <= to; at++) {
      const event = events[at - from];
      if (event?.seq !== at) throw lost(store, session, at);
      yield event;
    }
    from = to + 1;
  }
}

/**
 * One event, by its number.
 *
 * @throws {StoreError} `damaged` when it is not there.
 */
export async function readEvent(
  store: Store,
  session: string,
  head: Head,
  seq: number,
): Promise<StoredEvent> {
  const key = keys.event(session, head.epoch, seq);
  const { value } = await withRetry(store, () => store.kv.get<StoredEvent>(key));
  if (value === null) throw lost(store, session, seq);
  return value;
}

function lost(store: Store, session: string, seq: number): StoreError {
  const what = `event ${seq} of session ${session}`;
  return new StoreError("damaged", `the store ${store.file} is damaged: ${what} is missing`);
}

async function values<T>(store: Store, selector: Deno.KvListSelector): Promise<readonly T[]> {
  return (await collect<T>(store, selector)).map((entry) => entry.value);
}

function collect<T>(
  store: Store,
  selector: Deno.KvListSelector,
): Promise<readonly Deno.KvEntry<T>[]> {
  return withRetry(
    store,
    () => Array.fromAsync(store.kv.list<T>(selector, { batchSize: PAGE })),
  );
}
