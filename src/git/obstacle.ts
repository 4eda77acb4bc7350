import { exists, joinPath } from "../platform/paths.ts";
import { git } from "./git.ts";

/** Files and directories of git that tell of something half done. */
const HALF_DONE: readonly (readonly [name: string, what: string])[] = [
  ["MERGE_HEAD", "a merge is in progress"],
  ["rebase-merge", "a rebase is in progress"],
  ["rebase-apply", "a rebase is in progress"],
  ["CHERRY_PICK_HEAD", "a cherry-pick is in progress"],
  ["REVERT_HEAD", "a revert is in progress"],
  ["index.lock", "another git process holds the index (index.lock)"],
];

/**
 * Why nothing should be committed in a work tree just now, in words; `undefined` when nothing speaks
 * against it.
 */
export async function commitObstacle(top: string): Promise<string | undefined> {
  const { ok, stdout } = await git(top, ["rev-parse", "--absolute-git-dir"]);
  if (!ok) return "git does not work here";
  const directory = stdout.replace(/\n$/, "");
  for (const [name, what] of HALF_DONE) {
    if (exists(joinPath(directory, name))) return what;
  }
  const branch = await git(top, ["symbolic-ref", "--quiet", "HEAD"]);
  return branch.ok ? undefined : "HEAD is detached: a commit would belong to no branch";
}
