import { commitPending, type CommitResult, inTheWay, unreadable } from "../../git/commit.ts";
import { type CommitFacts, commitsBetween, headCommit } from "../../git/history.ts";
import { type PendingWork, pendingWork, type WorkPlace } from "../../git/pending.ts";
import { event, type NewEvent } from "../../session/event.ts";
import { readIterations, readTasks } from "../../store/read.ts";
import type { AutoCommit, Finished } from "./auto_commit.ts";
import { commitMessage } from "./commit_message.ts";
import { hookOutput } from "./commit_refusal.ts";
import { commitMade } from "./commit_totals.ts";
import { currentHead } from "../current_head.ts";
import { IndexDebt } from "./index_debt.ts";
import { LeftOutWarnings, untracked } from "./left_out.ts";
import { recordBaseline, type WorkSetup } from "./work_baseline.ts";

/** Makes the commits of a run in a work tree. */
export class Committer implements AutoCommit {
  readonly #setup: WorkSetup;
  readonly #place: WorkPlace;
  /** Where HEAD was when it was last looked at; each look costs a process. */
  #head: string | undefined;
  /** Of the iteration that is going on, and when it began. */
  #commits: CommitFacts[] = [];
  #since = new Date(0);
  readonly #left: LeftOutWarnings;
  /** Paths that still differ from the index, but not from HEAD. */
  #asInHead: ReadonlySet<string> = new Set();
  readonly #index: IndexDebt;
  #isRefused = false;

  constructor(setup: WorkSetup, place: WorkPlace) {
    this.#setup = setup;
    this.#place = place;
    this.#index = new IndexDebt(setup, place.top);
    this.#left = new LeftOutWarnings(setup.recorder);
  }

  async begin(): Promise<string | undefined> {
    await this.#index.pay();
    this.#commits = [];
    this.#since = this.#setup.store.clock.now();
    this.#head ??= await headCommit(this.#place.top);
    return this.#head;
  }

  async passOver(): Promise<void> {
    this.#head = await headCommit(this.#place.top);
    await this.#setup.recorder.record(event("commit.base", { commit: this.#head ?? null }));
  }

  get isRefused(): boolean {
    return this.#isRefused;
  }

  commits(): readonly CommitFacts[] {
    return this.#commits;
  }

  async uncommitted(): Promise<readonly string[] | undefined> {
    await this.#index.pay();
    const pending = await pendingWork(this.#place);
    if (pending === undefined) return undefined;
    const left = pending.left.filter(({ why }) => why !== "ignored-before");
    const paths = new Set([...pending.entries, ...left].map(({ path }) => path));
    return [...paths.difference(this.#asInHead)];
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
    await this.#index.pay();
    // The same look tells where HEAD is, and how the files are: in a clean tree it is the only one.
    const pending = await pendingWork(this.#place);
    const isMadeAnew = (this.#head ?? "") !== "" && pending?.head === "";
    await this.#recordAgents(pending?.head);
    await this.#left.tell(pending?.left ?? []);
    this.#isRefused = false;
    this.#asInHead = new Set();
    if (pending?.entries.length === 0) return { commits: this.#commits, status: pending.status };
    const { baseline } = this.#place;
    const noted = baseline.size;
    const result = pending === undefined
      ? await unreadable(this.#place.top)
      : isMadeAnew
      ? inTheWay("the repository has lost its commits: it was made anew, or is on an empty branch")
      : await this.#commit(pending, iteration, stop);
    // What a run that has to end does not come to is no refusal.
    const isBrokenOff = pending === undefined && stop.aborted;
    if (!isBrokenOff) await this.#recordResult(result, iteration);
    if (pending !== undefined) await this.#tellUntracked(pending, result);
    if (baseline.size < noted) await recordBaseline(this.#setup, baseline);
    return { commits: this.#commits, isRefused: result.kind === "refused" };
  }

  async #commit(
    pending: PendingWork,
    iteration: number,
    stop: AbortSignal,
  ): Promise<CommitResult> {
    const { plan, store } = this.#setup;
    return await commitPending({
      ...this.#place,
      message: await messageFor(this.#setup, iteration),
      scratch: plan.scratch,
      run: plan.run,
      stop,
      clock: store.clock,
      onBegin: () => this.#index.begin(pending.head),
    }, pending);
  }

  async #recordResult(result: CommitResult, n: number): Promise<void> {
    const events: NewEvent[] = [];
    if (result.kind === "refused") {
      const output = hookOutput(result);
      const { why, byHook } = result;
      this.#isRefused = byHook;
      const words = output === undefined ? {} : { output };
      events.push(event("commit.refused", { n, why, byHook, ...words }));
    }
    if (result.kind === "committed") {
      this.#head = result.commits.at(-1)?.id;
      await this.#left.tell(result.left.map((path) => ({ path, why: "untakeable" })));
      this.#commits.push(...result.commits);
      events.push(...result.commits.map((commit) => commitMade(commit, "run")));
    }
    events.push(...await this.#index.end(result.kind === "committed" && result.isIndexBehind));
    if (events.length > 0) await this.#setup.recorder.record(...events);
  }

  async #tellUntracked({ entries }: PendingWork, result: CommitResult): Promise<void> {
    if (result.kind === "refused") return;
    const held = result.kind === "nothing"
      ? []
      : [...result.commits.flatMap(({ paths }) => paths), ...result.left];
    const paths = untracked(entries).filter((path) => !held.includes(path));
    this.#asInHead = new Set(paths);
    await this.#left.tell(paths.map((path) => ({ path, why: "untracked" })));
  }

  /** What has been committed since is no longer a person's file that waits: it is in the history. */
  async #giveAway(commits: readonly CommitFacts[]): Promise<void> {
    const { baseline } = this.#place;
    const noted = baseline.size;
    for (const path of commits.flatMap(({ paths }) => paths)) baseline.delete(path);
    if (baseline.size < noted) await recordBaseline(this.#setup, baseline);
  }

  /** Records the commits up to where HEAD is now. */
  async #recordAgents(head: string | undefined): Promise<void> {
    const before = this.#head;
    this.#head = head;
    if (before === undefined || head === undefined) return;
    const commits = await commitsBetween(this.#place.top, before, head, { since: this.#since });
    await this.#giveAway(commits);
    for (const commit of commits) {
      await this.#setup.recorder.record(commitMade(commit, "agent"));
      this.#commits.push(commit);
    }
  }
}

async function messageFor(
  { plan, store }: WorkSetup,
  iteration: number,
): Promise<string> {
  const { session } = plan;
  const head = await currentHead(store, session);
  const touched = (await readTasks(store, session, head)).filter((task) =>
    task.iteration === iteration
  );
  const done = touched.filter(({ status }) => status === "completed");
  const tasks = done.length > 0 ? done : touched.filter(({ status }) => status === "in_progress");
  const [record] = await readIterations(store, session, head, 1);
  return commitMessage({ session, iteration, tasks, summary: record?.summary ?? null });
}
