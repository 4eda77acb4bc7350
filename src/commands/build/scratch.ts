import { isSameProcess, processRef } from "../../loop/holder.ts";
import { messageOf, UserError } from "../../platform/failure.ts";
import { asNumber, asObject, asText } from "../../platform/json.ts";
import { joinPath, parentPath } from "../../platform/paths.ts";

/** What a run's private directories are called; orphans.ts goes by it too. */
const PREFIX = "iteratr-run-";
const OWNER = "owner.json";

/**
 * Makes the private directory of a run, and removes those of runs that were killed on this host.
 *
 * @throws {UserError} when none can be made.
 */
export async function makeScratch(): Promise<string> {
  let directory: string;
  try {
    directory = await Deno.makeTempDir({ prefix: PREFIX });
    const owner = { ...await processRef(Deno.pid), host: Deno.hostname() };
    await Deno.writeTextFile(joinPath(directory, OWNER), JSON.stringify(owner));
  } catch (error) {
    throw new UserError(`no temporary directory can be made: ${messageOf(error)}`, [
      "Look at TMPDIR, and at the room on the disk",
    ]);
  }
  await sweepScratch(parentPath(directory)).catch(() => undefined);
  return directory;
}

/** Removes the directories whose owner is dead; one that names no owner is left alone. */
async function sweepScratch(parent: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(parent)) {
    if (!isDirectory || !name.startsWith(PREFIX)) continue;
    const path = joinPath(parent, name);
    if (await isOrphaned(path)) await Deno.remove(path, { recursive: true }).catch(() => undefined);
  }
}

async function isOrphaned(path: string): Promise<boolean> {
  try {
    const owner = asObject(JSON.parse(await Deno.readTextFile(joinPath(path, OWNER))));
    const pid = asNumber(owner?.["pid"]);
    if (pid === undefined || owner?.["host"] !== Deno.hostname()) return false;
    return !await isSameProcess({ pid, identity: asText(owner["identity"]) ?? null });
  } catch {
    return false;
  }
}
