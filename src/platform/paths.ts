/*
 * The few path functions that the `tool` lane needs. Loading `node:path` would cost it half of its
 * start-up time (it drags in the Node layer), and iteratr runs on POSIX systems only.
 */

/** Joins and normalizes; an absolute part starts anew. */
export function joinPath(...parts: readonly string[]): string {
  const steps: string[] = [];
  let absolute = false;
  for (const part of parts) {
    if (part.startsWith("/")) {
      absolute = true;
      steps.length = 0;
    }
    for (const step of part.split("/")) {
      if (step === "" || step === ".") continue;
      const canGoUp = steps.length > 0 && steps.at(-1) !== "..";
      if (step !== "..") steps.push(step);
      else if (canGoUp) steps.pop();
      else if (!absolute) steps.push(step);
    }
  }
  const joined = steps.join("/");
  return absolute ? `/${joined}` : joined || ".";
}

/** The directory of a normalized path; `/` is its own, `.` is that of a bare name. */
export function parentPath(path: string): string {
  const cut = path.lastIndexOf("/");
  if (cut < 0) return ".";
  return cut === 0 ? "/" : path.slice(0, cut);
}

/** The last step of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The last step without its last extension; a leading dot starts a name, not an extension. */
export function stem(path: string): string {
  const base = baseName(path);
  const dot = base.lastIndexOf(".");
  return dot > 0 ? base.slice(0, dot) : base;
}

/** A path below a directory as seen from it; any other path as it is. */
export function relativeTo(directory: string, path: string): string {
  const prefix = directory === "/" ? "/" : `${directory}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

/** A path without links in it; as it is where nothing is there. */
export function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path;
  }
}

/** Whether something is there, whatever it is. A directory that cannot be searched counts as no. */
export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
