import { joinPath } from "../platform/paths.ts";
import { type Baseline, ignoredAbove, noteIgnored, unseal, wasIgnored } from "./baseline.ts";
import type { ContentHashes } from "./content_hash.ts";
import { headCommit } from "./history.ts";
import { readFullStatus, readStatus, type StatusEntry, type WorkTreeStatus } from "./status.ts";

/** Where to look for work, and what is not the session's. */
export interface WorkPlace {
  /** The top of the work tree. */
  readonly top: string;
  /** iteratr's own directory, of which nothing is ever committed; absolute. */
  readonly ignored: string;
  /** What is left out while it is unchanged. */
  readonly baseline: Baseline;
  readonly hashes: ContentHashes;
}

/** What has changed and belongs to the session. */
export interface PendingWork {
  /** The commit that HEAD is at; empty before the first one. */
  readonly head: string;
  readonly entries: readonly StatusEntry[];
  /** Paths that cannot be told to git, because they are no UTF-8: as far as they can be shown. */
  readonly unnameable: readonly string[];
  /** Files and directories that git ignored before the session, and does no longer: a person's. */
  readonly ignoredBefore: readonly string[];
  /** The look at the work tree that it was found by. */
  readonly status: WorkTreeStatus;
}

/**
 * Notes what is a person's, before the session touches anything: the files that differ from HEAD, and
 * what git ignores.
 *
 * @returns `undefined` when git cannot tell.
 */
export async function takeBaseline(
  top: string,
  ignored: string,
  hashes: ContentHashes,
): Promise<Baseline | undefined> {
  const status = await readFullStatus(top);
  if (status === undefined) return undefined;
  const entries = await markAll(top, ignored, hashes, status);
  const baseline: Baseline = new Map();
  for (const { entry: { path }, mark } of entries) {
    baseline.set(path, await hashes.withContent(joinPath(top, path), mark));
  }
  const isOwn = ownFiles(top, ignored);
  await noteIgnored(baseline, top, status.ignored.filter((path) => !isOwn(path)), hashes);
  return baseline;
}

/** What differs from HEAD, and a mark of its content. */
interface MarkedEntry {
  readonly entry: StatusEntry;
  readonly mark: string;
}

/**
 * What differs from HEAD just now.
 *
 * @returns `undefined` when git cannot tell.
 */
export async function markedEntries(
  top: string,
  ignored: string,
  hashes: ContentHashes,
): Promise<readonly MarkedEntry[] | undefined> {
  const status = await readStatus(top);
  return status && await markAll(top, ignored, hashes, status);
}

async function markAll(
  top: string,
  ignored: string,
  hashes: ContentHashes,
  status: WorkTreeStatus,
): Promise<readonly MarkedEntry[]> {
  const isOwn = ownFiles(top, ignored);
  const entries = status.entries.filter(({ path }) => !isOwn(path));
  const marked: MarkedEntry[] = [];
  for (const entry of entries) marked.push({ entry, mark: await markOf(top, entry, hashes) });
  return marked;
}

/**
 * Looks for what has changed. What was noted of a file holds also while the file is clean, as it is while
 * a person's changes lie in a stash: only a commit of the session takes it over.
 *
 * @returns `undefined` when git cannot tell.
 */
export async function pendingWork(
  { top, ignored, baseline, hashes }: WorkPlace,
): Promise<PendingWork | undefined> {
  const status = await readStatus(top);
  if (status === undefined) return undefined;
  await unseal(baseline, status.entries.map(({ path }) => path));
  const isOwn = ownFiles(top, ignored);
  const entries: StatusEntry[] = [];
  const unnameable: string[] = [];
  const ignoredBefore = new Set<string>();
  for (const entry of status.entries) {
    if (isOwn(entry.path) || hasNoCommit(entry)) continue;
    const above = isNew(entry) ? ignoredAbove(baseline, entry.path) : undefined;
    if (above !== undefined) {
      ignoredBefore.add(above);
      continue;
    }
    const mark = await markOf(top, entry, hashes);
    // What iteratr prints into a file of the project is not the session's work.
    if (mark === "uncounted") continue;
    const noted = baseline.get(entry.path);
    if (noted !== undefined && await hashes.isSame(joinPath(top, entry.path), noted, mark)) {
      continue;
    }
    if (isNew(entry) && wasIgnored(baseline, entry.path, mark)) ignoredBefore.add(entry.path);
    else if (mark === "gone" && entry.path.includes("\ufffd")) unnameable.push(entry.path);
    else if (!isForeign(entry, mark)) entries.push(entry);
  }
  return {
    head: status.head === "(initial)" ? "" : status.head,
    ...{ entries, unnameable, ignoredBefore: [...ignoredBefore], status },
  };
}

/** Tells iteratr's own directory, by every way that leads to it. */
function ownFiles(top: string, ignored: string): (path: string) => boolean {
  const own = [ignored];
  try {
    own.push(Deno.realPathSync(ignored));
  } catch {
    // It is not there yet.
  }
  return (path) => own.some((directory) => `${joinPath(top, path)}/`.startsWith(`${directory}/`));
}

/** The content of a submodule is the commit that it is at. */
async function markOf(top: string, entry: StatusEntry, hashes: ContentHashes): Promise<string> {
  const path = joinPath(top, entry.path);
  const mark = await hashes.of(path);
  return entry.isSubmodule && mark === "directory" ? `submodule ${await headCommit(path)}` : mark;
}

/** Whether HEAD knows nothing of it. */
function isNew({ isUntracked, staged }: StatusEntry): boolean {
  return isUntracked || staged === "A";
}

/** Whether no commit could hold the change: within a submodule, or added and gone again. */
function hasNoCommit({ isDirtyWithin, staged, unstaged }: StatusEntry): boolean {
  return isDirtyWithin || (staged === "A" && unstaged === "D");
}

/**
 * A repository within that is no submodule is not the session's to commit. What git sees and iteratr
 * does not has gone meanwhile, or its name is no UTF-8, and so cannot be passed on.
 */
function isForeign({ isUntracked }: StatusEntry, mark: string): boolean {
  return isUntracked && (mark === "directory" || mark === "gone");
}
