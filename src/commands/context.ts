import { resolveConfig } from "../config/resolve.ts";
import { findRoot } from "../config/root.ts";
import { UserError } from "../platform/failure.ts";
import { isSessionName, NAME_RULE } from "../session/name.ts";
import { StoreError } from "../store/errors.ts";
import { integrityProblem } from "../store/integrity.ts";
import { isStore, openStore, type Store, storeFile } from "../store/open.ts";
import { sessionNames } from "../store/read.ts";

/** What a command on stored sessions needs of the world. */
export interface CommandWorld {
  readonly cwd: string;
  env(name: string): string | undefined;
  stdout(text: string): void;
  stderr(text: string): void;
}

/** The data directory, by the configuration. */
export function dataDirectory(world: CommandWorld, flag: string | undefined): string {
  const root = findRoot(world.cwd, world.env("HOME") || undefined);
  const flags = new Map(flag === undefined ? [] : [["data-dir", flag]]);
  return resolveConfig({ root, env: world.env, flags }).config.data_dir;
}

/**
 * Opens a store to look at it, when it is there.
 *
 * @throws {StoreError}
 */
export async function openToLook(directory: string): Promise<Store | undefined> {
  const file = storeFile(directory);
  if (!isStore(file)) return undefined;
  // Some damage makes Deno KV bring the whole process down, so it is looked for before.
  const problem = integrityProblem(directory);
  if (problem !== undefined) {
    throw new StoreError("damaged", `the store ${file} is damaged: ${problem}`);
  }
  return await openStore({ directory, create: false });
}

/**
 * Opens the store of existing sessions.
 *
 * @param isWhole whether all of it will be read: then damage is looked for before.
 * @throws {UserError} when there is none.
 */
export async function openExisting(directory: string, isWhole = false): Promise<Store> {
  try {
    // Some damage makes Deno KV bring the whole process down, so it is looked for before.
    const file = storeFile(directory);
    const problem = isWhole && isStore(file) ? integrityProblem(directory) : undefined;
    if (problem !== undefined) {
      throw new StoreError("damaged", `the store ${file} is damaged: ${problem}`);
    }
    return await openStore({ directory, create: false });
  } catch (error) {
    if (!(error instanceof StoreError) || error.fault !== "missing") throw error;
    throw new UserError(`there is no session in ${directory}`, [
      "Start one: iteratr build --spec specs/feature.md",
      "Or say where they are: --data-dir <dir>",
    ]);
  }
}

/**
 * The error for a session that is not there; it names those that are.
 */
export async function noSuchSession(store: Store, session: string): Promise<UserError> {
  if (!isSessionName(session)) {
    return new UserError(`a session's name must be ${NAME_RULE}, got "${session}"`);
  }
  const names = await sessionNames(store);
  const there = names.length === 0 ? "there is none" : `there is ${names.join(", ")}`;
  return new UserError(`there is no session ${session}; ${there}`);
}
