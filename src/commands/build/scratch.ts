import { messageOf, UserError } from "../../platform/failure.ts";
import { joinPath, parentPath } from "../../platform/paths.ts";
import { processIdentity, processRef } from "../../platform/process_identity.ts";
import { shortHash } from "../../session/hash.ts";

/** What a run's private directories are called; orphans.ts goes by it too. */
const PREFIX = "iteratr-run-";
/** Its owner's process and host. */
const NAME = /^iteratr-run-(\d+)-(\w+)-(\w+)-\w+$/;

/**
 * Makes the private directory of a run, and removes those of runs that were killed on this host.
 *
 * @throws {UserError} when none can be made.
 */
export async function makeScratch(): Promise<string> {
  const { pid, identity } = await processRef(Deno.pid);
  // The owner is in the name, so that there is no moment in which the directory has none.
  const owner = `${pid}-${hostMark()}-${identity === null ? "any" : mark(identity)}-`;
  let directory: string;
  try {
    directory = await Deno.makeTempDir({ prefix: `${PREFIX}${owner}` });
  } catch (error) {
    throw new UserError(`no temporary directory can be made: ${messageOf(error)}`, [
      "Look at TMPDIR, and at the room on the disk",
    ]);
  }
  await sweepScratch(parentPath(directory)).catch(() => undefined);
  return directory;
}

/** Removes the directories whose owner is dead; one of another host, or that names none, is left alone. */
async function sweepScratch(parent: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(parent)) {
    if (!isDirectory || !await isOrphaned(name)) continue;
    await Deno.remove(joinPath(parent, name), { recursive: true }).catch(() => undefined);
  }
}

async function isOrphaned(name: string): Promise<boolean> {
  const [, pid, host, owner] = NAME.exec(name) ?? [];
  if (pid === undefined || host !== hostMark()) return false;
  const now = await processIdentity(Number(pid));
  return now === undefined || (owner !== "any" && owner !== mark(now));
}

function hostMark(): string {
  return mark(Deno.hostname());
}

function mark(text: string): string {
  return shortHash(text).slice(-8);
}
