import assert from "node:assert/strict";
import { exportSession } from "../../src/commands/export.ts";
import type { StoredEvent } from "../../src/session/event.ts";
import { exportLines } from "../../src/store/export.ts";
import type { Store } from "../../src/store/open.ts";
import { readHead } from "../../src/store/read.ts";
import type { Place } from "../support/place.ts";

/** The log of a session's current epoch, as it is exported. */
export async function exported(store: Store, session = "s"): Promise<string> {
  const head = await readHead(store, session);
  assert.ok(head !== undefined, `there is no session ${session}`);
  return (await Array.fromAsync(exportLines(store, session, head))).join("");
}

/** What `iteratr export` prints. */
export async function printedExport(
  place: Place,
  epoch?: string,
  session = "s",
): Promise<string> {
  let text = "";
  await exportSession(session, epoch === undefined ? {} : { epoch }, {
    cwd: place.path,
    env: () => undefined,
    stdout: (part) => {
      text += part;
    },
    stderr: () => undefined,
  });
  return text;
}

/** The values on the lines of an exported log. */
export function lines(log: string): readonly unknown[] {
  assert.ok(log.endsWith("\n"), "the last line is not ended");
  return log.slice(0, -1).split("\n").map((line): unknown => JSON.parse(line));
}

/** The events of an exported log. */
export function events(log: string): readonly StoredEvent[] {
  return lines(log).filter((line): line is StoredEvent => !isBlob(line));
}

/** The texts of an exported log's blobs, by their ids. */
export function blobs(log: string): ReadonlyMap<string, string> {
  return new Map(lines(log).filter(isBlob).map(({ blob, text }) => [blob, text]));
}

interface BlobLine {
  readonly blob: string;
  readonly text: string;
}

function isBlob(line: unknown): line is BlobLine {
  return typeof line === "object" && line !== null && "blob" in line;
}

/** The names of the files in a data directory's archive. */
export function archives(place: Place): readonly string[] {
  try {
    return [...Deno.readDirSync(place.join(".iteratr", "archive"))].map(({ name }) => name).sort();
  } catch {
    return [];
  }
}
