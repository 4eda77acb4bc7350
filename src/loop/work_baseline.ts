import { type Baseline, countDirty, sealed } from "../git/baseline.ts";
import { ContentHashes } from "../git/content_hash.ts";
import { pendingWork, takeBaseline } from "../git/pending.ts";
import { event } from "../session/event.ts";
import type { Head, Info } from "../session/state.ts";
import type { StoredText } from "../session/stored_text.ts";
import { loadText, storeText } from "../store/blob.ts";
import type { Store } from "../store/open.ts";
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
 * The files that are a person's: those that were dirty or ignored before the session's first touch, and
 * have not changed since. The session's first run notes them.
 *
 * @returns `undefined` when git cannot tell which files are dirty. Nothing is noted then: an empty list
 *   would give a person's files to the session, for its whole life.
 */
export async function takeWorkBaseline(
  { plan, store, recorder, head, info, ignored }: WorkSetup,
  top: string,
  hashes: ContentHashes,
): Promise<Baseline | undefined> {
  if (info.baseline === null) {
    const noted = await takeBaseline(top, ignored, hashes);
    if (noted === undefined) return undefined;
    await recordBaseline(recorder, noted);
    return noted;
  }
  const baseline = await loadBaseline(store, plan.session, head, info.baseline);
  const pending = await pendingWork({ top, ignored, baseline, hashes });
  // What an earlier run has changed is the session's by now, whatever becomes of it.
  const noted = baseline.size;
  for (const { path } of pending?.entries ?? []) baseline.delete(path);
  if (baseline.size < noted) await recordBaseline(recorder, baseline);
  return pending && baseline;
}

/** Stores what is a person's, also when the session has taken some of it over: the last one counts. */
export async function recordBaseline(recorder: Recorder, baseline: Baseline): Promise<void> {
  const pairs = await sealed(baseline, recorder.mask);
  const { text, blobs } = await storeText(JSON.stringify(pairs));
  const count = countDirty(baseline);
  await recorder.recordWith(blobs, event("work.baseline", { files: text, count }));
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

/** Whether work of the session waits to be committed, as far as that can be told before a run begins. */
export async function hasPendingWork(
  { plan, store, head, info, top, ignored, ownOutput }: Omit<WorkSetup, "recorder">,
): Promise<boolean> {
  if (top === undefined || !plan.autoCommit || info.baseline === null) return false;
  const hashes = new ContentHashes(ownOutput);
  const baseline = await loadBaseline(store, plan.session, head, info.baseline);
  return ((await pendingWork({ top, ignored, baseline, hashes }))?.entries.length ?? 0) > 0;
}
