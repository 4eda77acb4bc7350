import { exists, parentPath } from "./paths.ts";

/**
 * The room that is left on the disk of a path, in bytes; the path need not be there yet. `undefined` when
 * the system does not tell.
 */
export async function freeSpace(path: string): Promise<number | undefined> {
  let at = path;
  while (!exists(at) && at !== "/") at = parentPath(at);
  try {
    // POSIX: one line for the file system, with kibibytes in the fourth column.
    const { success, stdout } = await new Deno.Command("df", {
      args: ["-Pk", at],
      stdin: "null",
      stderr: "null",
      env: { LC_ALL: "C" },
    }).output();
    const line = new TextDecoder().decode(stdout).trim().split("\n").at(-1) ?? "";
    const kibibytes = Number(/\s(\d+)\s+\d+%\s/.exec(line)?.[1]);
    return success && Number.isFinite(kibibytes) ? kibibytes * 1024 : undefined;
  } catch {
    return undefined;
  }
}
