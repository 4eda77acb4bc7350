import { keys } from "./keys.ts";
import type { Store } from "./open.ts";
import type { PastEpoch } from "./epoch.ts";
import { withRetry } from "./retry.ts";

/** So long after its end, readers of an epoch have certainly read it to the end. */
const GRACE_MS = 60_000;

/** Small enough that no writer has to wait for long. */
const PIECE = 400;

const KINDS = ["event", "task", "note", "iteration", "blob"] as const;

/**
 * Removes the records of epochs that are over, in pieces. Their logs are in the archive. A sweep that is
 * killed is taken up by the next one.
 *
 * @returns how many records were removed.
 */
export async function sweep(store: Store): Promise<number> {
  let removed = 0;
  const past = await withRetry(
    store,
    () => Array.fromAsync(store.kv.list<PastEpoch>({ prefix: keys.epochs() })),
  );
  for (const { key, value } of past) {
    const [, session, epoch] = key;
    const age = store.clock.now().getTime() - Date.parse(value.endedAt);
    if (value.swept || age < GRACE_MS || session === undefined || epoch === undefined) continue;
    for (const kind of KINDS) removed += await removeAll(store, [kind, session, epoch]);
    // The one record of an epoch whose key has nothing behind the epoch, so that no prefix finds it.
    const info = keys.info(String(session), Number(epoch));
    const { value: isThere } = await withRetry(store, () => store.kv.get(info));
    await withRetry(
      store,
      () => store.kv.atomic().delete(info).set(key, { ...value, swept: true }).commit(),
    );
    if (isThere !== null) removed++;
  }
  return removed;
}

async function removeAll(store: Store, prefix: Deno.KvKey): Promise<number> {
  for (let removed = 0;;) {
    const piece = await withRetry(
      store,
      () => Array.fromAsync(store.kv.list({ prefix }, { limit: PIECE, batchSize: PIECE })),
    );
    if (piece.length === 0) return removed;
    const atomic = store.kv.atomic();
    for (const { key } of piece) atomic.delete(key);
    await withRetry(store, () => atomic.commit());
    removed += piece.length;
  }
}
