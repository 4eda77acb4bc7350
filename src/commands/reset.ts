import { isHolderAlive } from "../loop/holder.ts";
import { systemClock } from "../platform/clock.ts";
import { deleteSession, type Permission, resetSession } from "../store/epoch.ts";
import { readLeaseEntry } from "../store/lease.ts";
import { sweep } from "../store/sweep.ts";
import { BusyError } from "../platform/failure.ts";
import type { Store } from "../store/open.ts";
import { type CommandWorld, dataDirectory, noSuchSession, openExisting } from "./context.ts";

/** The flags of `iteratr reset` and `iteratr delete`. */
export interface ResetFlags {
  readonly dataDir?: string;
}

/** `iteratr reset SESSION`: archives the log and begins the session anew, without tasks and notes. */
export async function reset(
  session: string,
  flags: ResetFlags,
  world: CommandWorld,
): Promise<void> {
  await using store = await openExisting(dataDirectory(world, flags.dataDir), true);
  const archive = await resetSession(store, session, unlessRunning(store, session));
  if (archive === undefined) throw await noSuchSession(store, session);
  await sweep(store);
  world.stdout(`session ${session} begins anew; its log until now is in ${archive}\n`);
}

/**
 * The ground is not to be taken from under a run, also one that begins while a long log is archived.
 *
 * @returns what rests on the lease as it is now; asked, it throws a {@linkcode BusyError} when a run is
 * going on.
 */
export function unlessRunning(store: Store, session: string): Permission {
  return async () => {
    const entry = await readLeaseEntry(store, session);
    const { value: lease } = entry;
    if (lease === null || !await isHolderAlive(lease, Deno.hostname(), systemClock)) return entry;
    throw new BusyError(
      `session ${session} is run by pid ${lease.owner.pid} on host ${lease.host}; ` +
        `"iteratr stop ${session}" ends it`,
    );
  };
}

/** `iteratr delete SESSION`: archives the log and removes the session. */
export async function remove(
  session: string,
  flags: ResetFlags,
  world: CommandWorld,
): Promise<void> {
  await using store = await openExisting(dataDirectory(world, flags.dataDir), true);
  const archive = await deleteSession(store, session, unlessRunning(store, session));
  if (archive === undefined) throw await noSuchSession(store, session);
  await sweep(store);
  world.stdout(`session ${session} is deleted; its log is in ${archive}\n`);
}
