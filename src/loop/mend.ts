import { event, type NewEvent } from "../session/event.ts";
import { granted } from "../session/ruling.ts";
import { NO_USAGE } from "../session/usage.ts";
import type { Store } from "../store/open.ts";
import { transact } from "../store/transact.ts";

/** The exit code of a run that was killed: the shell's for SIGKILL. */
const FOUND_DEAD = 137;

/**
 * Closes what a killed run has left open in the log: its iteration counts as interrupted, and the run
 * itself gets the ending that it could not write.
 */
export async function mend(store: Store, session: string): Promise<void> {
  await transact(store, {
    session,
    actor: "run",
    tasks: false,
    decide: ({ head }) => {
      const closing: NewEvent[] = [];
      if (head.iteration !== null) {
        closing.push(event("iteration.ended", {
          n: head.iteration,
          outcome: "interrupted",
          stop: "the run was killed",
          ms: 0,
          usage: { ...NO_USAGE, partial: true },
          state: null,
        }));
      }
      if (head.run !== null) {
        closing.push(event("run.ended", {
          reason: "interrupted",
          code: FOUND_DEAD,
          message: "the run was killed; the next one found it dead",
          hints: [],
          iterations: 0,
          ms: 0,
          usage: { ...NO_USAGE, partial: true },
        }));
      }
      return granted(...closing);
    },
  });
}
