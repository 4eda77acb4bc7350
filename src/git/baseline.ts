import { joinPath } from "../platform/paths.ts";
import { type ContentHashes, digest } from "./content_hash.ts";

/**
 * What is a person's: marks of what differed from HEAD before the session touched anything, and of what
 * git ignored, by the paths as seen from the top. Files that the session has taken over since are taken
 * out.
 */
export type Baseline = Map<string, string>;

/**
 * Stands before the mark of what git ignored; alone, it stands for whatever is there. Directories that
 * are ignored as a whole, whose paths end with a slash, have it alone.
 */
const IGNORED = "ignored";

/** So many ignored files are told apart by their contents, if they are not larger than this. */
const MAX_MARKED = 1_000;
const MAX_MARKED_BYTES = 64 * 1024;

/**
 * Notes what git ignores: a `.gitignore` that the session rewrites must not give it away. Neither the
 * 100,000 files of a directory of packages are read for that, nor large ones: they stay out as a whole.
 *
 * @param paths those of directories end with a slash.
 */
export async function noteIgnored(
  baseline: Baseline,
  top: string,
  paths: readonly string[],
  hashes: ContentHashes,
): Promise<void> {
  let left = MAX_MARKED;
  for (const path of paths) {
    const file = joinPath(top, path);
    const isMarked = !path.endsWith("/") && left-- > 0 && isSmall(file);
    baseline.set(path, isMarked ? `${IGNORED} ${await hashes.of(file)}` : IGNORED);
  }
}

function isSmall(file: string): boolean {
  try {
    return Deno.lstatSync(file).size <= MAX_MARKED_BYTES;
  } catch {
    return false;
  }
}

/** Stands before the hash of a path that is not to be stored as it is. */
const SEALED = "sha256:";

/**
 * The pairs of path and mark as they can be stored. Whatever hides secrets in what is stored would make
 * another path of one that holds a secret's value: of that, a hash is kept.
 *
 * @param mask takes secrets out of a text.
 */
export async function sealed(
  baseline: Baseline,
  mask: (text: string) => string,
): Promise<readonly (readonly [path: string, mark: string])[]> {
  const pairs: (readonly [string, string])[] = [];
  for (const [path, mark] of baseline) {
    pairs.push([mask(path) === path ? path : await seal(path), mark]);
  }
  return pairs;
}

async function seal(path: string): Promise<string> {
  return SEALED + await digest(new TextEncoder().encode(path));
}

/** Gives what was stored under a hash its path again, for these paths and the directories above them. */
export async function unseal(baseline: Baseline, paths: readonly string[]): Promise<void> {
  if (![...baseline.keys()].some((path) => path.startsWith(SEALED))) return;
  const all = new Set(paths.flatMap((path) => [path, ...directoriesOf(path)]));
  for (const path of all) {
    const name = await seal(path);
    const mark = baseline.get(name);
    if (mark === undefined) continue;
    baseline.delete(name);
    baseline.set(path, mark);
  }
}

/** The path itself, with a slash at its end, and the directories above it. */
function directoriesOf(path: string): readonly string[] {
  const words = path.split("/");
  return words.map((_, at) => `${words.slice(0, at + 1).join("/")}/`);
}

/** How many files are noted that differed from HEAD. */
export function countDirty(baseline: Baseline): number {
  return [...baseline.values()].filter((mark) => !mark.startsWith(IGNORED)).length;
}

/** The path or the directory above it that was ignored as a whole, if any was. */
export function ignoredAbove(baseline: Baseline, path: string): string | undefined {
  return [...directoriesOf(path), path].find((each) => baseline.get(each) === IGNORED);
}

/** Whether a file was ignored, and has not changed since. */
export function wasIgnored(baseline: Baseline, path: string, mark: string): boolean {
  return baseline.get(path) === `${IGNORED} ${mark}`;
}
