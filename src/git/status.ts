import { git } from "./git.ts";

/** One path that differs from HEAD, or that git does not know. */
export interface StatusEntry {
  /** As seen from the top of the work tree, without a slash at the end. */
  readonly path: string;
  /** git does not track it, and does not ignore it. */
  readonly isUntracked: boolean;
  /** The whole entry, as git wrote it. */
  readonly raw: string;
}

/** What git says of a work tree. */
export interface WorkTreeStatus {
  /** The commit that HEAD is at; `(initial)` before the first. */
  readonly head: string;
  readonly entries: readonly StatusEntry[];
}

const ARGS = [
  "status",
  "--porcelain=v2",
  "--branch",
  "-z",
  "--no-renames",
  "--untracked-files=all",
];

/** How many fields come before the path, by the kind of entry (git's porcelain format v2). */
const FIELDS_BEFORE_PATH: Readonly<Record<string, number>> = { "1": 8, "2": 9, "u": 10, "?": 1 };

/** Reads the status of a work tree; `undefined` when git cannot. */
export async function readStatus(directory: string): Promise<WorkTreeStatus | undefined> {
  const { ok, stdout } = await git(directory, ARGS);
  if (!ok) return undefined;
  let head = "";
  const entries: StatusEntry[] = [];
  for (const raw of stdout.split("\0")) {
    if (raw.startsWith("# branch.oid ")) head = raw.slice("# branch.oid ".length);
    const fields = FIELDS_BEFORE_PATH[raw.charAt(0)];
    if (fields === undefined) continue;
    const path = raw.split(" ").slice(fields).join(" ").replace(/\/$/, "");
    entries.push({ path, isUntracked: raw.startsWith("?"), raw });
  }
  return { head, entries };
}
