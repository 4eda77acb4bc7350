import { systemClock } from "../platform/clock.ts";
import { usageTable } from "../render/usage_table.ts";
import { UsageTally } from "../session/usage_tally.ts";
import { readEvents, readHead } from "../store/read.ts";
import { type CommandWorld, dataDirectory, noSuchSession, openExisting } from "./context.ts";
import { liveLease } from "./session_summary.ts";
import { onlySession } from "./status.ts";

/** The flags of `iteratr usage`. */
export interface UsageFlags {
  readonly json?: boolean;
  readonly dataDir?: string;
}

/**
 * `iteratr usage [SESSION]`: what a session has spent, by iteration, by task and by model; also while a
 * run is going on.
 */
export async function usage(
  given: string | undefined,
  flags: UsageFlags,
  world: CommandWorld,
): Promise<void> {
  await using store = await openExisting(dataDirectory(world, flags.dataDir), true);
  const session = given ?? await onlySession(store);
  // Before the log: a run that has ended in between is then taken for what its log says.
  const lease = await liveLease(store, session);
  const head = await readHead(store, session);
  if (head === undefined) throw await noSuchSession(store, session);
  const tally = new UsageTally();
  for await (const event of readEvents(store, session, head, 0)) tally.add(event);
  const report = tally.report(
    lease === undefined ? undefined : { run: lease.run, now: systemClock.now() },
  );
  world.stdout(
    flags.json === true
      ? `${escaped(JSON.stringify({ session, ...report }))}\n`
      : usageTable(session, report),
  );
}

/** JSON escapes the C0 control characters only; others could reach a terminal as well. */
function escaped(json: string): string {
  return json.replaceAll(
    /[\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
