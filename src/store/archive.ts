import { joinPath, parentPath } from "../platform/paths.ts";
import type { Head } from "../session/state.ts";
import { StoreError } from "./errors.ts";
import { exportLines } from "./export.ts";
import type { Store } from "./open.ts";

/** Where a data directory keeps the logs of past epochs. */
export function archiveDirectory(store: Store): string {
  return joinPath(parentPath(store.file), "archive");
}

/** A log on its way into the archive: it follows writers until the epoch ends under its eyes. */
export class Archive {
  /** Its file name. */
  readonly name: string;
  readonly #directory: string;
  readonly #file: Deno.FsFile;
  readonly #blobs = new Set<string>();
  #seq = 0;
  #kept = false;

  private constructor(directory: string, name: string, file: Deno.FsFile) {
    this.#directory = directory;
    this.name = name;
    this.#file = file;
  }

  /** @throws {StoreError} `read-only` when no file can be made. */
  static async begin(directory: string, session: string, now: Date): Promise<Archive> {
    const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, "");
    try {
      await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
      for (let copy = 1;; copy++) {
        const name = `${session}-${time}${copy === 1 ? "" : `-${copy}`}.jsonl`;
        const path = joinPath(directory, name);
        try {
          const file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
          return new Archive(directory, name, file);
        } catch (error) {
          if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
        }
      }
    } catch (error) {
      throw archiveError(directory, error);
    }
  }

  /** Writes the events that have come since the last time. */
  async catchUp(store: Store, session: string, head: Head): Promise<void> {
    const encoder = new TextEncoder();
    for await (const line of exportLines(store, session, head, this.#seq, this.#blobs)) {
      try {
        const bytes = encoder.encode(line);
        for (let at = 0; at < bytes.length;) at += await this.#file.write(bytes.subarray(at));
      } catch (error) {
        throw archiveError(this.#directory, error);
      }
    }
    this.#seq = head.seq;
    await this.#file.sync();
  }

  /**
   * Keeps the file should the switch of the epoch be given up: it may yet go through, and then the
   * archive is all that is left of the log.
   */
  async whileInDoubt(commit: () => Promise<boolean>): Promise<boolean> {
    try {
      this.#kept = await commit();
      return this.#kept;
    } catch (error) {
      this.#kept = error instanceof StoreError && error.fault === "busy";
      throw error;
    }
  }

  /** @returns its path. */
  keep(): string {
    return joinPath(this.#directory, this.name);
  }

  /** Closes the file, and removes it unless it is to be kept. */
  close(): void {
    this.#file.close();
    if (!this.#kept) Deno.removeSync(joinPath(this.#directory, this.name));
  }
}

function archiveError(directory: string, error: unknown): StoreError {
  const why = error instanceof Error ? error.message : String(error);
  return new StoreError("read-only", `the archive ${directory} cannot be written: ${why}`, {
    cause: error,
  });
}
