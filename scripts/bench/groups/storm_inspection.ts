import { checkSessions } from "../../../src/store/check.ts";
import { integrityProblem } from "../../../src/store/integrity.ts";
import { openStore } from "../../../src/store/open.ts";
import { readEvents, readHead } from "../../../src/store/read.ts";
import { type Receipt, receiptOf } from "../processes/receipt.ts";
import { SESSION } from "../seed.ts";

/** What a storm has left. */
export interface Inspection {
  /** Events that a reader of the log sees. */
  readonly events: number;
  /** Receipts whose event is not there, or is another one. */
  readonly lost: number;
  /** Numbers up to the head's that no event has. */
  readonly gaps: number;
  /** The first difference between the log and the views. */
  readonly difference: string | undefined;
  /** The first problem that SQLite names. */
  readonly damage: string | undefined;
}

/** Looks at the store of a data directory, which nobody may have open. */
export async function inspect(
  directory: string,
  receipts: readonly Receipt[],
): Promise<Inspection> {
  const damage = integrityProblem(directory);
  await using store = await openStore({ directory, create: false });
  const head = await readHead(store, SESSION);
  const digests = new Map<number, string>();
  if (head !== undefined) {
    for await (const event of readEvents(store, SESSION, head, 0)) {
      digests.set(...await receiptOf(event));
    }
  }
  let difference: string | undefined;
  for await (const { problem } of checkSessions(store)) difference ??= problem;
  return {
    events: digests.size,
    lost: receipts.filter(([seq, digest]) => digests.get(seq) !== digest).length,
    gaps: (head?.seq ?? 0) - digests.size,
    difference,
    damage,
  };
}
