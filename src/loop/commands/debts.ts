import { isKnown } from "../../session/event.ts";
import type { Head } from "../../session/state.ts";
import type { Store } from "../../store/open.ts";
import { readEvents } from "../../store/read.ts";
import { completionsSince } from "./completions.ts";

/**
 * Whether a run that was broken off has left something to do in a session whose tasks are all closed: the
 * hooks of a completion, or a complaint of a hook that the agent has not been told.
 *
 * @param watches whether the run that begins has hooks for completions.
 */
export async function hasDebts(
  store: Store,
  session: string,
  head: Head,
  watches: boolean,
): Promise<boolean> {
  const { completionsFrom } = head;
  if (watches && completionsFrom !== undefined) {
    const owed = await completionsSince(store, session, head, completionsFrom);
    if (owed.length > 0) return true;
  }
  const complaint = head.held?.findLast(({ failed }) => failed);
  return complaint !== undefined &&
    !await hasBeenTold(store, session, head, complaint.seq);
}

/** A run takes one turn more for complaints: those of that turn itself are not told any more. */
async function hasBeenTold(
  store: Store,
  session: string,
  head: Head,
  seq: number,
): Promise<boolean> {
  for await (const event of readEvents(store, session, head, seq)) {
    if (isKnown(event) && event.type === "run.ended" && event.data.told === true) return true;
  }
  return false;
}
