import { git } from "./git.ts";

/** Another git may hold the user's index for a moment. */
const TRIES = 20;
const PAUSE_MS = 50;

/**
 * Brings the user's index up to date for what commits have changed, and for nothing else; git's hooks
 * may have changed more than they were given.
 *
 * @param before the commit that HEAD was at, for which the index was made; empty before the first one.
 */
export async function takeOver(top: string, before: string, after: string): Promise<void> {
  await update(top, await changesBetween(top, before, after));
}

/**
 * Does the same for a commit whose maker was killed before it came to it: without that, the index would
 * take the commit back. What somebody has staged since stays.
 */
export async function takeOverLate(top: string, before: string, after: string): Promise<void> {
  const [changes, stale] = await Promise.all([
    changesBetween(top, before, after),
    git(top, ["diff-index", "--cached", ...RAW, after]).then(readChanges),
  ]);
  const staged = new Map(stale.map((change) => [change.path, change.to]));
  const untouched = changes.filter(({ path, from }) => staged.get(path) === from);
  if (untouched.length > 0) await update(top, untouched);
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
): Promise<readonly Change[]> {
  const trees = before === "" ? ["--root", "--no-commit-id", after] : [before, after];
  return readChanges(await git(top, ["diff-tree", ...RAW, "--ignore-submodules=none", ...trees]));
}

function readChanges({ stdout }: { readonly stdout: string }): readonly Change[] {
  const words = stdout.split("\0");
  return words.flatMap((word, at) => {
    const [, before, mode, id, newId] = /^:(\d+) (\d+) (\w+) (\w+) /.exec(word) ?? [];
    if (at % 2 === 1 || before === undefined) return [];
    return [{ path: words[at + 1] ?? "", from: `${before} ${id}`, to: `${mode} ${newId}` }];
  });
}

async function update(top: string, changes: readonly Change[]): Promise<void> {
  const isGone = ({ to }: Change): boolean => /^0+ /.test(to);
  // What goes makes room for what comes.
  const input = changes.toSorted((a, b) => Number(isGone(b)) - Number(isGone(a)))
    .map(({ path, to }) => `${to}\t${path}\0`).join("");
  for (let left = TRIES; left > 0; left--) {
    // A Ctrl-C must not leave the index as it was before the commit.
    const options = { input, group: true };
    const { ok, stderr } = await git(top, ["update-index", "-z", "--index-info"], options);
    if (ok || !stderr.includes("index.lock")) break;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  // Takes the times of the files in, so that git does not have to read them again.
  await git(top, ["update-index", "-q", "--refresh"]);
}
