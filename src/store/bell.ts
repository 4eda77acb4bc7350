import { joinPath } from "../platform/paths.ts";

/*
 * How a process tells the others that it has written. Watching the store's own files would be the
 * obvious way and is a trap: a watcher opens what has changed (Deno's does), and a process that closes
 * any descriptor of a file loses all of its POSIX locks on it. SQLite then takes the store for unused,
 * the next process to close it removes the write-ahead log, and what others write goes into a file
 * that is no longer there. So nothing in iteratr but Deno KV may ever open the store's files, and the
 * bell hangs in a directory of its own.
 */

const DIRECTORY = "bell";

/** The directory whose changes tell that something was written. */
export function bellDirectory(dataDirectory: string): string {
  return joinPath(dataDirectory, DIRECTORY);
}

/** Tells every process that follows the session; that nobody hears it is no error. */
export function ring(dataDirectory: string, session: string): void {
  try {
    Deno.writeTextFileSync(joinPath(bellDirectory(dataDirectory), session), "");
  } catch {
    // Readers look by themselves now and then.
  }
}

/** Hears the bell. `undefined` when the system cannot watch; the reader then only polls. */
export function hear(dataDirectory: string): Deno.FsWatcher | undefined {
  try {
    return Deno.watchFs(bellDirectory(dataDirectory), { recursive: false });
  } catch {
    return undefined;
  }
}
