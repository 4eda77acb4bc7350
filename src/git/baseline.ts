import { joinPath } from "../platform/paths.ts";
import type { ContentHashes } from "./content_hash.ts";

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

/** How many files are noted that differed from HEAD. */
export function countDirty(baseline: Baseline): number {
  return [...baseline.values()].filter((mark) => !mark.startsWith(IGNORED)).length;
}

/** The path or the directory above it that was ignored as a whole, if any was. */
export function ignoredAbove(baseline: Baseline, path: string): string | undefined {
  const whole = `${path}/`;
  for (let at = whole.indexOf("/"); at >= 0; at = whole.indexOf("/", at + 1)) {
    const directory = whole.slice(0, at + 1);
    if (baseline.get(directory) === IGNORED) return directory;
  }
  return baseline.get(path) === IGNORED ? path : undefined;
}

/** Whether a file was ignored, and has not changed since. */
export function wasIgnored(baseline: Baseline, path: string, mark: string): boolean {
  return baseline.get(path) === `${IGNORED} ${mark}`;
}
