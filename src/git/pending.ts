import { joinPath, realPath, relativeTo } from "../platform/paths.ts";
import type { ContentHashes } from "./content_hash.ts";
import { filesBelow } from "./files_below.ts";
import { headCommit } from "./history.ts";
import { readStatus, type StatusEntry, type WorkTreeStatus } from "./status.ts";

/**
 * Marks of the contents of files that differed from HEAD, by their paths as seen from the top. Files
 * that the session has taken over since are taken out.
 */
export type DirtyFiles = Map<string, string>;

/** Where to look for work, and what is not the session's. */
export interface WorkPlace {
  /** The top of the work tree. */
  readonly top: string;
  /** iteratr's own directory, of which nothing is ever committed; absolute. */
  readonly ignored: string;
  /** Files that were dirty before the session touched anything: left out while they are unchanged. */
  readonly baseline: DirtyFiles;
  readonly hashes: ContentHashes;
}

/** What has changed and belongs to the session. */
export interface PendingWork {
  /** The commit that HEAD is at; empty before the first one. */
  readonly head: string;
  readonly entries: readonly StatusEntry[];
  /** Paths that cannot be told to git, because they are no UTF-8: as far as they can be shown. */
  readonly unnameable: readonly string[];
  /** The look at the work tree that it was found by. */
  readonly status: WorkTreeStatus;
}

/**
 * The files that differ from HEAD just now, with marks of their contents.
 *
 * @returns `undefined` when git cannot tell.
 */
export async function dirtyFiles(
  top: string,
  ignored: string,
  hashes: ContentHashes,
): Promise<DirtyFiles | undefined> {
  const entries = await markedEntries(top, ignored, hashes);
  return entries && new Map(entries.map(({ entry, mark }) => [entry.path, mark]));
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
): Promise<DirtyFiles | undefined> {
  const base = realPath(root);
  const files: DirtyFiles = new Map();
  for (const path of filesBelow(base, realPath(ignored))) {
    if (files.size === MAX_FILES) return undefined;
    files.set(relativeTo(base, path), await hashes.of(path));
  }
  return files;
}

/** What differs from HEAD, with marks and with all that git says of it. */
export async function markedEntries(
  top: string,
  ignored: string,
  hashes: ContentHashes,
): Promise<readonly { readonly entry: StatusEntry; readonly mark: string }[] | undefined> {
  const status = await readStatus(top);
  if (status === undefined) return undefined;
  const isOwn = ownFiles(top, ignored);
  const entries = status.entries.filter(({ path }) => !isOwn(path));
  const marked: { readonly entry: StatusEntry; readonly mark: string }[] = [];
  for (const entry of entries) marked.push({ entry, mark: await markOf(top, entry, hashes) });
  return marked;
}

/**
 * Looks for what has changed. Entries of the baseline that have become clean are dropped from it: when
 * such a file comes back to what it was before the session, the session has done that.
 *
 * @returns `undefined` when git cannot tell.
 */
export async function pendingWork(
  { top, ignored, baseline, hashes }: WorkPlace,
): Promise<PendingWork | undefined> {
  const status = await readStatus(top);
  if (status === undefined) return undefined;
  const isOwn = ownFiles(top, ignored);
  const entries: StatusEntry[] = [];
  const unnameable: string[] = [];
  for (const entry of status.entries) {
    if (isOwn(entry.path) || hasNoCommit(entry)) continue;
    const mark = await markOf(top, entry, hashes);
    // What iteratr prints into a file of the project is not the session's work.
    if (mark === "uncounted" || baseline.get(entry.path) === mark) continue;
    if (mark === "gone" && entry.path.includes("\ufffd")) unnameable.push(entry.path);
    else if (!isForeign(entry, mark)) entries.push(entry);
  }
  const dirty = new Set(status.entries.map(({ path }) => path));
  for (const path of [...baseline.keys()]) if (!dirty.has(path)) baseline.delete(path);
  return { head: status.head === "(initial)" ? "" : status.head, entries, unnameable, status };
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
