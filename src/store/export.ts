import { asNumber, asObject, asText } from "../platform/json.ts";
import type { StoredEvent } from "../session/event.ts";
import type { Head } from "../session/state.ts";
import type { BlobRef } from "../session/stored_text.ts";
import { loadText } from "./blob.ts";
import type { Store } from "./open.ts";
import { readEvents } from "./read.ts";

/**
 * The log of an epoch as lines of JSON, each ended by a line break: the events in order, and before the
 * first event that names a blob, a line `{"blob": id, "text": content}`. The same log always gives the
 * same bytes, whoever exports it and when.
 *
 * @param after leaves out events up to this number; `written` then names the blobs already exported.
 */
export async function* exportLines(
  store: Store,
  session: string,
  head: Head,
  after = 0,
  written: Set<string> = new Set(),
): AsyncGenerator<string> {
  for await (const event of readEvents(store, session, head, after)) {
    for (const ref of namedBlobs(event)) {
      if (written.has(ref.blob)) continue;
      written.add(ref.blob);
      const text = await loadText(store, session, head.epoch, ref);
      yield `${JSON.stringify({ blob: ref.blob, text })}\n`;
    }
    yield `${JSON.stringify(event)}\n`;
  }
}

/**
 * The blobs that an event names: told by their shape, so that those of types which only a later version
 * knows are not left out either.
 */
export function namedBlobs({ data }: StoredEvent): readonly BlobRef[] {
  return Object.values(asObject(data) ?? {}).filter(isBlobRef);
}

function isBlobRef(value: unknown): value is BlobRef {
  const fields = asObject(value);
  return fields !== undefined && /^[0-9a-f]{32}$/.test(asText(fields["blob"]) ?? "") &&
    asNumber(fields["bytes"]) !== undefined;
}
