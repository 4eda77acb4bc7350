import { exists, parentPath } from "../../platform/paths.ts";
import { messageOf } from "../../platform/failure.ts";
import { freeSpace } from "../../platform/free_space.ts";
import { plural } from "../../platform/text.ts";
import { unwritable } from "../../platform/unwritable.ts";
import { checkSessions } from "../../store/check.ts";
import { StoreError } from "../../store/errors.ts";
import { integrityProblem } from "../../store/integrity.ts";
import { isStore, openStore, storeFile } from "../../store/open.ts";
import { type CommandWorld, openToLook } from "../context.ts";
import { dubious, type Finding, fine, wrong } from "./finding.ts";

const LITTLE_SPACE_BYTES = 100 * 1024 ** 2;

/** Whether sessions can be kept in a data directory. */
export async function storeFinding(directory: string): Promise<Finding> {
  const file = storeFile(directory);
  try {
    {
      await using _store = await openToLook(directory);
    }
    const locked = unwritable(directory);
    if (locked !== undefined) {
      return wrong("store", `${directory} cannot be written: ${locked}`, "Change its permissions");
    }
    const obstacle = await writeObstacle(directory);
    if (obstacle !== undefined) {
      return wrong("store", `${directory}: ${obstacle}`, "Make it writable, or use --data-dir");
    }
    const bytes = await freeSpace(directory);
    const space = bytes === undefined ? "" : `, ${Math.round(bytes / 1024 ** 2)} MiB free`;
    const detail = `${directory}${isStore(file) ? "" : " (not there yet)"}${space}`;
    return bytes !== undefined && bytes < LITTLE_SPACE_BYTES
      ? dubious("store", detail, "Make room on the disk")
      : fine("store", detail);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return wrong("store", messageOf(error), "Look closer: iteratr doctor --check");
  }
}

/** Why nothing can be written where the data directory is or will be; the trial leaves no trace. */
async function writeObstacle(directory: string): Promise<string | undefined> {
  let at = directory;
  while (!exists(at) && at !== "/") at = parentPath(at);
  try {
    await Deno.remove(await Deno.makeTempFile({ dir: at, prefix: ".iteratr-trial-" }));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * Checks the store itself, then each session in it, and prints how they are.
 *
 * @throws {StoreError} `damaged` with the first difference.
 */
export async function checkStore(directory: string, world: CommandWorld): Promise<void> {
  const file = storeFile(directory);
  if (!isStore(file)) {
    world.stdout(`store   ${file}  not there yet\n`);
    return;
  }
  const problem = integrityProblem(directory);
  if (problem !== undefined) {
    throw new StoreError("damaged", `the store ${file} is damaged: ${problem}`);
  }
  world.stdout(`store   ${file}  ok\n`);
  await using store = await openStore({ directory, create: false });
  for await (const result of checkSessions(store)) {
    if (result.problem !== undefined) {
      throw new StoreError("damaged", `session ${result.session}: ${result.problem}`);
    }
    const verdict = result.isBusy ? "ok (it is being written to; views not compared)" : "ok";
    world.stdout(`session ${result.session}  ${plural(result.events, "event")}  ${verdict}\n`);
  }
}
