import { joinPath, realPath } from "../platform/paths.ts";
import { ContentHashes, digest } from "./content_hash.ts";
import { filesBelow } from "./files_below.ts";
import { workTree } from "./work_tree.ts";
import { readStatus, type WorkTreeStatus } from "./status.ts";

/**
 * Fingerprints the files of the root: the same exactly when HEAD and all contents are the same.
 *
 * @param status what git has just said of the work tree; without it, git is asked.
 */
export type WorkMark = (status?: WorkTreeStatus) => Promise<string>;

const MAX_FILES = 50_000;

/**
 * Makes the function that tells whether an iteration has changed files. In a git work tree, git says
 * which files differ from HEAD (what it ignores does not count); elsewhere all files are looked at.
 *
 * @param root absolute path.
 * @param ignored a directory that does not count: iteratr's own. Its files are not even opened.
 * @param uncounted files by `dev:ino` whose content does not count: those of iteratr's own output.
 */
export async function makeWorkMark(
  root: string,
  ignored: string,
  uncounted: ReadonlySet<string> = new Set(),
): Promise<WorkMark> {
  const hashes = new ContentHashes(uncounted);
  const own = realPath(ignored);
  const base = realPath(root);
  const top = await workTree(base);
  return top === undefined
    ? () => markOfFiles(base, own, hashes)
    : async (status) =>
      await markOfGit(status ?? await readStatus(top), top, own, hashes, 0) ??
        await markOfFiles(base, own, hashes);
}

/** Repositories within repositories are looked into so deep. */
const MAX_NESTING = 3;

async function markOfGit(
  status: WorkTreeStatus | undefined,
  top: string,
  ignored: string,
  hashes: ContentHashes,
  depth: number,
): Promise<string | undefined> {
  if (status === undefined) return undefined;
  const lines = [`head ${status.head}`];
  for (const { path, raw } of status.entries) {
    const file = joinPath(top, path);
    // Opening a file of the store would cost this process its locks on it (see store/bell.ts).
    if (file.startsWith(`${ignored}/`)) continue;
    const content = await hashes.of(file);
    // A repository within, or a submodule: git says here only that it differs.
    const nested = content === "directory" && depth < MAX_NESTING
      ? await markOfGit(await readStatus(file), file, ignored, hashes, depth + 1)
      : undefined;
    lines.push(`${path} ${content === "directory" ? `${raw} ${nested}` : content}`);
  }
  return await hashOf(lines);
}

async function markOfFiles(
  root: string,
  ignored: string,
  hashes: ContentHashes,
): Promise<string> {
  const lines: string[] = [];
  for (const path of filesBelow(root, ignored)) {
    if (lines.push(`${path} ${await hashes.of(path)}`) === MAX_FILES) break;
  }
  return await hashOf(lines);
}

async function hashOf(lines: readonly string[]): Promise<string> {
  return await digest(new TextEncoder().encode(lines.toSorted().join("\n")));
}
