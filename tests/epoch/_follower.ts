/*
 * deno run -A _follower.ts DATA_DIR [EPOCH SEQ]
 *
 * Follows session `s` until standard input ends, from its beginning or from the event after a position,
 * and prints of each event `epoch seq type text`.
 */
import { writeAllSync } from "../../src/platform/write.ts";
import { feed } from "../../src/store/feed.ts";
import { openStore } from "../../src/store/open.ts";
import { standardInputClosed } from "../support/standard_input_closed.ts";

const [directory, epoch = "1", seq = "0"] = Deno.args;
if (directory === undefined) Deno.exit(2);
const signal = standardInputClosed();
await using store = await openStore({ directory, create: true });
const from = { epoch: Number(epoch), after: Number(seq), signal };
for await (const { epoch, event } of feed(store, "s", from)) {
  const { data } = event;
  const text = typeof data === "object" && data !== null && "text" in data ? data.text : "";
  writeAllSync(Deno.stdout, `${epoch} ${event.seq} ${event.type} ${text}\n`);
}
