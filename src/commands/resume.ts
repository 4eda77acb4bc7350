import { UserError } from "../platform/failure.ts";
import { event } from "../session/event.ts";
import { granted } from "../session/ruling.ts";
import { readHead } from "../store/read.ts";
import { transact } from "../store/transact.ts";
import { type CommandWorld, dataDirectory, noSuchSession, openExisting } from "./context.ts";
import { liveLease } from "./session_summary.ts";
import { onlySession } from "./status.ts";

/**
 * `iteratr resume [SESSION]`: lets a run that waits for its provider try again now.
 *
 * @throws {UserError} when no run is going on, or it does not wait.
 */
export async function resume(
  given: string | undefined,
  flags: { readonly dataDir?: string },
  world: CommandWorld,
): Promise<void> {
  await using store = await openExisting(dataDirectory(world, flags.dataDir));
  const session = given ?? await onlySession(store);
  const head = await readHead(store, session);
  if (head === undefined) throw await noSuchSession(store, session);
  const lease = await liveLease(store, session);
  if (lease === undefined) {
    throw new UserError(`no run of session ${session} is going on`, [
      `Start one: iteratr build --name ${session}`,
    ]);
  }
  if (head.waiting === undefined) {
    throw new UserError(`the run of session ${session} (pid ${lease.owner.pid}) does not wait`);
  }
  await transact(store, {
    session,
    actor: "user",
    tasks: false,
    decide: () => granted(event("run.resume", {})),
  });
  world.stdout(`the run of session ${session} (pid ${lease.owner.pid}) tries again now\n`);
}
