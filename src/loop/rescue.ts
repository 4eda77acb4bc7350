import type { Unsaved } from "./recorder.ts";
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
  unsaved: readonly Unsaved[],
  temporaryDirectory: string,
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
  for (const { events, blobs } of unsaved) {
    for (const { ref, parts } of blobs) {
      const text = new TextDecoder().decode(await new Blob([...parts]).arrayBuffer());
      lines.push(`${store.mask(JSON.stringify({ blob: ref.blob, text }))}\n`);
    }
    // What was to be stored is masked on its way into the store, which these have not gone.
    for (const event of events) {
      lines.push(`${store.mask(JSON.stringify({ unsaved: event }))}\n`);
    }
  }
  if (lines.length === 0) return undefined;
  const name = `rescue-${session}-${time}.jsonl`;
  // The disk of the data directory may be the very thing that is full.
  for (const path of [`${dataDirectory}.${name}`, `${temporaryDirectory}/iteratr-${name}`]) {
    try {
      await Deno.writeTextFile(path, lines.join(""), { mode: 0o600, createNew: true });
      return path;
    } catch {
      await Deno.remove(path).catch(() => undefined);
    }
  }
  return undefined;
}
