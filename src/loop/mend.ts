import { event, type NewEvent } from "../session/event.ts";
import { granted } from "../session/ruling.ts";
import type { Iteration } from "../session/state.ts";
import { addUsage, NO_USAGE, type Usage } from "../session/usage.ts";
import type { Store } from "../store/open.ts";
import { readHead, readIterations } from "../store/read.ts";
import { transact } from "../store/transact.ts";

/** The exit code of a run that was killed: the shell's for SIGKILL. */
const FOUND_DEAD = 137;

/**
 * Closes what a killed run has left open in the log: its iteration counts as interrupted, with what it
 * is known to have spent, and the run itself gets the ending that it could not write.
 */
export async function mend(store: Store, session: string): Promise<void> {
  const seen = await readHead(store, session);
  if (seen === undefined || (seen.run === null && seen.iteration === null)) return;
  const iterations = await readIterations(store, session, seen);
  const open = iterations.find(({ n }) => n === seen.iteration);
  const run = seen.run ?? open?.run ?? undefined;
  await transact(store, {
    session,
    ...(run === undefined ? {} : { run }),
    actor: "run",
    tasks: false,
    decide: ({ head }) => {
      const closing: NewEvent[] = [];
      if (head.iteration !== null) closing.push(interrupted(head.iteration, open));
      if (head.run !== null) closing.push(foundDead(iterations.filter((it) => it.run === run)));
      return granted(...closing);
    },
  });
}

function interrupted(n: number, iteration: Iteration | undefined): NewEvent {
  return event("iteration.ended", {
    n,
    outcome: "interrupted",
    stop: "the run was killed",
    ms: 0,
    usage: asPartial(iteration?.usage ?? NO_USAGE),
    state: null,
  });
}

function foundDead(iterations: readonly Iteration[]): NewEvent {
  return event("run.ended", {
    reason: "interrupted",
    code: FOUND_DEAD,
    message: "the run was killed; the next one found it dead",
    hints: [],
    iterations: iterations.length,
    ms: 0,
    usage: asPartial(iterations.map(({ usage }) => usage).reduce(addUsage, NO_USAGE)),
  });
}

function asPartial(usage: Usage): Usage {
  return { ...usage, partial: true };
}
