import { DatabaseSync } from "node:sqlite";
import { isSessionName } from "../session/name.ts";
import { isStore, storeFile } from "./open.ts";

/** More names than this help nobody who types. */
const MAX_NAMES = 200;

/** Deno KV's encoding of `["head", session]`: each text as 2, its bytes, 0; these are without zeros. */
const HEADS = new TextEncoder().encode("\x02head\0\x02");
const BEHIND_HEADS = new TextEncoder().encode("\x02head\0\x03");

/**
 * The names of the sessions in a data directory, sorted, for whoever asks at every key: it reads the few
 * pages that they are in, however large the store is. The file is read by SQLite itself, for which damage
 * is an error; Deno KV would look at more than that, and some damage brings its whole process down.
 *
 * @returns at most 200 of them; none when there is no store.
 * @throws {Error} when it cannot be read at once.
 */
export function namesAtAGlance(directory: string): readonly string[] {
  const file = storeFile(directory);
  if (!isStore(file)) return [];
  using database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare("select k from kv where k > ? and k < ? order by k limit ?")
    .all(HEADS, BEHIND_HEADS, MAX_NAMES);
  const names = rows.map(({ k }) =>
    k instanceof Uint8Array ? new TextDecoder().decode(k.subarray(HEADS.length, -1)) : ""
  );
  // What is damaged can look like anything.
  return names.filter(isSessionName);
}
