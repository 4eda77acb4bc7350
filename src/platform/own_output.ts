/**
 * The files that stdout and stderr go to, and further ones, as `dev:ino`. A run whose log is written into
 * the project changes a file there with every line, which is not the agent's work.
 *
 * @param more paths of other files that this process writes.
 */
export function ownOutputFiles(more: readonly string[]): ReadonlySet<string> {
  const files = ["/dev/fd/1", "/dev/fd/2", ...more].flatMap((path) => {
    try {
      const { isFile, dev, ino } = Deno.statSync(path);
      return isFile ? [`${dev}:${ino}`] : [];
    } catch {
      return [];
    }
  });
  return new Set(files);
}
