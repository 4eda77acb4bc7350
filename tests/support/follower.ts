/*
 * deno run -A follower.ts DATA_DIR SESSION
 *
 * Follows a session until standard input ends, and prints each event's number and type.
 */
import { writeAllSync } from "../../src/platform/write.ts";
import { feed } from "../../src/store/feed.ts";
import { openStore } from "../../src/store/open.ts";
import { standardInputClosed } from "./standard_input_closed.ts";

const [directory, session] = Deno.args;
if (directory === undefined || session === undefined) Deno.exit(2);

const signal = standardInputClosed();
await using store = await openStore({ directory, create: true });
writeAllSync(Deno.stdout, "open\n");
for await (const { event: { seq, type } } of feed(store, session, { after: 0, signal })) {
  writeAllSync(Deno.stdout, `${seq} ${type}\n`);
}
