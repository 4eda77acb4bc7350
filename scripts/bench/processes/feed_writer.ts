/*
 * deno run -A feed_writer.ts DATA_DIR BARE_DIR
 *
 * Writes what feed_follower.ts waits for, each with the time at which it began: by turns a file whose
 * name is that time, brought to the disk as the store does, and an event, with pauses in between; then
 * events without any pause.
 */
import { joinPath } from "../../../src/platform/paths.ts";
import { writeAllSync } from "../../../src/platform/write.ts";
import { event } from "../../../src/session/event.ts";
import { granted } from "../../../src/session/ruling.ts";
import { openStore, type Store } from "../../../src/store/open.ts";
import { write } from "../seed.ts";
import { preciseNow } from "./clock.ts";

const PACED = 150;
const STREAMED = 300;

const [directory, bare] = Deno.args;
if (directory === undefined || bare === undefined) Deno.exit(2);

/** Of no fixed length, lest it keep step with somebody's poll. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 20));
}

/** The least that any channel through the disk does: write, sync, and show by a change of name. */
function drop(path: string): void {
  const since = String(preciseNow());
  const hidden = `${path}-hidden`;
  {
    using file = Deno.openSync(hidden, { write: true, create: true, truncate: true });
    writeAllSync(file, since.repeat(20));
    file.syncSync();
  }
  Deno.renameSync(hidden, joinPath(path, since));
}

function append(store: Store, kind: string): Promise<void> {
  const text = String(preciseNow());
  return write(store, false, () => granted(event("agent.message", { message: kind, text })));
}

await using store = await openStore({ directory, create: false });
for (let n = 0; n < PACED; n++) {
  drop(bare);
  await pause();
  await append(store, "paced");
  await pause();
}
for (let n = 0; n < STREAMED; n++) await append(store, "streamed");
