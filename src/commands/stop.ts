import { type Clock, systemClock } from "../platform/clock.ts";
import { BusyError, UserError } from "../platform/failure.ts";
import { event } from "../session/event.ts";
import { granted, refused } from "../session/ruling.ts";
import type { Lease } from "../store/lease.ts";
import type { Store } from "../store/open.ts";
import { readHead } from "../store/read.ts";
import { transact } from "../store/transact.ts";
import { type CommandWorld, dataDirectory, noSuchSession, openExisting } from "./context.ts";
import { liveLease } from "./session_summary.ts";
import { onlySession } from "./status.ts";

/** The flags of `iteratr stop`. */
export interface StopFlags {
  readonly now?: boolean;
  readonly dataDir?: string;
}

/** A run that has taken the lease begins after so long at most: it may have a large work tree to look at. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 100;

/**
 * `iteratr stop [SESSION] [--now]`: asks the run that is going on to end, after its iteration or at once.
 *
 * @throws {UserError} when no run is going on.
 * @throws {BusyError} when one has taken the session, and does not begin.
 */
export async function stop(
  given: string | undefined,
  flags: StopFlags,
  world: CommandWorld,
  clock: Clock = systemClock,
): Promise<void> {
  await using store = await openExisting(dataDirectory(world, flags.dataDir));
  const session = given ?? await onlySession(store);
  const now = flags.now === true;
  const start = clock.monotonic();
  for (;;) {
    const lease = await liveLease(store, session);
    if (lease === undefined) {
      if (await readHead(store, session) === undefined) throw await noSuchSession(store, session);
      throw new UserError(`no run of session ${session} is going on`);
    }
    const { pid } = lease.owner;
    if (await ask(store, lease, now)) {
      world.stdout(
        `the run of session ${session} (pid ${pid}) ends ${now ? "now" : "after its iteration"}\n`,
      );
      return;
    }
    // It is getting ready, or has just ended: what is asked now would be heard by nobody, or the next one.
    if (clock.monotonic() - start >= PATIENCE_MS) {
      const seconds = PATIENCE_MS / 1000;
      throw new BusyError(
        `the run of session ${session} (pid ${pid}) has not begun within ${seconds} s; try again`,
      );
    }
    await clock.sleep(PAUSE_MS);
  }
}

/** Whether a run could be asked: it is the one that is going on in the log. */
async function ask(store: Store, { session, run }: Lease, now: boolean): Promise<boolean> {
  const outcome = await transact(store, {
    session,
    actor: "user",
    tasks: false,
    decide: ({ head }) =>
      head.run === run ? granted(event("run.stop", { now })) : refused("another run goes on"),
  });
  return outcome.kind === "committed";
}
