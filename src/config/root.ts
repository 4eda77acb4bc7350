import { exists, joinPath, parentPath } from "../platform/paths.ts";

/** The project's configuration file, and the data directory where nothing else is said. */
export const CONFIG_FILE = "iteratr.yml";
export const DEFAULT_DATA_DIR = ".iteratr";

/**
 * Finds the root that the agent, hooks, specs and the data directory are anchored at: the nearest
 * directory upwards that holds `iteratr.yml` or `.iteratr/`, but not above the repository or the home
 * directory; else the directory itself.
 *
 * @param directory absolute path to start from.
 * @param home the home directory, if known.
 */
export function findRoot(directory: string, home: string | undefined): string {
  for (let at = directory;; at = parentPath(at)) {
    if (exists(joinPath(at, CONFIG_FILE)) || isDirectory(joinPath(at, DEFAULT_DATA_DIR))) return at;
    if (at === "/" || at === home || exists(joinPath(at, ".git"))) return directory;
  }
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
