import { RUN_MARK } from "../platform/marked_processes.ts";
import { joinPath } from "../platform/paths.ts";
import { oneLine } from "../platform/text.ts";
import type { ContentHashes } from "./content_hash.ts";
import { git, type GitResult } from "./git.ts";
import { commitObstacle } from "./obstacle.ts";
import { readStatus, type StatusEntry } from "./status.ts";

/** Marks of the contents of files that differed from HEAD, by their paths as seen from the top. */
export type DirtyFiles = ReadonlyMap<string, string>;

/** What to commit. */
export interface CommitRequest {
  /** The top of the work tree. */
  readonly top: string;
  /** iteratr's own directory, of which nothing is ever committed; absolute. */
  readonly ignored: string;
  /** Files that were dirty before the session touched anything: left out while they are unchanged. */
  readonly baseline: DirtyFiles;
  readonly hashes: ContentHashes;
  readonly message: string;
  /** The run's id: what git's hooks start carries its mark, and is ended with the run. */
  readonly run: string;
}

/** What came of it. */
export type CommitResult =
  | { readonly kind: "nothing" }
  | { readonly kind: "committed"; readonly commit: CommitFacts }
  /** `why` is one line; `output` is what git and its hooks said. */
  | { readonly kind: "refused"; readonly why: string; readonly output: string };

/** A commit in numbers. */
export interface CommitFacts {
  readonly id: string;
  readonly subject: string;
  readonly files: number;
  readonly added: number;
  readonly removed: number;
}

/** The files that differ from HEAD just now, with marks of their contents. */
export async function dirtyFiles(
  top: string,
  ignored: string,
  hashes: ContentHashes,
): Promise<DirtyFiles> {
  const entries = await dirtyEntries(top, ignored);
  const marks = new Map<string, string>();
  for (const { path } of entries) marks.set(path, await hashes.of(joinPath(top, path)));
  return marks;
}

async function dirtyEntries(top: string, ignored: string): Promise<readonly StatusEntry[]> {
  const status = await readStatus(top);
  return (status?.entries ?? []).filter(({ path }) =>
    !`${joinPath(top, path)}/`.startsWith(`${ignored}/`)
  );
}

/**
 * Commits what has changed, but for files that were dirty before and are unchanged since. The user's index
 * is kept as it is apart from the files that are committed. git's own hooks run; when they refuse, the
 * changes stay. Nothing is pushed, and nothing is rewritten.
 */
export async function commitWork(request: CommitRequest): Promise<CommitResult> {
  const { top, baseline, hashes } = request;
  const entries: StatusEntry[] = [];
  for (const entry of await dirtyEntries(top, request.ignored)) {
    const before = baseline.get(entry.path);
    const now = await hashes.of(joinPath(top, entry.path));
    if (before !== now && !isForeign(entry, now)) entries.push(entry);
  }
  if (entries.length === 0) return { kind: "nothing" };
  const obstacle = await commitObstacle(top);
  if (obstacle !== undefined) return { kind: "refused", why: obstacle, output: "" };
  const paths = entries.map(({ path }) => path);
  const fresh = entries.filter(({ isUntracked }) => isUntracked).map(({ path }) => path);
  const seen = await withPaths(top, ["add", "--intent-to-add"], fresh);
  if (!seen.ok) return refused(seen);
  const done = await withPaths(
    top,
    ["commit", "--quiet", "--only", "--message", request.message],
    paths,
    { [RUN_MARK]: request.run },
  );
  if (done.ok) return { kind: "committed", commit: await commitFacts(top, "HEAD") };
  // The index as it was: files that git had not known are unknown again.
  await withPaths(top, ["reset", "--quiet"], fresh);
  return refused(done);
}

/** A repository within that is no submodule is not the session's to commit. */
function isForeign(entry: StatusEntry, mark: string): boolean {
  return entry.isUntracked && mark === "directory";
}

function refused({ stdout, stderr }: GitResult): CommitResult {
  const output = `${stdout}${stderr}`.trim();
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const telling = lines.find((line) => /^(fatal|error):/.test(line)) ?? lines.at(-1) ?? "no reason";
  return { kind: "refused", why: oneLine(telling, 200), output };
}

/** Names of files can be anything: they go in through a pipe, ended by zeros, and are taken literally. */
async function withPaths(
  top: string,
  args: readonly string[],
  paths: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<GitResult> {
  if (paths.length === 0) return { ok: true, stdout: "", stderr: "" };
  return await git(
    top,
    ["--literal-pathspecs", ...args, "--pathspec-from-file=-", "--pathspec-file-nul"],
    { input: paths.map((path) => `${path}\0`).join(""), env },
  );
}

/** A commit in numbers. */
export async function commitFacts(top: string, revision: string): Promise<CommitFacts> {
  const { stdout } = await git(top, [
    "show",
    "--format=%H%n%s",
    "--numstat",
    "--no-renames",
    revision,
  ]);
  const [id = "", subject = "", ...rest] = stdout.split("\n");
  const counts = rest.flatMap((line) => {
    const [, added, removed] = /^(\d+|-)\t(\d+|-)\t/.exec(line) ?? [];
    // A binary file counts as changed, without lines.
    return added === undefined ? [] : [[Number(added) || 0, Number(removed) || 0] as const];
  });
  return {
    id,
    subject,
    files: counts.length,
    added: counts.reduce((sum, [added]) => sum + added, 0),
    removed: counts.reduce((sum, [, removed]) => sum + removed, 0),
  };
}

/** The commits from one revision to another, the oldest first; empty when there is no way between. */
export async function commitsBetween(
  top: string,
  before: string,
  after: string,
): Promise<readonly CommitFacts[]> {
  if (before === after || before === "" || after === "") return [];
  const range = /^[0-9a-f]{40,64}$/.test(before) ? `${before}..${after}` : after;
  const { ok, stdout } = await git(top, ["rev-list", "--reverse", "--max-count=100", range]);
  const ids = ok ? stdout.split("\n").filter((line) => line !== "") : [];
  return await Promise.all(ids.map((id) => commitFacts(top, id)));
}

/** The commit that HEAD is at; empty before the first one and outside git. */
export async function headCommit(top: string): Promise<string> {
  const { ok, stdout } = await git(top, ["rev-parse", "--verify", "--quiet", "HEAD"]);
  return ok ? stdout.trim() : "";
}
