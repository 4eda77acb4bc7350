/**
 * The files that stdout and stderr go to, as `dev:ino`. A run whose log is written into the project
 * changes a file there with every line, which is not the agent's work.
 */
export function ownOutputFiles(): ReadonlySet<string> {
  const files = [1, 2].flatMap((fd) => {
    try {
      const { isFile, dev, ino } = Deno.statSync(`/dev/fd/${fd}`);
      return isFile ? [`${dev}:${ino}`] : [];
    } catch {
      return [];
    }
  });
  return new Set(files);
}
