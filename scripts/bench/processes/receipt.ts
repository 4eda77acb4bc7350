import type { StoredEvent } from "../../../src/session/event.ts";

/** What proves that an event was acknowledged: its number, and a digest of all that it holds. */
export type Receipt = readonly [seq: number, digest: string];

/** The receipt of an event. */
export async function receiptOf(event: StoredEvent): Promise<Receipt> {
  const members = Object.entries(event).toSorted(([a], [b]) => a < b ? -1 : 1);
  const bytes = new TextEncoder().encode(JSON.stringify(members));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [event.seq, digest.subarray(0, 12).toHex()];
}

/** Reads a line of receipts. @throws {Error} when it holds anything else. */
export function readReceipts(line: string): readonly Receipt[] {
  const items: unknown = JSON.parse(line);
  if (!Array.isArray(items)) throw new Error(`no receipts: ${line}`);
  return items.map((item: unknown): Receipt => {
    const [seq, digest] = Array.isArray(item) ? item : [];
    if (typeof seq !== "number" || typeof digest !== "string") {
      throw new Error(`no receipt: ${JSON.stringify(item)}`);
    }
    return [seq, digest];
  });
}
