import type { EventOf } from "./event.ts";
import type { Head, Refused } from "./state.ts";

/** From which commit on git's index may lack what the run commits; null = it has everything. */
export function keepIndex({ indexFrom: _, ...head }: Head, from: string | null): Head {
  return from === null ? head : { ...head, indexFrom: from };
}

/** Nothing stands in the way of a commit any more. */
export function withoutRefusal({ refused: _, ...head }: Head): Head {
  return head;
}

/** What is tried again without a turn in between is no news to the agent. */
export function refuse({ refused }: Head, n: number, byHook: boolean): Refused {
  const wasTold = refused?.n === n && refused.told === true;
  return { n, by: byHook ? "hook" : "obstacle", ...(wasTold ? { told: true } : {}) };
}

/** A run has ended that may have told the agent of a refusal, in an extra turn. */
export function tellRefusal(head: Head, { data }: EventOf<"run.ended">): Head {
  const { refused } = head;
  if (data.told !== true || refused?.by !== "hook") return head;
  return { ...head, refused: { ...refused, told: true } };
}

/** What an earlier iteration could not commit, this one has, unless it was broken off. */
export function settle(head: Head, { data }: EventOf<"iteration.ended">): Head {
  const { refused } = head;
  const isOver = refused !== undefined && refused.n < data.n && data.outcome !== "interrupted";
  return isOver ? withoutRefusal(head) : head;
}
