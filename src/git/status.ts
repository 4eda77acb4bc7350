import { git } from "./git.ts";

/** One path that differs from HEAD, or that git does not know. */
export interface StatusEntry {
  /** As seen from the top of the work tree, without a slash at the end. */
  readonly path: string;
  /** git does not track it, and does not ignore it. */
  readonly isUntracked: boolean;
  /** How the index differs from HEAD: git's letter, `.` for not at all, `?` for a file it does not know. */
  readonly staged: string;
  /** How the work tree differs from the index, in the same letters. */
  readonly unstaged: string;
  /** Both sides of a merge have changed it, and nobody has settled it yet. */
  readonly isConflict: boolean;
  /** A submodule of which only files within have changed: there is no commit that could be recorded. */
  readonly isDirtyWithin: boolean;
  readonly isSubmodule: boolean;
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

/** Reads the status of the work tree with this top; `undefined` when git cannot. */
export async function readStatus(top: string): Promise<WorkTreeStatus | undefined> {
  const { ok, stdout } = await git(top, ARGS);
  return ok ? statusOf(stdout) : undefined;
}

/** A status, and what git ignores. */
export interface FullStatus extends WorkTreeStatus {
  /**
   * Paths as seen from the top. A directory that is ignored as a whole stands for all that it holds, and
   * has a slash at its end.
   */
  readonly ignored: readonly string[];
}

/** The same with what is ignored, for which git has to look at more. */
export async function readFullStatus(top: string): Promise<FullStatus | undefined> {
  const { ok, stdout } = await git(top, [...ARGS, "--ignored=matching"]);
  if (!ok) return undefined;
  const ignored = stdout.split("\0").filter((raw) => raw.startsWith("! "));
  return { ...statusOf(stdout), ignored: ignored.map((raw) => raw.slice(2)) };
}

function statusOf(stdout: string): WorkTreeStatus {
  let head = "";
  const entries: StatusEntry[] = [];
  for (const raw of stdout.split("\0")) {
    if (raw.startsWith("# branch.oid ")) head = raw.slice("# branch.oid ".length);
    const fields = FIELDS_BEFORE_PATH[raw.charAt(0)];
    if (fields === undefined) continue;
    entries.push(entryOf(raw, fields));
  }
  return { head, entries };
}

function entryOf(raw: string, fields: number): StatusEntry {
  const words = raw.split(" ");
  const [kind, letters = "", submodule = ""] = words;
  const isUntracked = kind === "?";
  const isSubmodule = !isUntracked && submodule.startsWith("S");
  return {
    path: words.slice(fields).join(" ").replace(/\/$/, ""),
    isUntracked,
    staged: isUntracked ? "?" : letters.charAt(0),
    unstaged: isUntracked ? "?" : letters.charAt(1),
    isConflict: kind === "u",
    isSubmodule,
    isDirtyWithin: isSubmodule && letters === ".M" && submodule.charAt(1) !== "C",
    raw,
  };
}
