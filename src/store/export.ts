import { isKnown, type SessionEvent, type StoredEvent } from "../session/event.ts";
import type { Head } from "../session/state.ts";
import type { BlobRef, StoredText } from "../session/stored_text.ts";
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
    const ref = namedBlob(event);
    if (ref !== undefined && !written.has(ref.blob)) {
      written.add(ref.blob);
      const text = await loadText(store, session, head.epoch, ref);
      yield `${JSON.stringify({ blob: ref.blob, text })}\n`;
    }
    yield `${JSON.stringify(event)}\n`;
  }
}

/** The blob that an event names, if it names one. */
export function namedBlob(event: StoredEvent): BlobRef | undefined {
  if (!isKnown(event)) return undefined;
  const text = namedText(event);
  return typeof text === "string" ? undefined : text;
}

function namedText(event: SessionEvent): StoredText {
  switch (event.type) {
    case "spec.recorded":
      return event.data.text;
    case "agent.tool":
      return event.data.output;
    case "work.baseline":
      return event.data.files;
    default:
      return "";
  }
}
