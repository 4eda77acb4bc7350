import { event, EVENT_VERSION, type StoredEvent } from "../session/event.ts";
import { apply } from "../session/fold.ts";
import { emptyHead, type Head, NO_INFO } from "../session/state.ts";
import { joinPath, parentPath } from "../platform/paths.ts";
import { Archive, archiveDirectory } from "./archive.ts";
import { ring } from "./bell.ts";
import { StoreError } from "./errors.ts";
import { keys } from "./keys.ts";
import type { Store } from "./open.ts";
import { withRetry } from "./retry.ts";

/** What is remembered of an epoch that is over. */
export interface PastEpoch {
  /** The head as it was at the end. */
  readonly head: Head;
  /** File name of its log in the archive directory. */
  readonly archive: string;
  /** ISO time at which it ended. */
  readonly endedAt: string;
  /** Whether its records have been removed from the store. */
  readonly swept: boolean;
}

/** What became of a past epoch; `undefined` when the session has had no such epoch. */
export async function readPastEpoch(
  store: Store,
  session: string,
  epoch: number,
): Promise<PastEpoch | undefined> {
  const key = keys.epoch(session, epoch);
  const entry = await withRetry(store, () => store.kv.get<PastEpoch>(key));
  return entry.value ?? undefined;
}

/**
 * Says whether an epoch may end now, and on what that rests: what is given must not have changed by the
 * moment of the end, else it is asked again. Whoever says no throws.
 */
export type Permission = () => Promise<Deno.AtomicCheck>;

/**
 * Begins a session anew: its log goes to the archive, then one atomic switches to the next epoch. Who
 * is killed in between leaves the session as it was, and at most a needless file in the archive. When
 * somebody else was faster, their reset is the one that was asked for.
 *
 * @param permission left out, the caller holds the session.
 * @returns the archive's path, or `undefined` when there is no such session.
 */
export async function resetSession(
  store: Store,
  session: string,
  permission?: Permission,
): Promise<string | undefined> {
  const end = await endEpoch(store, session, permission, (atomic, head, archive, now) => {
    const epoch = head.epoch + 1;
    const first: StoredEvent = {
      v: EVENT_VERSION,
      seq: 1,
      at: now.toISOString(),
      run: null,
      iteration: null,
      actor: "user",
      ...event("session.reset", { archive }),
    };
    const lookup = { task: () => undefined, iteration: () => undefined, info: () => NO_INFO };
    atomic
      .set(keys.event(session, epoch, 1), first)
      .set(keys.head(session), apply(emptyHead(epoch), first, lookup).head);
  });
  return end?.archive;
}

/**
 * Removes a session, after its log has gone to the archive. When it was begun anew meanwhile, what it has
 * become is archived and removed.
 *
 * @param permission left out, the caller holds the session.
 * @returns the archive's path, or `undefined` when there is no such session.
 */
export async function deleteSession(
  store: Store,
  session: string,
  permission?: Permission,
): Promise<string | undefined> {
  for (;;) {
    const end = await endEpoch(store, session, permission, (atomic, head) => {
      atomic.delete(keys.head(session)).set(keys.gone(session), head.epoch);
    });
    if (end === undefined || end.isOurs) return end?.archive;
  }
}

type Ending = (atomic: Deno.AtomicOperation, head: Head, archive: string, now: Date) => void;

/** An epoch that is over. */
interface EpochEnd {
  /** Path of its log. */
  readonly archive: string;
  /** Whether we have ended it, or somebody who was faster. */
  readonly isOurs: boolean;
}

async function endEpoch(
  store: Store,
  session: string,
  permission: Permission | undefined,
  finish: Ending,
): Promise<EpochEnd | undefined> {
  const now = store.clock.now();
  let allowed = await permission?.();
  const entry = await withRetry(store, () => store.kv.get<Head>(keys.head(session)));
  if (entry.value === null) return undefined;
  const { epoch } = entry.value;
  const archive = await Archive.begin(archiveDirectory(store), session, now);
  try {
    for (;; allowed = await permission?.()) {
      const seen = await withRetry(store, () => store.kv.get<Head>(keys.head(session)));
      const head = seen.value;
      if (head === null) return undefined;
      // What follows is another log, which has no place in this archive.
      if (head.epoch !== epoch) return await endedByOthers(store, session, epoch);
      // Outside of any deadline: a long log takes its time.
      await archive.catchUp(store, session, head);
      const past: PastEpoch = {
        head,
        archive: archive.name,
        endedAt: now.toISOString(),
        swept: false,
      };
      const ok = await archive.whileInDoubt(() =>
        withRetry(store, async () => {
          const atomic = store.kv.atomic().check(seen).set(keys.epoch(session, epoch), past);
          if (allowed !== undefined) atomic.check(allowed);
          finish(atomic, head, archive.name, now);
          return (await atomic.commit()).ok;
        })
      );
      if (!ok) continue;
      ring(parentPath(store.file), session);
      return { archive: archive.keep(), isOurs: true };
    }
  } finally {
    archive.close();
  }
}

async function endedByOthers(
  store: Store,
  session: string,
  epoch: number,
): Promise<EpochEnd> {
  const past = await readPastEpoch(store, session, epoch);
  if (past === undefined) {
    const what = `the end of epoch ${epoch} of session ${session}`;
    throw new StoreError("damaged", `the store ${store.file} is damaged: ${what} is missing`);
  }
  return { archive: joinPath(archiveDirectory(store), past.archive), isOurs: false };
}
