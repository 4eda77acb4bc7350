/*
 * deno run -A _writer.ts DATA_DIR
 *
 * Adds a note to session `s` every few milliseconds until standard input ends, and prints its number
 * once the store has acknowledged it.
 */
import { systemClock } from "../../src/platform/clock.ts";
import { writeAllSync } from "../../src/platform/write.ts";
import { addNote } from "../../src/session/session_rules.ts";
import { openStore } from "../../src/store/open.ts";
import { transact } from "../../src/store/transact.ts";
import { standardInputClosed } from "../support/standard_input_closed.ts";

const [directory] = Deno.args;
if (directory === undefined) Deno.exit(2);
const closed = standardInputClosed();
await using store = await openStore({ directory, create: false });
while (!closed.aborted) {
  const command = { session: "s", actor: "agent", tasks: false } as const;
  const outcome = await transact(store, {
    ...command,
    decide: (view) => addNote(view, "tip", "of a busy agent"),
  });
  if (outcome.kind !== "committed") throw new Error(JSON.stringify(outcome));
  writeAllSync(Deno.stdout, `${outcome.head.seq}\n`);
  await systemClock.sleep(20, closed);
}
