import { event } from "../../src/session/event.ts";
import { granted } from "../../src/session/ruling.ts";
import { addNote } from "../../src/session/session_rules.ts";
import { addDependency, addTasks } from "../../src/session/task_rules.ts";
import type { Store } from "../../src/store/open.ts";
import { transact } from "../../src/store/transact.ts";
import type { Place } from "../support/place.ts";

/** Makes a store with session `s` of tasks, an iteration and many notes, and closes it. */
export async function makeStore(place: Place, notes = 300): Promise<string> {
  await using store = await place.open();
  await fill(store, notes);
  return store.file;
}

/** Writes tasks, an iteration and many notes into session `s`. */
export async function fill(store: Store, notes: number): Promise<void> {
  const tasks = [{ text: "one" }, { text: "two" }, { text: "three" }];
  const command = { session: "s", actor: "user", create: { spec: null }, tasks: true } as const;
  await transact(store, { ...command, decide: (view) => addTasks(view, tasks) });
  await transact(store, { ...command, decide: (view) => addDependency(view, 2, 1) });
  await transact(store, {
    ...command,
    decide: () => granted(event("iteration.started", { n: 1 })),
  });
  for (let i = 0; i < notes; i++) {
    const text = `${i} ${"x".repeat(500)}`;
    await transact(store, { ...command, decide: (view) => addNote(view, "tip", text) });
  }
}

/** Changes the bytes of a store's file, which nobody may have open. */
export async function damage(file: string, change: (bytes: Uint8Array) => void): Promise<void> {
  const bytes = await Deno.readFile(file);
  change(bytes);
  await Deno.writeFile(file, bytes);
}
