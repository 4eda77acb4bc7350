import { git, type GitResult } from "./git.ts";
import { type Patience, patiently } from "./patience.ts";

/**
 * Brings the user's index up to date for what commits have changed, and for nothing else; git's hooks
 * may have changed more than they were given.
 *
 * @param before the commit that HEAD was at, for which the index was made; empty before the first one.
 * @param patience with another git that holds the index.
 * @returns whether it is up to date. As long as it is not, it would take the commits back.
 */
export async function takeOver(
  top: string,
  before: string,
  after: string,
  patience: Patience,
): Promise<boolean> {
  const changes = await changesBetween(top, before, after);
  return changes !== undefined && await update(top, changes, patience);
}

/**
 * Does the same for commits whose maker did not come to it, because it was killed or somebody held the
 * index. What has been staged since stays; when HEAD has gone elsewhere, so does everything.
 */
export async function takeOverLate(
  top: string,
  before: string,
  after: string,
  patience: Patience,
): Promise<boolean> {
  if (before !== "" && !(await git(top, ["merge-base", "--is-ancestor", before, after])).ok) {
    return true;
  }
  const [changes, stale] = await Promise.all([
    changesBetween(top, before, after),
    git(top, ["diff-index", "--cached", ...RAW, after]).then(readChanges),
  ]);
  if (changes === undefined || stale === undefined) return false;
  const staged = new Map(stale.map((change) => [change.path, change.to]));
  const untouched = changes.filter(({ path, from }) => staged.get(path) === from);
  return await update(top, untouched, patience);
}

/** How a path differs between two trees, or between a tree and the index. */
interface Change {
  readonly path: string;
  /** Mode and id; the mode is zeros where there is nothing. */
  readonly from: string;
  readonly to: string;
}

const RAW = ["-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff"];

async function changesBetween(
  top: string,
  before: string,
  after: string,
): Promise<readonly Change[] | undefined> {
  const from = before === "" ? await emptyTree(top) : before;
  return readChanges(
    await git(top, ["diff-tree", ...RAW, "--ignore-submodules=none", from, after]),
  );
}

/** Its id depends on how the repository makes ids. */
async function emptyTree(top: string): Promise<string> {
  const { stdout } = await git(top, ["hash-object", "-t", "tree", "--stdin"], { input: "" });
  return stdout.trim();
}

function readChanges({ ok, stdout }: GitResult): readonly Change[] | undefined {
  if (!ok) return undefined;
  const words = stdout.split("\0");
  return words.flatMap((word, at) => {
    const [, before, mode, id, newId] = /^:(\d+) (\d+) (\w+) (\w+) /.exec(word) ?? [];
    if (at % 2 === 1 || before === undefined) return [];
    return [{ path: words[at + 1] ?? "", from: `${before} ${id}`, to: `${mode} ${newId}` }];
  });
}

async function update(
  top: string,
  changes: readonly Change[],
  patience: Patience,
): Promise<boolean> {
  if (changes.length === 0) return true;
  const isGone = ({ to }: Change): boolean => /^0+ /.test(to);
  // What goes makes room for what comes.
  const input = changes.toSorted((a, b) => Number(isGone(b)) - Number(isGone(a)))
    .map(({ path, to }) => `${to}\t${path}\0`).join("");
  let isDone = false;
  await patiently(patience, async () => {
    // A Ctrl-C must not leave the index as it was before the commit.
    const options = { input, group: true };
    const { ok, stderr } = await git(top, ["update-index", "-z", "--index-info"], options);
    isDone = ok;
    return ok || !stderr.includes("index.lock");
  });
  // Takes the times of the files in, so that git does not have to read them again.
  if (isDone) await git(top, ["update-index", "-q", "--refresh"]);
  return isDone;
}
