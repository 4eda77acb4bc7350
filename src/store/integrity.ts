import { DatabaseSync } from "node:sqlite";
import { storeError } from "./errors.ts";
import { storeFile } from "./open.ts";

/**
 * Runs SQLite's own check of a data directory's file. It must be called before this process opens the
 * store: whoever closes a file of an open store costs the process its locks on it (see bell.ts).
 *
 * @returns the first problem that SQLite names, or `undefined`.
 * @throws {StoreError} when the file cannot be opened at all.
 */
export function integrityProblem(directory: string): string | undefined {
  const file = storeFile(directory);
  try {
    using database = new DatabaseSync(file, { readOnly: true });
    database.exec("pragma busy_timeout = 10000");
    const [first] = database.prepare("pragma integrity_check(1)").all();
    const verdict = String(first?.["integrity_check"] ?? "no answer");
    return verdict === "ok" ? undefined : verdict.replaceAll(/\s*\n\s*/g, " ");
  } catch (error) {
    throw storeError(error, file);
  }
}
