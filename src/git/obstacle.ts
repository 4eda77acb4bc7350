import { exists, joinPath } from "../platform/paths.ts";
import { git } from "./git.ts";
import { type Patience, patiently } from "./patience.ts";
import { gitDirectory } from "./work_tree.ts";

/** Files and directories of git that tell of something half done. */
const HALF_DONE: readonly (readonly [name: string, what: string])[] = [
  ["MERGE_HEAD", "a merge is in progress"],
  ["rebase-merge", "a rebase is in progress"],
  ["rebase-apply", "a rebase is in progress"],
  ["CHERRY_PICK_HEAD", "a cherry-pick is in progress"],
  ["REVERT_HEAD", "a revert is in progress"],
];

/**
 * Why nothing should be committed in a work tree just now, in words; `undefined` when nothing speaks
 * against it.
 *
 * @param patience with another git that holds the index, which most often is over in a moment.
 */
export async function commitObstacle(
  top: string,
  patience: Patience,
): Promise<string | undefined> {
  const [directory, branch] = await Promise.all([
    gitDirectory(top),
    git(top, ["symbolic-ref", "--quiet", "HEAD"]),
  ]);
  if (directory === undefined) return "git does not work here";
  for (const [name, what] of HALF_DONE) {
    if (exists(joinPath(directory, name))) return what;
  }
  const lock = joinPath(directory, "index.lock");
  if (!await patiently(patience, () => !exists(lock))) {
    return "another git process holds the index (index.lock)";
  }
  return branch.ok ? undefined : "HEAD is detached: a commit would belong to no branch";
}

/** Whether a commit could be made just now: nothing is in its way, and git knows who makes it. */
export async function isReadyToCommit(top: string, patience: Patience): Promise<boolean> {
  if (await commitObstacle(top, patience) !== undefined) return false;
  const [author, committer] = await Promise.all([
    git(top, ["var", "GIT_AUTHOR_IDENT"]),
    git(top, ["var", "GIT_COMMITTER_IDENT"]),
  ]);
  return author.ok && committer.ok;
}
