import { UserError } from "../platform/failure.ts";
import { event } from "../session/event.ts";
import { granted } from "../session/ruling.ts";
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

/**
 * `iteratr stop [SESSION] [--now]`: asks the run that is going on to end, after its iteration or at once.
 *
 * @throws {UserError} when no run is going on.
 */
export async function stop(
  given: string | undefined,
  flags: StopFlags,
  world: CommandWorld,
): Promise<void> {
  await using store = await openExisting(dataDirectory(world, flags.dataDir));
  const session = given ?? await onlySession(store);
  if (await readHead(store, session) === undefined) throw await noSuchSession(store, session);
  const lease = await liveLease(store, session);
  if (lease === undefined) throw new UserError(`no run of session ${session} is going on`);
  const now = flags.now === true;
  await transact(store, {
    session,
    actor: "user",
    tasks: false,
    decide: () => granted(event("run.stop", { now })),
  });
  world.stdout(
    `the run of session ${session} (pid ${lease.owner.pid}) ends ` +
      `${now ? "now" : "after its iteration"}\n`,
  );
}
