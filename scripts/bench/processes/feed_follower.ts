/*
 * deno run -A feed_follower.ts DATA_DIR BARE_DIR
 *
 * Says `ready`, and then for whatever feed_writer.ts writes how old it was when it was seen, as
 * `KIND MILLISECONDS`, until standard input ends.
 */
import { baseName } from "../../../src/platform/paths.ts";
import { writeAllSync } from "../../../src/platform/write.ts";
import { isKnown } from "../../../src/session/event.ts";
import { feed } from "../../../src/store/feed.ts";
import { openStore } from "../../../src/store/open.ts";
import { readHead } from "../../../src/store/read.ts";
import { SESSION } from "../seed.ts";
import { preciseNow } from "./clock.ts";

const [directory, bare] = Deno.args;
if (directory === undefined || bare === undefined) Deno.exit(2);

function seen(kind: string, since: string): void {
  writeAllSync(Deno.stdout, `${kind} ${preciseNow() - Number(since)}\n`);
}

async function followFiles(watcher: Deno.FsWatcher): Promise<void> {
  const known = new Set<string>();
  for await (const { paths } of watcher) {
    for (const name of paths.map(baseName)) {
      // More than one change is told of each, and one of them may be about where it came from.
      if (known.has(name) || Number.isNaN(Number(name))) continue;
      known.add(name);
      seen("bare", name);
    }
  }
}

async function untilInputEnds(): Promise<void> {
  for await (const _chunk of Deno.stdin.readable);
}

await using store = await openStore({ directory, create: false });
const watcher = Deno.watchFs(bare);
const files = followFiles(watcher);
const ending = new AbortController();
const asked = untilInputEnds().then(() => ending.abort());
const after = (await readHead(store, SESSION))?.seq ?? 0;
const items = feed(store, SESSION, { after, signal: ending.signal });
// The writer may start a moment later than this line: the watches stand as soon as the feed is asked.
const first = items.next();
writeAllSync(Deno.stdout, "ready\n");
for (let item = await first; item.done !== true; item = await items.next()) {
  const { event } = item.value;
  if (isKnown(event) && event.type === "agent.message") seen(event.data.message, event.data.text);
}
await asked;
watcher.close();
await files;
