import { type Clock, systemClock } from "../platform/clock.ts";
import { exists, joinPath } from "../platform/paths.ts";
import { bellDirectory } from "./bell.ts";
import { StoreError, storeError } from "./errors.ts";
import { keys } from "./keys.ts";
import { DEADLINE_MS, type RetryContext, withRetry } from "./retry.ts";

/** The layout of keys and values that this version writes; a newer one is refused. */
export const SCHEMA = 1;

const FILE = "iteratr.db";
const HURRY_MS = 300;
const DIRECTORY_MODE = 0o700;

/** An open data directory. */
export interface Store extends RetryContext, AsyncDisposable {
  readonly kv: Deno.Kv;
  /** From now on waits for other processes only for a moment: the process is about to end. */
  hurry(): void;
  /** Takes secrets out of a text; everything that is stored goes through it. */
  mask(text: string): string;
  /** Runs one thing at a time within this process; other processes are held off by the store. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** How to open a data directory. */
export interface OpenOptions {
  /** Absolute path of the data directory. */
  readonly directory: string;
  /** Whether to make the directory and the file when they are missing. */
  readonly create: boolean;
  readonly clock?: Clock;
  /** Takes secrets out of a text; left out, nothing is taken for one. */
  readonly mask?: (text: string) => string;
  readonly deadlineMs?: number;
}

/** The file of the store in a data directory. */
export function storeFile(directory: string): string {
  return joinPath(directory, FILE);
}

/**
 * Opens the store of a data directory.
 *
 * @throws {StoreError} with `missing` when it is not there and may not be made, `newer` when a later
 * version has written it, `not-a-store`, `damaged`, `read-only`, `full` or `busy` otherwise.
 */
export async function openStore(options: OpenOptions): Promise<Store> {
  const { directory, create } = options;
  const file = storeFile(directory);
  if (create) makeDirectory(directory);
  if (!isStore(file) && !create) {
    throw new StoreError("missing", `there is no store at ${file}`);
  }
  const context: RetryContext = {
    file,
    clock: options.clock ?? systemClock,
    deadlineMs: options.deadlineMs ?? DEADLINE_MS,
  };
  const kv = await withRetry(context, () => Deno.openKv(file));
  try {
    await checkSchema(context, kv, create);
  } catch (error) {
    // Closing would wait for the very operation that was given up.
    const isStuck = error instanceof StoreError && error.fault === "busy";
    if (!isStuck) kv.close();
    throw error;
  }
  return makeStore(context, kv, options.mask ?? ((text) => text));
}

/**
 * Whether a store is there; an empty file is none yet. The file is looked at, not opened.
 *
 * @throws {StoreError} when something else is in its place, or nobody may look.
 */
export function isStore(file: string): boolean {
  try {
    const info = Deno.statSync(file);
    if (info.isFile) return info.size > 0;
    throw new StoreError("not-a-store", `the store ${file} cannot be used: it is not a file`);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    if (error instanceof Deno.errors.NotFound) return false;
    throw new StoreError("read-only", `the store ${file} cannot be used: ${whyNot(error)}`, {
      cause: error,
    });
  }
}

function makeStore(
  context: RetryContext,
  kv: Deno.Kv,
  mask: (text: string) => string,
): Store {
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  const exclusive = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await last;
    kv.close();
  };
  let { deadlineMs } = context;
  return {
    clock: context.clock,
    file: context.file,
    get deadlineMs(): number {
      return deadlineMs;
    },
    hurry: () => {
      deadlineMs = Math.min(deadlineMs, HURRY_MS);
    },
    kv,
    mask,
    exclusive,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The directory is for its owner alone, and `git add -A` must never take it. */
function makeDirectory(directory: string): void {
  try {
    Deno.mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE });
    Deno.mkdirSync(bellDirectory(directory), { recursive: true });
    const ignore = joinPath(directory, ".gitignore");
    if (!exists(ignore)) Deno.writeTextFileSync(ignore, "*\n");
  } catch (error) {
    if (exists(storeFile(directory))) return;
    throw storeError(
      new StoreError(
        error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.AlreadyExists
          ? "not-a-store"
          : "read-only",
        `the data directory ${directory} cannot be made: ${whyNot(error)}`,
        { cause: error },
      ),
      directory,
    );
  }
}

function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.AlreadyExists || error instanceof Deno.errors.NotADirectory) {
    return "a file is in the way";
  }
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return error instanceof Error ? error.message : String(error);
}

/** Whoever only reads leaves a store alone that has no schema yet. */
async function checkSchema(
  context: RetryContext,
  kv: Deno.Kv,
  mayWrite: boolean,
): Promise<void> {
  const schema = await withRetry(context, async () => {
    const entry = await kv.get<{ readonly schema: number }>(keys.meta());
    if (entry.value !== null) return entry.value.schema;
    if (!mayWrite) return SCHEMA;
    const written = await kv.atomic().check(entry).set(keys.meta(), { schema: SCHEMA }).commit();
    return written.ok ? SCHEMA : undefined;
  });
  if (schema > SCHEMA) {
    throw new StoreError(
      "newer",
      `the store ${context.file} was written by a newer iteratr (schema ${schema}, ` +
        `this version knows ${SCHEMA}): update iteratr`,
    );
  }
}
