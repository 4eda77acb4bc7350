import { type Baseline, countDirty, sealed } from "../../git/baseline.ts";
import { ContentHashes } from "../../git/content_hash.ts";
import { filesOutsideGit, pendingWork, takeBaseline } from "../../git/pending.ts";
import { joinPath, realPath, relativeTo } from "../../platform/paths.ts";
import { event } from "../../session/event.ts";
import type { Head, Info } from "../../session/state.ts";
import type { StoredText } from "../../session/stored_text.ts";
import { loadText, storeText } from "../../store/blob.ts";
import type { Store } from "../../store/open.ts";
import { readInfo } from "../../store/read.ts";
import { currentHead } from "../current_head.ts";
import type { RunPlan, RunWorld } from "../plan.ts";
import type { Recorder } from "../recorder.ts";

/** What is needed to tell the session's work from a person's. */
export interface WorkSetup {
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
  /** Paths of the session's uncommitted work before the first hooks of this run, where there are any. */
  readonly pendingBefore?: ReadonlySet<string> | undefined;
}

/** Gathers it, from how the session stands now. */
export async function workSetup(
  { plan, world, recorder, top }: {
    readonly plan: RunPlan;
    readonly world: RunWorld;
    readonly recorder: Recorder;
    readonly top: string | undefined;
  },
): Promise<WorkSetup> {
  const { store, ownOutput } = world;
  const head = await currentHead(store, plan.session);
  const info = await readInfo(store, plan.session, head);
  return { plan, store, recorder, head, info, top, ignored: plan.dataDirectory, ownOutput };
}

/**
 * The files that are a person's: those that were dirty or ignored before the session's first touch, and
 * have not changed since. The session's first run notes them, and so does one that finds the project in
 * another repository.
 *
 * @returns `undefined` when git cannot tell which files are dirty. Nothing is noted then: an empty list
 *   would give a person's files to the session, for its whole life.
 */
export async function takeWorkBaseline(
  setup: WorkSetup,
  top: string,
  hashes: ContentHashes,
): Promise<Baseline | undefined> {
  const { plan, store, recorder, head, info, ignored, pendingBefore } = setup;
  const isMoved = info.baseline !== null && isElsewhere(setup);
  if (info.baseline === null || isMoved) {
    const baseline = await takeBaseline(top, ignored, hashes);
    if (baseline === undefined) return undefined;
    if (isMoved) await recorder.record(event("warning", { message: MOVED }));
    await recordBaseline(setup, baseline);
    return baseline;
  }
  const baseline = await loadBaseline(store, plan.session, head, info.baseline);
  const pending = await pendingWork({ top, ignored, baseline, hashes });
  let hasChanged = false;
  for (const { path } of pending?.entries ?? []) {
    // What the hooks of this run have changed is no more the session's than it was before them; what
    // an earlier run has changed is the session's by now, whatever becomes of it.
    const isByHooks = pendingBefore?.has(path) === false;
    if (isByHooks) baseline.set(path, await hashes.of(joinPath(top, path)));
    const isTaken = !isByHooks && baseline.delete(path);
    hasChanged ||= isByHooks || isTaken;
  }
  if (hasChanged) await recordBaseline(setup, baseline);
  return pending && baseline;
}

const MOVED =
  "the project is in another repository than before: what has changed there until now " +
  "is not the session's";

/**
 * Notes the files of a project outside git at the session's first run: when the agent makes a repository of
 * it, a later run must know what was there before.
 */
export async function noteOutsideGit(setup: WorkSetup, hashes: ContentHashes): Promise<void> {
  const { plan, head, info, ignored } = setup;
  if (info.baseline !== null || head.iterations > 0) return;
  const files = await filesOutsideGit(plan.root, ignored, hashes);
  if (files !== undefined) await recordBaseline(setup, files);
}

/** Stores what is a person's, also when the session has taken some of it over: the last one counts. */
export async function recordBaseline(
  setup: Pick<WorkSetup, "recorder" | "plan" | "top">,
  baseline: Baseline,
): Promise<void> {
  const { recorder } = setup;
  const pairs = await sealed(baseline, recorder.mask);
  const { text, blobs } = await storeText(JSON.stringify(pairs));
  const facts = { files: text, count: countDirty(baseline), within: placeWithin(setup) };
  await recorder.recordWith(blobs, event("work.baseline", facts));
}

async function loadBaseline(
  store: Store,
  session: string,
  { epoch }: Head,
  stored: StoredText,
): Promise<Baseline> {
  const entries: readonly (readonly [path: string, mark: string])[] = JSON.parse(
    await loadText(store, session, epoch, stored),
  );
  return new Map(entries);
}

/** Paths of what waits to be committed in a session that has begun; `undefined` before, and outside git. */
export async function pendingPaths(
  setup: Omit<WorkSetup, "recorder">,
): Promise<ReadonlySet<string> | undefined> {
  const { plan, store, head, info, top, ignored, ownOutput } = setup;
  if (top === undefined || !plan.autoCommit || info.baseline === null) return undefined;
  const hashes = new ContentHashes(ownOutput);
  const baseline = await loadBaseline(store, plan.session, head, info.baseline);
  const pending = await pendingWork({ top, ignored, baseline, hashes });
  return pending && new Set(pending.entries.map(({ path }) => path));
}

/** Whether the project is now below the top of a repository that is not the one of its own it had. */
export function isWithinAnother(setup: Pick<WorkSetup, "plan" | "info" | "top">): boolean {
  return setup.info.within === "" && placeWithin(setup) !== "";
}

/** Whether the paths that were noted are those of another work tree. */
function isElsewhere(setup: Pick<WorkSetup, "plan" | "info" | "top">): boolean {
  return setup.info.within !== undefined && setup.info.within !== placeWithin(setup);
}

function placeWithin({ plan, top }: Pick<WorkSetup, "plan" | "top">): string {
  const root = realPath(plan.root);
  return top === undefined || root === top ? "" : relativeTo(top, root);
}

/** Whether work of the session waits to be committed, as far as that can be told before a run begins. */
export async function hasPendingWork(
  setup: Omit<WorkSetup, "recorder">,
): Promise<boolean> {
  return !isElsewhere(setup) && ((await pendingPaths(setup))?.size ?? 0) > 0;
}
