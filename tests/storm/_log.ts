import assert from "node:assert/strict";
import type { StoredEvent } from "../../src/session/event.ts";
import { addUsage, NO_USAGE } from "../../src/session/usage.ts";
import { isObject } from "../build/_json.ts";
import type { Seen, Stage } from "../build/_stage.ts";

type Data = Readonly<Record<string, unknown>>;

/** What an event says. */
export function dataIn({ data }: StoredEvent): Data {
  return isObject(data) ? data : {};
}

/** What must hold of every log, however its runs have ended. */
export function checkLog({ head, events, tasks, notes, iterations }: Seen): void {
  const numbers = (type: string): readonly unknown[] =>
    events.filter((event) => event.type === type).map((event) => dataIn(event)["n"]);
  const upTo = (count: number): readonly number[] =>
    Array.from({ length: count }, (_, index) => index + 1);
  assert.deepEqual(events.map(({ seq }) => seq), upTo(head.seq));
  assert.deepEqual(numbers("task.added"), upTo(head.tasks), "numbers of tasks");
  assert.deepEqual(tasks.map(({ n }) => n), upTo(head.tasks));
  assert.deepEqual(numbers("note.added"), upTo(head.notes), "numbers of notes");
  assert.deepEqual(notes.map(({ n }) => n), upTo(head.notes));
  assert.deepEqual(numbers("iteration.started"), upTo(head.iterations), "iterations begun");
  assert.deepEqual(numbers("iteration.ended"), upTo(head.iterations), "iterations ended");
  assert.deepEqual([head.run, head.iteration], [null, null], "something is left open");
  const spent = iterations.map(({ usage }) => usage).reduce(addUsage, NO_USAGE);
  assert.ok(Math.abs(head.usage.cost - spent.cost) < 1e-9, `${head.usage.cost}, ${spent.cost}`);
}

/** How the runs of a session have ended, in their order, by the code of each. */
export function endingsOf({ events }: Seen): readonly unknown[] {
  const ended = new Map(
    events.filter(({ type }) => type === "run.ended").map((event) => [event.run, event]),
  );
  const started = events.filter(({ type }) => type === "run.started");
  assert.equal(new Set(started.map(({ run }) => run)).size, started.length, "a run began twice");
  const all = events.filter(({ type }) => type === "run.ended");
  assert.equal(all.length, started.length, "each run has one ending");
  return started.map(({ run }) => {
    const ending = ended.get(run);
    assert.ok(ending !== undefined, `run ${run} has no ending`);
    return dataIn(ending)["code"];
  });
}

/** An iteration that finds tasks in progress takes up one of them before it touches another. */
export function checkTakenUp({ events }: Seen): number {
  const status = new Map<unknown, unknown>();
  let left: ReadonlySet<unknown> = new Set();
  let takenUp = 0;
  for (const event of events) {
    const { n, status: now } = dataIn(event);
    if (event.type === "iteration.started") {
      left = new Set([...status].filter(([, is]) => is === "in_progress").map(([task]) => task));
    }
    if (event.type !== "task.status") continue;
    if (left.size > 0 && event.actor === "agent") {
      assert.ok(left.has(n), `TAS-${n} was taken before ${[...left].join(", ")}`);
      left = new Set();
      takenUp++;
    }
    status.set(n, now);
  }
  return takenUp;
}

/** Asks iteratr itself whether the store is sound. */
export async function checkStore(stage: Stage): Promise<void> {
  const { code, stdout, stderr } = await stage.run(["doctor", "--check"]);
  assert.equal(code, 0, stdout + stderr);
}
