import type { BlobRef, StoredText } from "../session/stored_text.ts";
import { StoreError } from "./errors.ts";
import { keys } from "./keys.ts";
import type { Store } from "./open.ts";
import { withRetry } from "./retry.ts";

/** Texts up to this many UTF-8 bytes are kept where they belong, longer ones in blobs. */
const INLINE_BYTES = 16 * 1024;

/** Below the 65,536 bytes that a value may have, with room for its envelope. */
const PART_BYTES = 60_000;

/** A text that is to be stored as a blob, together with the event that names it. */
export interface NewBlob {
  readonly ref: BlobRef;
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
}

/**
 * Makes a text fit for an event.
 *
 * @returns what the event is to hold, and the blob that must be stored with it, if any.
 */
export async function storeText(
  text: string,
): Promise<{ readonly text: StoredText; readonly blobs: readonly NewBlob[] }> {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= INLINE_BYTES) return { text, blobs: [] };
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const id = Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0"));
  const ref: BlobRef = { blob: id.join(""), bytes: bytes.length };
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < bytes.length; at += PART_BYTES) {
    parts.push(bytes.slice(at, at + PART_BYTES));
  }
  return { text: ref, blobs: [{ ref, parts }] };
}

/**
 * Reads a stored text, wherever it is.
 *
 * @throws {StoreError} `damaged` when the blob is not there as a whole.
 */
export async function loadText(
  store: Store,
  session: string,
  epoch: number,
  text: StoredText,
): Promise<string> {
  if (typeof text === "string") return text;
  const { blob, bytes } = text;
  const whole = new Uint8Array(bytes);
  for (let at = 0, part = 0; at < bytes; part++) {
    const key = keys.blob(session, epoch, blob, part);
    const { value } = await withRetry(store, () => store.kv.get<Uint8Array>(key));
    if (value === null || at + value.length > bytes) {
      throw new StoreError("damaged", `the store ${store.file} has lost a part of blob ${blob}`);
    }
    whole.set(value, at);
    at += value.length;
  }
  // A byte order mark is part of the text.
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(whole);
}
