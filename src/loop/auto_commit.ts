import {
  type CommitFacts,
  commitPending,
  commitsBetween,
  type DirtyFiles,
  dirtyFiles,
  headCommit,
  UNREADABLE,
} from "../git/commit.ts";
import { ContentHashes } from "../git/content_hash.ts";
import { whyNoWorkTree } from "../git/git.ts";
import { pendingWork } from "../git/pending.ts";
import type { WorkTreeStatus } from "../git/status.ts";
import { oneLine, printable } from "../platform/text.ts";
import { event } from "../session/event.ts";
import type { Head, Info } from "../session/state.ts";
import { loadText, storeText } from "../store/blob.ts";
import type { Store } from "../store/open.ts";
import { readHead, readIterations, readTasks } from "../store/read.ts";
import { commitMessage } from "./commit_message.ts";
import { commitMade } from "./commit_totals.ts";
import { hookOutput } from "./commit_refusal.ts";
import type { RunPlan } from "./plan.ts";
import type { Recorder } from "./recorder.ts";

/** Commits what iterations have changed, and keeps account of all commits of a run. */
export interface AutoCommit {
  /**
   * Remembers where HEAD is before an iteration.
   *
   * @returns that commit, empty before the first one; `undefined` when no commits are made.
   */
  begin(): Promise<string | undefined>;
  /** Looks again, in an iteration: what somebody else than the agent has committed is passed over. */
  passOver(): Promise<void>;
  /** The commits of the iteration that is going on, as far as they have been recorded. */
  commits(): readonly CommitFacts[];
  /** Paths of what belongs to the session and is not committed; `undefined` when that is not known. */
  uncommitted(): Promise<readonly string[] | undefined>;
  /**
   * Records what the agent has committed in its turn: from now on, somebody else may be committing, until
   * {@linkcode passOver} says that the agent is at it again.
   */
  endTurn(): Promise<void>;
  /** Tells that between two iterations somebody else may have committed something. */
  forget(): void;
  /**
   * Records what the agent has committed, and commits the rest.
   *
   * @param stop breaks the latter off.
   */
  finish(iteration: number, stop: AbortSignal): Promise<Finished>;
  /** Does without the latter, for a turn that was broken off: the next iteration goes on with its work. */
  breakOff(): Promise<Finished>;
}

/** What the end of an iteration's work has come to. */
export interface Finished {
  /** All its commits, the oldest first; `undefined` when none are made. */
  readonly commits: readonly CommitFacts[] | undefined;
  /** What git has just said of the work tree, where that still holds. */
  readonly status?: WorkTreeStatus;
}

/** Nothing is committed: it was switched off, or there is no git. */
const NONE: AutoCommit = {
  begin: () => Promise.resolve(undefined),
  passOver: () => Promise.resolve(),
  commits: () => [],
  uncommitted: () => Promise.resolve(undefined),
  endTurn: () => Promise.resolve(),
  forget: () => undefined,
  finish: () => Promise.resolve({ commits: undefined }),
  breakOff: () => Promise.resolve({ commits: undefined }),
};

/** What is needed to set it up. */
export interface AutoCommitSetup {
  readonly plan: RunPlan;
  readonly store: Store;
  readonly recorder: Recorder;
  readonly head: Head;
  readonly info: Info;
  /** The top of the work tree; `undefined` outside git. */
  readonly top: string | undefined;
  readonly ignored: string;
  /** Files by `dev:ino` that iteratr's own output goes to. */
  readonly ownOutput: ReadonlySet<string>;
}

/**
 * Sets automatic commits up. At the session's first run, the files that are dirty are noted: they are a
 * person's, and stay out of every commit while they are unchanged. That is done also when commits are
 * switched off, because a later run may switch them on.
 */
export async function makeAutoCommit(setup: AutoCommitSetup): Promise<AutoCommit> {
  const { plan, recorder, top } = setup;
  if (top === undefined) {
    if (plan.autoCommit) {
      const message = `the work will not be committed: ${await whyNoWorkTree(plan.root)}`;
      await recorder.record(event("warning", { message }));
    }
    return NONE;
  }
  const hashes = new ContentHashes(setup.ownOutput);
  const baseline = await baselineOf(setup, top, hashes);
  if (!plan.autoCommit) return NONE;
  return new Committer(setup, { top, ignored: setup.ignored, baseline, hashes });
}

/** Whether work of the session waits to be committed, as far as that can be told before a run begins. */
export async function hasPendingWork(
  { plan, store, head, info, top, ignored, ownOutput }: Omit<AutoCommitSetup, "recorder">,
): Promise<boolean> {
  if (top === undefined || !plan.autoCommit || info.baseline === null) return false;
  const hashes = new ContentHashes(ownOutput);
  const text = await loadText(store, plan.session, head.epoch, info.baseline);
  const place = { top, ignored, baseline: new Map(JSON.parse(text)) as DirtyFiles, hashes };
  return ((await pendingWork(place))?.entries.length ?? 0) > 0;
}

type Place = Parameters<typeof pendingWork>[0];

class Committer implements AutoCommit {
  readonly #setup: AutoCommitSetup;
  readonly #place: Place;
  /** Where HEAD was when it was last looked at; each look costs a process. */
  #head: string | undefined;
  /** Of the iteration that is going on, and when it began. */
  #commits: CommitFacts[] = [];
  #since = new Date(0);
  readonly #told = new Set<string>();

  constructor(setup: AutoCommitSetup, place: Place) {
    this.#setup = setup;
    this.#place = place;
  }

  async begin(): Promise<string> {
    this.#commits = [];
    this.#since = this.#setup.store.clock.now();
    this.#head ??= await headCommit(this.#place.top);
    return this.#head;
  }

  async passOver(): Promise<void> {
    this.#head = await headCommit(this.#place.top);
    await this.#setup.recorder.record(event("commit.base", { commit: this.#head }));
  }

  commits(): readonly CommitFacts[] {
    return this.#commits;
  }

  async uncommitted(): Promise<readonly string[] | undefined> {
    return (await pendingWork(this.#place))?.entries.map(({ path }) => path);
  }

  async endTurn(): Promise<void> {
    await this.breakOff();
    this.#head = undefined;
    await this.#setup.recorder.record(event("commit.base", { commit: null }));
  }

  forget(): void {
    this.#head = undefined;
  }

  async breakOff(): Promise<Finished> {
    await this.#recordAgents(await headCommit(this.#place.top));
    return { commits: this.#commits };
  }

  async finish(iteration: number, stop: AbortSignal): Promise<Finished> {
    const { plan, recorder } = this.#setup;
    // The same look tells where HEAD is, and how the files are: in a clean tree it is the only one.
    const pending = await pendingWork(this.#place);
    await this.#recordAgents(pending?.head);
    await this.#tellUnnameable(pending?.unnameable ?? []);
    if (pending?.entries.length === 0) return { commits: this.#commits, status: pending.status };
    const result = pending === undefined ? UNREADABLE : await commitPending({
      ...this.#place,
      message: await messageFor(this.#setup, iteration),
      scratch: plan.scratch,
      run: plan.run,
      stop,
    }, pending);
    if (result.kind === "refused") {
      const output = hookOutput(result);
      const { why } = result;
      await recorder.record(
        event("commit.refused", output === undefined ? { why } : { why, output }),
      );
    }
    if (result.kind === "committed") {
      this.#head = result.commits.at(-1)?.id;
      for (const commit of result.commits) await this.#record(commit, "run");
    }
    return { commits: this.#commits };
  }

  /** What cannot be committed is said, once. */
  async #tellUnnameable(paths: readonly string[]): Promise<void> {
    const fresh = paths.filter((path) => !this.#told.has(path));
    if (fresh.length === 0) return;
    for (const path of fresh) this.#told.add(path);
    const names = oneLine(printable(fresh.join(", ")), 200);
    const message = `left uncommitted, because the name is no UTF-8: ${names}`;
    await this.#setup.recorder.record(event("warning", { message }));
  }

  /** Records the commits up to where HEAD is now. */
  async #recordAgents(head: string | undefined): Promise<void> {
    const before = this.#head;
    this.#head = head;
    if (before === undefined || head === undefined) return;
    const commits = await commitsBetween(this.#place.top, before, head, { since: this.#since });
    for (const commit of commits) await this.#record(commit, "agent");
  }

  async #record(commit: CommitFacts, by: "agent" | "run"): Promise<void> {
    await this.#setup.recorder.record(commitMade(commit, by));
    this.#commits.push(commit);
  }
}

async function baselineOf(
  { plan, store, recorder, head, info, ignored }: AutoCommitSetup,
  top: string,
  hashes: ContentHashes,
): Promise<DirtyFiles> {
  const files = await dirtyFiles(top, ignored, hashes);
  if (info.baseline === null) {
    const { text, blobs } = await storeText(JSON.stringify([...files]));
    await recorder.recordWith(blobs, event("work.baseline", { files: text, count: files.size }));
    return files;
  }
  const text = await loadText(store, plan.session, head.epoch, info.baseline);
  const entries: readonly (readonly [string, string])[] = JSON.parse(text);
  // What an earlier run has committed or changed is the session's by now, whatever becomes of it.
  return new Map(entries.filter(([path, mark]) => files.get(path) === mark));
}

async function messageFor(
  { plan, store }: AutoCommitSetup,
  iteration: number,
): Promise<string> {
  const { session } = plan;
  const head = await readHead(store, session);
  if (head === undefined) throw new Error(`session ${session} has vanished from the store`);
  const touched = (await readTasks(store, session, head)).filter((task) =>
    task.iteration === iteration
  );
  const done = touched.filter(({ status }) => status === "completed");
  const tasks = done.length > 0 ? done : touched.filter(({ status }) => status === "in_progress");
  const [record] = await readIterations(store, session, head, 1);
  return commitMessage({ session, iteration, tasks, summary: record?.summary ?? null });
}
