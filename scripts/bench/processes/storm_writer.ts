/*
 * deno run -A storm_writer.ts DATA_DIR LABEL
 *
 * Writes as fast as it can until it is killed: messages, tasks, changes of tasks, and now and then more
 * in one command than fits into one atomic. Of each command that the store has acknowledged it prints a
 * receipt, a line of JSON with the number of each event and the digest of what it says.
 */
import { writeAllSync } from "../../../src/platform/write.ts";
import { event } from "../../../src/session/event.ts";
import { granted, type Ruling, type SessionView } from "../../../src/session/ruling.ts";
import { addTasks, setStatus } from "../../../src/session/task_rules.ts";
import { openStore } from "../../../src/store/open.ts";
import { transact } from "../../../src/store/transact.ts";
import { SESSION } from "../seed.ts";
import { type Receipt, receiptOf } from "./receipt.ts";

const [directory, label] = Deno.args;
if (directory === undefined || label === undefined) Deno.exit(2);

/** Together more than the 500,000 bytes that go into one atomic. */
const LARGE = { notes: 30, text: "x".repeat(9000) };

function command(i: number): (view: SessionView) => Ruling {
  const text = `${label} ${i}`;
  switch (i % 16) {
    case 1:
      return (view) => addTasks(view, [{ text }]);
    case 5:
      return (view) => setStatus(view, view.head.tasks, "in_progress");
    case 9:
      return (view) => setStatus(view, view.head.tasks, "completed");
    case 13:
      return ({ head }) =>
        granted(...Array.from({ length: LARGE.notes }, (_, k) =>
          event("note.added", {
            n: head.notes + k + 1,
            type: "tip",
            text: `${text}.${k} ${LARGE.text}`,
          })));
    default:
      return () => granted(event("agent.message", { message: text, text: text.repeat(20) }));
  }
}

await using store = await openStore({ directory, create: true });
for (let i = 1;; i++) {
  const outcome = await transact(store, {
    session: SESSION,
    actor: "agent",
    tasks: true,
    create: { spec: null },
    decide: command(i),
  });
  if (outcome.kind !== "committed") throw new Error(JSON.stringify(outcome));
  const receipts: Receipt[] = [];
  for (const stored of outcome.events) receipts.push(await receiptOf(stored));
  writeAllSync(Deno.stdout, `${JSON.stringify(receipts)}\n`);
}
