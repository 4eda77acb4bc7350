import type { ContentHashes } from "./content_hash.ts";
import { headCommit } from "./history.ts";
import { markedEntries } from "./pending.ts";

/** What git knows of a work tree at one moment. */
export interface TreeState {
  /** The commit that HEAD is at; empty before the first one. */
  readonly commit: string;
  /** Whether files differ from it, tracked or not. */
  readonly dirty: boolean;
  /** Marks of the tracked files that differ, by their paths as seen from the top. */
  readonly tracked: ReadonlyMap<string, string>;
}

/**
 * Looks at a work tree.
 *
 * @returns `undefined` when git cannot tell: what nobody has seen must not be called clean.
 * @param ignored iteratr's own directory, which does not count.
 */
export async function treeState(
  top: string,
  ignored: string,
  hashes: ContentHashes,
): Promise<TreeState | undefined> {
  const [commit, entries] = await Promise.all([
    headCommit(top),
    markedEntries(top, ignored, hashes),
  ]);
  if (commit === undefined || entries === undefined) return undefined;
  const tracked = entries.filter(({ entry }) => !entry.isUntracked);
  return {
    commit,
    dirty: entries.length > 0,
    tracked: new Map(tracked.map(({ entry, mark }) => [entry.path, mark])),
  };
}

/** The tracked files that differ between two looks. What git does not track may change as it likes. */
export function changedBetween(
  { tracked: before }: TreeState,
  { tracked: after }: TreeState,
): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}
