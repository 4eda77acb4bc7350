import type { Head } from "../session/state.ts";
import type { Store } from "../store/open.ts";
import { readHead } from "../store/read.ts";

/** The head of a session that has to be there. */
export async function currentHead(store: Store, session: string): Promise<Head> {
  const head = await readHead(store, session);
  if (head === undefined) throw new Error(`session ${session} has vanished from the store`);
  return head;
}
