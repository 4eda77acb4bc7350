import { type CommitFacts, commitsBetween, headCommit } from "../git/history.ts";
import { takeOverLate } from "../git/take_over.ts";
import { event, isKnown, type NewEvent } from "../session/event.ts";
import { granted } from "../session/ruling.ts";
import type { Head, Iteration } from "../session/state.ts";
import { addUsage, NO_USAGE, type Usage } from "../session/usage.ts";
import type { Store } from "../store/open.ts";
import type { Lease } from "../store/lease.ts";
import { readEvents, readHead, readIterations } from "../store/read.ts";
import { transact } from "../store/transact.ts";
import { commitMade, commitTotals } from "./commits/commit_totals.ts";
import { type TimeTaken, timeTaken } from "./time_taken.ts";

/** The exit code of a run that was killed: the shell's for SIGKILL. */
const FOUND_DEAD = 137;

/**
 * Closes what a killed run has left open in the log: its iteration counts as interrupted, with what it
 * is known to have taken and spent and what was committed in it, and the run itself gets the ending that
 * it could not write. The user's index gets what a run has committed and could not bring it.
 *
 * @param top the top of the work tree; `undefined` outside git.
 * @param dead the leases that dead runs have left: they tell when a run gave its last sign of life.
 */
export async function mend(
  store: Store,
  session: string,
  top: string | undefined,
  dead: readonly Lease[] = [],
): Promise<void> {
  const seen = await readHead(store, session);
  if (seen === undefined) return;
  const isDead = seen.run !== null || seen.iteration !== null;
  if (!isDead && seen.indexFrom === undefined) return;
  const iterations = await readIterations(store, session, seen);
  const open = iterations.find(({ n }) => n === seen.iteration);
  const run = seen.run ?? open?.run ?? undefined;
  const lease = dead.find((candidate) => candidate.run === run);
  const until = lastLife(seen, lease);
  const commits = isDead ? await committedIn(store, session, seen, { open, top, until }) : NOTHING;
  const isIndexMended = await mendIndex(store, top, seen);
  if (!isDead && !isIndexMended) return;
  const log = readEvents(store, session, seen, 0);
  const taken = isDead ? await timeTaken(log, lease?.heartbeat) : { run: 0, iteration: 0 };
  await transact(store, {
    session,
    ...(run === undefined ? {} : { run }),
    actor: "run",
    tasks: false,
    decide: ({ head }) => {
      const closing: NewEvent[] = [...commits.unknown];
      if (isIndexMended) closing.push(event("commit.index", { from: null }));
      if (head.iteration !== null) {
        closing.push(interrupted(head.iteration, open, commits.all, taken));
      }
      if (head.run !== null) {
        closing.push(foundDead(iterations.filter((it) => it.run === run), taken));
      }
      return granted(...closing);
    },
  });
}

/** What was committed in an iteration, and what of it the log does not know. */
interface Committed {
  readonly all: readonly CommitFacts[] | undefined;
  readonly unknown: readonly NewEvent[];
}

/** What is looked through for what was committed. */
interface Search {
  /** The iteration that was going on. */
  readonly open: Iteration | undefined;
  readonly top: string | undefined;
  /** What was committed after it is a person's. */
  readonly until: Date;
}

/** A run may have gone on for so long after its last sign of life. */
const LIFE_MS = 6_000;

function lastLife({ lastAt }: Head, lease: Lease | undefined): Date {
  const last = Math.max(Date.parse(lastAt) || 0, Date.parse(lease?.heartbeat ?? "") || 0);
  return new Date(last + LIFE_MS);
}

const NOTHING: Committed = { all: undefined, unknown: [] };

async function committedIn(
  store: Store,
  session: string,
  head: Head,
  { open, top, until }: Search,
): Promise<Committed> {
  const { indexFrom } = head;
  const base = open === undefined ? indexFrom : open.commit;
  if (top === undefined || (open === undefined && base === undefined)) return NOTHING;
  const ids = new Set<string>();
  const told: CommitFacts[] = [];
  for await (const item of readEvents(store, session, head, 0)) {
    if (!isKnown(item) || item.type !== "commit.made") continue;
    ids.add(item.data.id);
    if (item.iteration === open?.n) told.push({ ...item.data, session: "", paths: [] });
  }
  const since = base === undefined
    ? []
    : await commitsBetween(top, base, await headCommit(top) ?? "", {
      ...(open === undefined ? {} : { since: new Date(open.startedAt) }),
      until,
    });
  // git still knows which files they were that the log has only counted.
  const known = new Map(since.map((commit) => [commit.id, commit]));
  const found = since.filter(({ id }) => !ids.has(id));
  // Hooks of git may have taken the trailer out of the run's commit, or have committed on top of it.
  const lastBefore = since.findIndex(({ id }) => id === indexFrom);
  const own = new Set(indexFrom === undefined ? [] : since.slice(lastBefore + 1));
  return {
    all: base === undefined && told.length === 0 ? undefined : [
      ...told.map((commit) => known.get(commit.id) ?? commit),
      ...found,
    ],
    unknown: found.map((commit) =>
      commitMade(commit, own.has(commit) || commit.session === session ? "run" : "agent")
    ),
  };
}

/** So long somebody else may hold the user's index before it is left to the run. */
const INDEX_MS = 1_000;

/** A run that died at its commit, or could not wait, has left the user's index as it was before that. */
async function mendIndex(
  store: Store,
  top: string | undefined,
  { indexFrom }: Head,
): Promise<boolean> {
  if (top === undefined || indexFrom === undefined) return false;
  return await takeOverLate(top, indexFrom, "HEAD", { clock: store.clock, ms: INDEX_MS });
}

function interrupted(
  n: number,
  iteration: Iteration | undefined,
  commits: readonly CommitFacts[] | undefined,
  taken: TimeTaken,
): NewEvent {
  return event("iteration.ended", {
    n,
    outcome: "interrupted",
    stop: "the run was killed",
    ms: taken.iteration,
    usage: asPartial(iteration?.usage ?? NO_USAGE),
    state: null,
    ...commitTotals(commits),
  });
}

function foundDead(iterations: readonly Iteration[], taken: TimeTaken): NewEvent {
  return event("run.ended", {
    reason: "interrupted",
    code: FOUND_DEAD,
    message: "the run was killed; the next one found it dead",
    hints: [],
    iterations: iterations.length,
    ms: taken.run,
    usage: asPartial(iterations.map(({ usage }) => usage).reduce(addUsage, NO_USAGE)),
  });
}

function asPartial(usage: Usage): Usage {
  return { ...usage, partial: true };
}
