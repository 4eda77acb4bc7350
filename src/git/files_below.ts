import { joinPath } from "../platform/paths.ts";

const SKIPPED = new Set([".git", "node_modules"]);

/**
 * The absolute paths of all files below a directory, for where git cannot tell them.
 *
 * @param ignored a directory that is left out.
 */
export function* filesBelow(root: string, ignored: string): Generator<string> {
  const waiting = [root];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const { name, isDirectory } of entriesOf(at)) {
      const path = joinPath(at, name);
      if (path === ignored || SKIPPED.has(name)) continue;
      if (isDirectory) waiting.push(path);
      else yield path;
    }
  }
}

function entriesOf(directory: string): readonly Deno.DirEntry[] {
  try {
    return Array.from(Deno.readDirSync(directory));
  } catch {
    return [];
  }
}
