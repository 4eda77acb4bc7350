import { event, type NewEvent } from "../../src/session/event.ts";
import { granted, type Ruling, type SessionView } from "../../src/session/ruling.ts";
import { addTasks } from "../../src/session/task_rules.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { transact } from "../../src/store/transact.ts";

/** The session that every store of the benchmark has. */
export const SESSION = "bench";

/** How many tasks it has. */
export const TASKS = 30;

/** Fits into one atomic. */
const BATCH = 400;

const WORDS = "The parser now takes an empty list; its tests pass, and I am on to the printer. ";

/** A message of the agent of a usual length: with its envelope some 400 bytes of JSON. */
export function message(n: number): NewEvent {
  return event("agent.message", { message: `msg_${n}`, text: `${n}: ${WORDS.repeat(3)}` });
}

/** Carries out a command of the run. @throws {Error} when it is refused. */
export async function write(
  store: Store,
  tasks: boolean,
  decide: (view: SessionView) => Ruling,
): Promise<void> {
  const outcome = await transact(store, {
    session: SESSION,
    actor: "run",
    create: { spec: null },
    tasks,
    decide,
  });
  if (outcome.kind !== "committed") throw new Error(JSON.stringify(outcome));
}

/** Makes a store with a session of {@linkcode TASKS} tasks and so many messages, and closes it. */
export async function seed(directory: string, messages: number): Promise<void> {
  await using store = await openStore({ directory, create: true });
  const drafts = Array.from({ length: TASKS }, (_, n) => ({
    text: `Make part ${n + 1} of the parser work as its page of the spec says`,
  }));
  await write(store, true, (view) => addTasks(view, drafts));
  for (let from = 1; from <= messages; from += BATCH) {
    const count = Math.min(BATCH, messages - from + 1);
    const batch = Array.from({ length: count }, (_, index) => message(from + index));
    await write(store, false, () => granted(...batch));
  }
}
