import type { NewEvent } from "../session/event.ts";
import { exportLines } from "../store/export.ts";
import type { Store } from "../store/open.ts";
import { readHead } from "../store/read.ts";

/**
 * Writes what can still be saved of a lost store into a file beside the data directory: the log, as far
 * as the open store still gives it, and the events that it no longer took, as `{"unsaved": event}`.
 *
 * @returns the file's path, or `undefined` when there was nothing to save or nowhere to.
 */
export async function rescue(
  store: Store,
  dataDirectory: string,
  session: string,
  unsaved: readonly NewEvent[],
): Promise<string | undefined> {
  const time = store.clock.now().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const lines: string[] = [];
  try {
    const head = await readHead(store, session);
    if (head !== undefined) {
      for await (const line of exportLines(store, session, head)) lines.push(line);
    }
  } catch {
    // A damaged store gives what comes before the damage.
  }
  for (const item of unsaved) lines.push(`${JSON.stringify({ unsaved: item })}\n`);
  if (lines.length === 0) return undefined;
  const path = `${dataDirectory}.rescue-${session}-${time}.jsonl`;
  try {
    await Deno.writeTextFile(path, lines.join(""), { mode: 0o600 });
    return path;
  } catch {
    return undefined;
  }
}
