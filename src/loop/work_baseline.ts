import { ContentHashes } from "../git/content_hash.ts";
import { type DirtyFiles, dirtyFiles, pendingWork } from "../git/pending.ts";
import { event } from "../session/event.ts";
import type { Head, Info } from "../session/state.ts";
import { loadText, storeText } from "../store/blob.ts";
import type { Store } from "../store/open.ts";
import { readIterations } from "../store/read.ts";
import type { RunPlan } from "./plan.ts";
import type { Recorder } from "./recorder.ts";

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
}

/**
 * The files that are a person's: those that were dirty before the session's first touch, and have not
 * changed since. The session's first run notes them.
 *
 * @returns `undefined` when git cannot tell which files are dirty. Nothing is noted then: an empty list
 *   would give a person's files to the session, for its whole life.
 */
export async function takeWorkBaseline(
  { plan, store, recorder, head, info, ignored }: WorkSetup,
  top: string,
  hashes: ContentHashes,
): Promise<DirtyFiles | undefined> {
  const files = await dirtyFiles(top, ignored, hashes);
  if (files === undefined) return undefined;
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

/** Whether the log speaks of uncommitted work: a commit was refused, or the last iteration broken off. */
export async function mayOweCommit(store: Store, session: string, head: Head): Promise<boolean> {
  if (head.refused !== undefined) return true;
  const [last] = await readIterations(store, session, head, 1);
  return last?.outcome === "interrupted";
}

/** Whether work of the session waits to be committed, as far as that can be told before a run begins. */
export async function hasPendingWork(
  { plan, store, head, info, top, ignored, ownOutput }: Omit<WorkSetup, "recorder">,
): Promise<boolean> {
  if (top === undefined || !plan.autoCommit || info.baseline === null) return false;
  const hashes = new ContentHashes(ownOutput);
  const text = await loadText(store, plan.session, head.epoch, info.baseline);
  const place = { top, ignored, baseline: new Map(JSON.parse(text)) as DirtyFiles, hashes };
  return ((await pendingWork(place))?.entries.length ?? 0) > 0;
}
