/*
 * deno run -A writer.ts DATA_DIR SESSION LABEL
 *
 * Writes as fast as it can until standard input ends: notes, tasks, changes of tasks, and now and then
 * more in one command than fits into one atomic. Of each command that the store has acknowledged, it
 * prints a receipt for its events as JSON: `[[seq, type, beginning of the text], ...]`.
 */
import { writeAllSync } from "../../src/platform/write.ts";
import { event, type SessionEvent } from "../../src/session/event.ts";
import { granted, type Ruling, type SessionView } from "../../src/session/ruling.ts";
import { addNote } from "../../src/session/session_rules.ts";
import { addTasks, setStatus } from "../../src/session/task_rules.ts";
import { openStore } from "../../src/store/open.ts";
import { transact } from "../../src/store/transact.ts";
import { standardInputClosed } from "./standard_input_closed.ts";

const [directory, session, label] = Deno.args;
if (directory === undefined || session === undefined || label === undefined) Deno.exit(2);

/** Together more than the 500,000 bytes that go into one atomic. */
const LARGE = { notes: 30, text: "x".repeat(9000) };

function command(i: number): (view: SessionView) => Ruling {
  const text = `${label} ${i}`;
  switch (i % 8) {
    case 1:
      return (view) => addTasks(view, [{ text }]);
    case 2:
      return (view) => setStatus(view, view.head.tasks, "in_progress");
    case 4:
      return ({ head }) =>
        granted(...Array.from({ length: LARGE.notes }, (_, k) =>
          event("note.added", {
            n: head.notes + k + 1,
            type: "tip",
            text: `${text}.${k} ${LARGE.text}`,
          })));
    default:
      return (view) => addNote(view, "learning", text);
  }
}

function receipt({ seq, type, data }: SessionEvent): readonly [number, string, string] {
  const text = "text" in data && typeof data.text === "string" ? data.text : "";
  return [seq, type, text.slice(0, 40)];
}

const closed = standardInputClosed();
await using store = await openStore({ directory, create: true });
for (let i = 0; !closed.aborted; i++) {
  const outcome = await transact(store, {
    session,
    actor: "agent",
    tasks: true,
    create: { spec: null },
    decide: command(i),
  });
  if (outcome.kind !== "committed") throw new Error(JSON.stringify(outcome));
  writeAllSync(Deno.stdout, `${JSON.stringify(outcome.events.map(receipt))}\n`);
}
