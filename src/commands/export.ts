import { UserError } from "../platform/failure.ts";
import { joinPath } from "../platform/paths.ts";
import { readValue } from "../config/kinds.ts";
import { archiveDirectory } from "../store/archive.ts";
import { readPastEpoch } from "../store/epoch.ts";
import { exportLines } from "../store/export.ts";
import type { Store } from "../store/open.ts";
import { readHead } from "../store/read.ts";
import { type CommandWorld, dataDirectory, noSuchSession, openExisting } from "./context.ts";

/** The flags of `iteratr export`. */
export interface ExportFlags {
  readonly epoch?: string;
  readonly dataDir?: string;
}

/**
 * `iteratr export SESSION [--epoch N]`: writes the log of a session to stdout, a line of JSON for each
 * event. A past epoch, also that of a session since deleted, comes out of the archive.
 */
export async function exportSession(
  session: string,
  flags: ExportFlags,
  world: CommandWorld,
): Promise<void> {
  const epoch = flags.epoch === undefined ? undefined : readEpoch(flags.epoch);
  await using store = await openExisting(dataDirectory(world, flags.dataDir), true);
  const head = await readHead(store, session);
  if (head !== undefined && (epoch === undefined || epoch === head.epoch)) {
    for await (const line of exportLines(store, session, head)) world.stdout(line);
    return;
  }
  if (epoch === undefined) throw await noSuchSession(store, session);
  const past = await readPastEpoch(store, session, epoch);
  if (past === undefined) {
    if (head === undefined) throw await noSuchSession(store, session);
    throw new UserError(
      `--epoch must be from 1 to ${head.epoch} (the current one) for session ${session}, ` +
        `got "${flags.epoch}"`,
    );
  }
  await copyArchive(store, past.archive, world);
}

function readEpoch(text: string): number {
  const reading = readValue({ kind: "count", min: 0 }, text);
  if (reading.ok) return Number(reading.value);
  throw new UserError(`--epoch ${reading.must}, got "${text}"`);
}

async function copyArchive(store: Store, name: string, world: CommandWorld): Promise<void> {
  const path = joinPath(archiveDirectory(store), name);
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch {
    throw new UserError(`the log of that epoch is no longer there: ${path} cannot be read`);
  }
  for await (
    const text of file.readable.pipeThrough(
      new TextDecoderStream("utf-8", { ignoreBOM: true }),
    )
  ) world.stdout(text);
}
