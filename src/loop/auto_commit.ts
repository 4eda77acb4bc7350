import {
  type CommitFacts,
  commitsBetween,
  commitWork,
  type DirtyFiles,
  dirtyFiles,
  headCommit,
} from "../git/commit.ts";
import { ContentHashes } from "../git/content_hash.ts";
import { event } from "../session/event.ts";
import type { Head, Info } from "../session/state.ts";
import { loadText, storeText } from "../store/blob.ts";
import type { Store } from "../store/open.ts";
import { readHead, readIterations, readTasks } from "../store/read.ts";
import { commitMessage } from "./commit_message.ts";
import type { RunPlan } from "./plan.ts";
import type { Recorder } from "./recorder.ts";

/** Commits what iterations have changed, and keeps account of all commits of a run. */
export interface AutoCommit {
  /** Remembers where HEAD is before a turn. */
  begin(): Promise<void>;
  /** Records what the agent has committed in the turn, and commits the rest. */
  finish(iteration: number): Promise<void>;
}

/** Nothing is committed: it was switched off, or there is no git. */
const NONE: AutoCommit = {
  begin: () => Promise.resolve(),
  finish: () => Promise.resolve(),
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
}

/**
 * Sets automatic commits up. At the session's first run, the files that are dirty are noted: they are a
 * person's, and stay out of every commit while they are unchanged.
 */
export async function makeAutoCommit(setup: AutoCommitSetup): Promise<AutoCommit> {
  const { plan, top, ignored } = setup;
  if (!plan.autoCommit || top === undefined) return NONE;
  const hashes = new ContentHashes();
  const baseline = await baselineOf(setup, top, hashes);
  let before = "";
  return {
    begin: async () => {
      before = await headCommit(top);
    },
    finish: async (iteration) => {
      for (const commit of await commitsBetween(top, before, await headCommit(top))) {
        await recordCommit(setup.recorder, commit, "agent");
      }
      const message = await messageFor(setup, iteration);
      const result = await commitWork({ top, ignored, baseline, hashes, message, run: plan.run });
      if (result.kind === "committed") await recordCommit(setup.recorder, result.commit, "run");
      if (result.kind === "refused") {
        await setup.recorder.record(event("commit.refused", { why: result.why }));
      }
    },
  };
}

async function baselineOf(
  { plan, store, recorder, head, info, ignored }: AutoCommitSetup,
  top: string,
  hashes: ContentHashes,
): Promise<DirtyFiles> {
  if (info.baseline !== null) {
    const text = await loadText(store, plan.session, head.epoch, info.baseline);
    const entries: readonly (readonly [string, string])[] = JSON.parse(text);
    return new Map(entries);
  }
  const files = await dirtyFiles(top, ignored, hashes);
  const { text, blobs } = await storeText(JSON.stringify([...files]));
  await recorder.recordWith(blobs, event("work.baseline", { files: text, count: files.size }));
  return files;
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
  const record = (await readIterations(store, session, head)).find(({ n }) => n === iteration);
  return commitMessage({ session, iteration, tasks, summary: record?.summary ?? null });
}

async function recordCommit(
  recorder: Recorder,
  commit: CommitFacts,
  by: "agent" | "run",
): Promise<void> {
  const { id, subject, files, added, removed } = commit;
  await recorder.record(event("commit.made", { id, subject, by, files, added, removed }));
}
