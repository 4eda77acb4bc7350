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
  const name = `rescue-${session}-${time}.jsonl`;
  // The disk of the data directory may be the very thing that is full.
  for (const path of [`${dataDirectory}.${name}`, `${temporaryDirectory}/iteratr-${name}`]) {
    const result = await writeNew(path, linesOf(store, session, unsaved));
    if (result !== "failed") return result === "written" ? path : undefined;
  }
  return undefined;
}

async function* linesOf(
  store: Store,
  session: string,
  unsaved: readonly Unsaved[],
): AsyncGenerator<string> {
  try {
    const head = await readHead(store, session);
    if (head !== undefined) yield* exportLines(store, session, head);
  } catch {
    // A damaged store gives what comes before the damage.
  }
  for (const { events, blobs } of unsaved) {
    for (const { ref, parts } of blobs) {
      const text = new TextDecoder().decode(await new Blob([...parts]).arrayBuffer());
      yield `${store.mask(JSON.stringify({ blob: ref.blob, text }))}\n`;
    }
    // What was to be stored is masked on its way into the store, which these have not gone.
    for (const event of events) yield `${store.mask(JSON.stringify({ unsaved: event }))}\n`;
  }
}

/** Writes lines as they come, since a log may be longer than memory; without any there is no file. */
async function writeNew(
  path: string,
  lines: AsyncIterable<string>,
): Promise<"written" | "nothing" | "failed"> {
  const encoder = new TextEncoder();
  let file: Deno.FsFile | undefined;
  try {
    for await (const line of lines) {
      file ??= await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
      const bytes = encoder.encode(line);
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    }
    await file?.sync();
    return file === undefined ? "nothing" : "written";
  } catch {
    // A file of that name that was there before is not ours to remove.
    if (file !== undefined) await Deno.remove(path).catch(() => undefined);
    return "failed";
  } finally {
    file?.close();
  }
}
