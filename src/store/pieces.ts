import type { Head } from "../session/state.ts";
import { keys } from "./keys.ts";
import type { Store } from "./open.ts";

/** One key and its value on their way into the store. */
export interface Record {
  readonly key: Deno.KvKey;
  readonly value: unknown;
  /** A record that no reader can see before the head tells of it. */
  readonly isNew: boolean;
}

/** Deno KV's limit for one atomic is 819,200 bytes and 1000 mutations; this keeps well below. */
const MAX_ATOMIC_BYTES = 500_000;
const MAX_ATOMIC_RECORDS = 450;

/**
 * Cuts records into pieces that fit into an atomic each. Only new records go ahead of the last piece;
 * records that readers see already change with it.
 */
export function inPieces(records: readonly Record[]): readonly (readonly Record[])[] {
  const pieces: Record[][] = [];
  let piece: Record[] = [];
  let bytes = 0;
  for (const record of records.filter(({ isNew }) => isNew)) {
    const { value } = record;
    const size = value instanceof Uint8Array ? value.length : JSON.stringify(value).length * 2;
    if (piece.length >= MAX_ATOMIC_RECORDS || bytes + size > MAX_ATOMIC_BYTES) {
      pieces.push(piece);
      piece = [];
      bytes = 0;
    }
    piece.push(record);
    bytes += size;
  }
  const changed = records.filter(({ isNew }) => !isNew);
  if (piece.length + changed.length > MAX_ATOMIC_RECORDS) {
    pieces.push(piece);
    piece = [];
  }
  pieces.push([...piece, ...changed]);
  return pieces;
}

/** What a command is about to write. */
export interface Writing {
  /** What was read and must not have changed: the head, and whether the session was deleted. */
  readonly seen: readonly Deno.KvEntryMaybe<unknown>[];
  readonly pieces: readonly (readonly Record[])[];
  readonly head: Head;
}

/**
 * Writes the pieces, and with the last of them the head. Each piece is written only while what was read
 * is still so. Two commands of several pieces would write the same new keys while the head stands
 * still: so each of their pieces also takes the pen, and a command whose pen was taken begins again.
 *
 * @returns whether everything was written; what went ahead of a command that failed is seen by nobody.
 */
export async function writePieces(
  store: Store,
  session: string,
  { seen, pieces, head }: Writing,
): Promise<boolean> {
  const isSingle = pieces.length === 1;
  let pen: Deno.AtomicCheck = isSingle
    ? { key: keys.pen(session), versionstamp: null }
    : await store.kv.get(keys.pen(session));
  for (const [index, piece] of pieces.entries()) {
    const atomic = store.kv.atomic().check(...seen);
    if (!isSingle) atomic.check(pen).set(pen.key, index);
    for (const { key, value } of piece) atomic.set(key, value);
    if (index === pieces.length - 1) atomic.set(keys.head(session), head);
    const done = await atomic.commit();
    if (!done.ok) return false;
    pen = { key: pen.key, versionstamp: done.versionstamp };
  }
  return true;
}
