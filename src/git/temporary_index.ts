import { joinPath } from "../platform/paths.ts";
import { git, type GitResult } from "./git.ts";
import type { StatusEntry } from "./status.ts";

const OK: GitResult = { ok: true, code: 0, stdout: "", stderr: "" };

/** What came of it. */
export interface Staged extends GitResult {
  /** Entries that git cannot take, which the index is without. */
  readonly left: readonly StatusEntry[];
}

/** What is to be staged, and with which environment. */
export interface Staging {
  readonly top: string;
  /** The directory in which git keeps the user's index. */
  readonly gitDirectory: string;
  /** The commit that HEAD is at; empty before the first one. */
  readonly head: string;
  readonly entries: readonly StatusEntry[];
  /** The new index. */
  readonly index: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Makes an index of HEAD's tree with exactly these changes of the work tree. The user's index, with what
 * is half staged in it, is only read. What git cannot take is left out, as long as there is something else.
 */
export async function stage(staging: Staging): Promise<Staged> {
  const { top, head, index, env, entries } = staging;
  if (head !== "") {
    // The times of files that a copy keeps spare git from reading all of them.
    await copyIndex(joinPath(staging.gitDirectory, "index"), index);
    const read = await git(top, ["read-tree", "--reset", head], { env });
    if (!read.ok) return { ...read, left: [] };
  }
  const known = new Set(entries.filter(({ isUntracked }) => isUntracked).map(({ path }) => path));
  const gone = entries.filter((entry) => !known.has(entry.path) && isGone(entry));
  const there = entries.filter((entry) => !gone.includes(entry));
  // First what goes: a file may have become a directory, and a directory a file or a link.
  const removed = await update(staging, ["--force-remove"], gone);
  if (!removed.ok) return { ...removed, left: [] };
  const added = await add(staging, there);
  if (added.ok || there.length + gone.length === 1) return { ...added, left: [] };
  const left = await addEach(staging, there, MAX_LEFT);
  return left === undefined || left.length === entries.length
    ? { ...added, left: [] }
    : { ...OK, left };
}

/** When more cannot be taken, it is not for what they are. */
const MAX_LEFT = 20;

/**
 * Adds what git can take: it refuses a pipe, for example, and with it all that it is given at once.
 *
 * @returns what it cannot take; `undefined` when that is more than may be.
 */
async function addEach(
  staging: Staging,
  entries: readonly StatusEntry[],
  mayFail: number,
): Promise<readonly StatusEntry[] | undefined> {
  const left: StatusEntry[] = [];
  const half = Math.ceil(entries.length / 2);
  for (const part of [entries.slice(0, half), entries.slice(half)]) {
    if ((await add(staging, part)).ok) continue;
    const more = part.length === 1 ? part : await addEach(staging, part, mayFail - left.length);
    if (more === undefined) return undefined;
    left.push(...more);
    if (left.length > mayFail) return undefined;
  }
  return left;
}

async function add(staging: Staging, entries: readonly StatusEntry[]): Promise<GitResult> {
  return await update(staging, ["--add", "--remove", "--replace"], entries);
}

/** The copy is as old as the original: by that, git knows which files may have changed unseen. */
async function copyIndex(from: string, to: string): Promise<void> {
  try {
    const { mtime } = await Deno.stat(from);
    await Deno.copyFile(from, to);
    await Deno.utime(to, mtime ?? new Date(0), mtime ?? new Date(0));
  } catch {
    // Without one, git reads all files.
    await Deno.remove(to).catch(() => undefined);
  }
}

/** Gone from the work tree, or no longer tracked although it is there. */
function isGone({ staged, unstaged }: StatusEntry): boolean {
  return unstaged === "D" || (staged === "D" && unstaged === ".");
}

/** Names of files can be anything: they go in through a pipe, ended by zeros, and are no patterns. */
async function update(
  { top, env }: Staging,
  flags: readonly string[],
  entries: readonly StatusEntry[],
): Promise<GitResult> {
  if (entries.length === 0) return OK;
  const input = [...new Set(entries.map(({ path }) => `${path}\0`))].join("");
  return await git(top, ["update-index", ...flags, "-z", "--stdin"], { input, env });
}

/** Whether an index has nothing that HEAD does not have, and the other way round. */
export async function isLikeHead(
  top: string,
  env: Readonly<Record<string, string>>,
): Promise<boolean> {
  const args = ["--cached", "--quiet", "--no-ext-diff", "--ignore-submodules=none"];
  return (await git(top, ["diff", ...args], { env })).ok;
}
