import type { Clock } from "../platform/clock.ts";
import { type ProcessRef, processRef } from "../platform/process_identity.ts";
import { StoreError } from "../store/errors.ts";
import { acquire, type Lease, type LeaseTarget, release, renew } from "../store/lease.ts";
import type { Store } from "../store/open.ts";
import { busyEnding, isHolderAlive } from "./holder.ts";
import type { Ending } from "../session/ending.ts";

const HEARTBEAT_MS = 5_000;

/** A run's hold on its session and its work tree, for as long as the run goes on. */
export interface Tenancy extends AsyncDisposable {
  /** Leases that dead runs have left. */
  readonly dead: readonly Lease[];
  /**
   * Records the agent's process, so that whoever finds this run dead can end it; `undefined` when there is
   * none any more, and its number may soon be a stranger's.
   */
  setAgent(agent: ProcessRef | undefined): Promise<void>;
  /**
   * Looks whether the store's file is still the one that was opened.
   *
   * @throws {StoreError} when it is not.
   */
  check(): void;
}

/** How to hold a session. */
export interface TenancyOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly target: LeaseTarget;
  readonly run: string;
  readonly pid: number;
  readonly host: string;
  readonly scratch: string;
  /** Called at every sign of life while there is an agent. */
  onBeat(agent: ProcessRef): Promise<void>;
  /** Called once, when the leases or the store's file are lost. */
  onLost(error: StoreError): void;
}

/**
 * Takes the leases and keeps them with a sign of life every five seconds, which also looks whether the
 * store's file is still the one that was opened.
 *
 * @returns the tenancy, or the ending when somebody else is at work.
 */
export async function beginTenancy(options: TenancyOptions): Promise<Tenancy | Ending> {
  const { store, clock, target, run, pid, host } = options;
  const now = clock.now().toISOString();
  const owner = await processRef(pid);
  let lease: Lease = {
    run,
    session: target.session,
    host,
    owner,
    agent: null,
    scratch: options.scratch,
    since: now,
    heartbeat: now,
  };
  const acquired = await acquire(
    store,
    target,
    lease,
    (holder) => isHolderAlive(holder, host, clock),
  );
  if (acquired.kind === "busy") {
    return busyEnding(acquired.what, acquired.holder, target.tree, clock);
  }
  const original = fileIdentity(store);
  const ended = new AbortController();
  let last: Promise<void> = Promise.resolve();
  // One after the other: an older one must not bring back what a newer one has changed.
  const beat = (): Promise<void> => {
    const next = last.then(beatOnce);
    last = next.catch(() => undefined);
    return next;
  };
  const beatOnce = async (): Promise<void> => {
    checkFile(store, original);
    lease = { ...lease, heartbeat: clock.now().toISOString() };
    if (await renew(store, target, lease)) {
      if (lease.agent !== null) await options.onBeat(lease.agent);
      return;
    }
    throw new StoreError("missing", `the lease of session ${target.session} was taken over`);
  };
  const keepAlive = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(HEARTBEAT_MS, ended.signal);
      if (ended.signal.aborted) return;
      await beat();
    }
  };
  const alive = keepAlive().catch((error: unknown) => {
    options.onLost(
      error instanceof StoreError
        ? error
        : new StoreError("unknown", `the store ${store.file} is lost: ${error}`),
    );
  });
  return {
    dead: acquired.dead,
    check: () => checkFile(store, original),
    setAgent: async (agent) => {
      lease = { ...lease, agent: agent ?? null };
      await beat();
    },
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      await alive;
      // A store that takes nothing any more has no lease to give back.
      await release(store, target, run).catch(() => undefined);
    },
  };
}

/** A file that was deleted goes on taking writes, which nobody will ever read. */
function checkFile(store: Store, original: string): void {
  const now = fileIdentity(store);
  if (now === original) return;
  throw new StoreError(
    "missing",
    now === ""
      ? `the store ${store.file} was deleted while the run was going on`
      : `the store ${store.file} was replaced while the run was going on`,
  );
}

function fileIdentity(store: Store): string {
  try {
    const { dev, ino } = Deno.statSync(store.file);
    return `${dev}:${ino}`;
  } catch {
    return "";
  }
}
