import type { ProcessRef } from "../platform/process_identity.ts";
import { keys } from "./keys.ts";
import type { Store } from "./open.ts";
import { withRetry } from "./retry.ts";

/** Who runs a session, or works in a work tree. */
export interface Lease {
  /** The run. */
  readonly run: string;
  readonly session: string;
  readonly host: string;
  readonly owner: ProcessRef;
  /** The agent's process, while there is one. */
  readonly agent: ProcessRef | null;
  /** The run's private directory, which goes with it; absolute. */
  readonly scratch: string;
  /** ISO times: when it was taken, and the owner's last sign of life. */
  readonly since: string;
  readonly heartbeat: string;
}

/** What two runs must not share. */
export interface LeaseTarget {
  readonly session: string;
  /** Absolute path of the work tree. */
  readonly tree: string;
}

/** What came of asking for the leases. */
export type Acquired =
  | {
    readonly kind: "acquired";
    /** Leases whose owners were found dead. */
    readonly dead: readonly Lease[];
  }
  | { readonly kind: "busy"; readonly what: "session" | "tree"; readonly holder: Lease };

/**
 * Takes the leases of a session and of a work tree, both or none.
 *
 * @param isAlive judges whether a holder is still there.
 */
export async function acquire(
  store: Store,
  target: LeaseTarget,
  lease: Lease,
  isAlive: (holder: Lease) => Promise<boolean>,
): Promise<Acquired> {
  return await withRetry(store, async (): Promise<Acquired | undefined> => {
    const session = await store.kv.get<Lease>(keys.lease(target.session));
    const tree = await store.kv.get<Lease>(keys.leaseTree(target.tree));
    const dead: Lease[] = [];
    for (const [what, { value }] of [["session", session], ["tree", tree]] as const) {
      if (value === null) continue;
      if (await isAlive(value)) return { kind: "busy", what, holder: value };
      if (!dead.some(({ run }) => run === value.run)) dead.push(value);
    }
    const { ok } = await store.kv.atomic().check(session, tree)
      .set(keys.lease(target.session), lease)
      .set(keys.leaseTree(target.tree), lease)
      .commit();
    return ok ? { kind: "acquired", dead } : undefined;
  });
}

/**
 * Renews the leases with a sign of life, and whatever else has changed in them.
 *
 * @returns whether they were still ours; otherwise nothing is written.
 */
export async function renew(store: Store, target: LeaseTarget, lease: Lease): Promise<boolean> {
  return await whileOurs(store, target, lease.run, (atomic) =>
    atomic
      .set(keys.lease(target.session), lease)
      .set(keys.leaseTree(target.tree), lease));
}

/** Gives the leases back; leases that are no longer ours are left alone. */
export async function release(store: Store, target: LeaseTarget, run: string): Promise<void> {
  await whileOurs(store, target, run, (atomic) =>
    atomic
      .delete(keys.lease(target.session))
      .delete(keys.leaseTree(target.tree)));
}

/** Who holds a session; `undefined` when nobody does. */
export async function readLease(store: Store, session: string): Promise<Lease | undefined> {
  const { value } = await readLeaseEntry(store, session);
  return value ?? undefined;
}

/** The same, to be checked in an atomic that must not happen when somebody else takes the session. */
export function readLeaseEntry(
  store: Store,
  session: string,
): Promise<Deno.KvEntryMaybe<Lease>> {
  return withRetry(store, () => store.kv.get<Lease>(keys.lease(session)));
}

async function whileOurs(
  store: Store,
  target: LeaseTarget,
  run: string,
  change: (atomic: Deno.AtomicOperation) => Deno.AtomicOperation,
): Promise<boolean> {
  return await withRetry(store, async () => {
    const session = await store.kv.get<Lease>(keys.lease(target.session));
    const tree = await store.kv.get<Lease>(keys.leaseTree(target.tree));
    if (session.value?.run !== run || tree.value?.run !== run) return false;
    const { ok } = await change(store.kv.atomic().check(session, tree)).commit();
    return ok ? true : undefined;
  });
}
