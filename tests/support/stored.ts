import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { StoredEvent } from "../../src/session/event.ts";
import { fold } from "../../src/session/fold.ts";
import type { SessionState } from "../../src/session/state.ts";
import type { Store } from "../../src/store/open.ts";
import {
  readEvents,
  readHead,
  readInfo,
  readIterations,
  readNotes,
  readTasks,
} from "../../src/store/read.ts";

/** What a session's keys in the store hold. */
export interface Stored {
  readonly events: readonly StoredEvent[];
  readonly state: SessionState;
}

/** Reads a session's log and checks that it is dense, and that its fold equals the stored views. */
export async function readSound(store: Store, session: string): Promise<Stored> {
  const head = await readHead(store, session);
  assert.ok(head !== undefined, `there is no session ${session}`);
  const events = await Array.fromAsync(readEvents(store, session, head, 0));
  assert.deepEqual(events.map(({ seq }) => seq), numbers(head.seq));
  const state = fold(events, head.epoch);
  same(head, state.head);
  same(await readInfo(store, session, head), state.info);
  same(await readTasks(store, session, head), [...state.tasks.values()]);
  same(await readNotes(store, session, head), [...state.notes.values()]);
  same(await readIterations(store, session, head), [...state.iterations.values()]);
  return { events, state };
}

/** Like `deepEqual`, but without a screenful of every long text when it fails. */
function same(stored: unknown, folded: unknown): void {
  if (!isDeepStrictEqual(stored, folded)) assert.deepEqual(shortened(stored), shortened(folded));
  assert.ok(isDeepStrictEqual(stored, folded), "they differ somewhere in a long text");
}

function shortened(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(
      value,
      (_key, member: unknown) => typeof member === "string" ? member.slice(0, 40) : member,
    ),
  );
}

/** Every key and value of a store, to see that nothing has changed. */
export async function dump(store: Store): Promise<readonly Deno.KvEntry<unknown>[]> {
  return await Array.fromAsync(store.kv.list({ prefix: [] }));
}

/** 1 to n. */
export function numbers(n: number): readonly number[] {
  return Array.from({ length: n }, (_, index) => index + 1);
}
