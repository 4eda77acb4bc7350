import { joinPath, realPath, relativeTo } from "../platform/paths.ts";
import { type Baseline, ignoredAbove, noteIgnored, unseal, wasIgnored } from "./baseline.ts";
import type { ContentHashes } from "./content_hash.ts";
import { filesBelow } from "./files_below.ts";
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

/** Something that is not committed, though it differs from HEAD and somebody might expect it to be. */
export interface LeftOut {
  /** As far as it can be shown. */
  readonly path: string;
  readonly why: WhyLeftOut;
}

export type WhyLeftOut =
  /** It cannot be told to git, because it is no UTF-8. */
  | "unnameable"
  /** git ignored it before the session, and does no longer: it is a person's. */
  | "ignored-before"
  /** A repository that is no submodule, and was not there before. */
  | "repository"
  /** Files within a submodule. */
  | "submodule"
  /** git refuses to take it. */
  | "untakeable";

/** What has changed and belongs to the session. */
export interface PendingWork {
  /** The commit that HEAD is at; empty before the first one. */
  readonly head: string;
  readonly entries: readonly StatusEntry[];
  readonly left: readonly LeftOut[];
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

/** More are not looked at. */
const MAX_FILES = 50_000;

/**
 * All files of a directory outside git, by their paths as seen from there: what will differ from HEAD once
 * somebody makes a repository of it.
 *
 * @returns `undefined` when there are too many.
 */
export async function filesOutsideGit(
  root: string,
  ignored: string,
  hashes: ContentHashes,
): Promise<Baseline | undefined> {
  const base = realPath(root);
  const files: Baseline = new Map();
  for (const path of filesBelow(base, realPath(ignored))) {
    if (files.size === MAX_FILES) return undefined;
    files.set(relativeTo(base, path), await hashes.of(path));
  }
  return files;
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
  const left: LeftOut[] = [];
  const ignoredBefore = new Set<string>();
  for (const entry of status.entries) {
    const { path, isUntracked } = entry;
    if (isOwn(path) || isAddedAndGone(entry)) continue;
    if (entry.isDirtyWithin) {
      if (!baseline.has(path)) left.push({ path, why: "submodule" });
      continue;
    }
    const above = isNew(entry) ? ignoredAbove(baseline, path) : undefined;
    if (above !== undefined) {
      ignoredBefore.add(above);
      continue;
    }
    const mark = await markOf(top, entry, hashes);
    // What iteratr prints into a file of the project is not the session's work.
    if (mark === "uncounted") continue;
    const noted = baseline.get(path);
    if (noted !== undefined && await hashes.isSame(joinPath(top, path), noted, mark)) continue;
    if (isNew(entry) && wasIgnored(baseline, path, mark)) ignoredBefore.add(path);
    else if (mark === "gone" && path.includes("\ufffd")) left.push({ path, why: "unnameable" });
    else if (isUntracked && mark === "directory") left.push({ path, why: "repository" });
    // What git has seen and iteratr does not is gone meanwhile.
    else if (!isUntracked || mark !== "gone") entries.push(entry);
  }
  for (const path of ignoredBefore) left.push({ path, why: "ignored-before" });
  return {
    head: status.head === "(initial)" ? "" : status.head,
    ...{ entries, left, status },
  };
}

/** Tells iteratr's own directory, by every way that leads to it. */
function ownFiles(top: string, ignored: string): (path: string) => boolean {
  const own = [ignored, realPath(ignored)];
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

/** Whether it is in neither HEAD nor the work tree. */
function isAddedAndGone({ staged, unstaged }: StatusEntry): boolean {
  return staged === "A" && unstaged === "D";
}
