/*
 * deno run -A _writer.ts DATA_DIR LABEL PAUSE_MS
 *
 * Adds notes to session `s` until standard input ends. Of each that the store has acknowledged it prints
 * `epoch seq type text`; the type tells the creation of the session, which may come first.
 */
import { systemClock } from "../../src/platform/clock.ts";
import { writeAllSync } from "../../src/platform/write.ts";
import { addNote } from "../../src/session/session_rules.ts";
import { openStore } from "../../src/store/open.ts";
import { transact } from "../../src/store/transact.ts";
import { standardInputClosed } from "../support/standard_input_closed.ts";

const [directory, label, pause] = Deno.args;
if (directory === undefined) Deno.exit(2);
const closed = standardInputClosed();
await using store = await openStore({ directory, create: true });
for (let i = 0; !closed.aborted; i++) {
  const outcome = await transact(store, {
    session: "s",
    actor: "agent",
    tasks: false,
    create: { spec: null },
    decide: (view) => addNote(view, "tip", `${label}-${i}`),
  });
  if (outcome.kind !== "committed") throw new Error(JSON.stringify(outcome));
  const receipts = outcome.events.map(({ seq, type, data }) =>
    `${outcome.head.epoch} ${seq} ${type} ${"text" in data ? data.text : ""}\n`
  );
  writeAllSync(Deno.stdout, receipts.join(""));
  if (Number(pause) > 0) await systemClock.sleep(Number(pause), closed);
}
