import assert from "node:assert/strict";
import { timeTaken } from "../../src/loop/time_taken.ts";
import { type Actor, event, EVENT_VERSION, type NewEvent } from "../../src/session/event.ts";
import type { StoredEvent } from "../../src/session/event.ts";

const START = Date.parse("2026-01-02T12:00:00.000Z");

function at(seconds: number): string {
  return new Date(START + seconds * 1000).toISOString();
}

/** A log of events, each with the second in which it was written. */
async function* log(
  ...items: readonly (readonly [second: number, item: NewEvent, actor?: Actor])[]
): AsyncGenerator<StoredEvent> {
  for (const [index, [second, item, actor = "run"]] of items.entries()) {
    const stamp = { v: EVENT_VERSION, seq: index + 1, at: at(second), run: "r", iteration: 1 };
    yield await Promise.resolve({ ...stamp, actor, ...item });
  }
}

const STARTED = event("run.started", {
  ...{ pid: 1, host: "h", version: "1", spec: "/s", root: "/", model: "m", command: [] },
  ...{ iterations: 0, timeMs: 0 },
});
const BEGUN = event("iteration.started", { n: 1 });
const NOTE = event("note.added", { n: 1, type: "tip", text: "x" });
const WAITS = event("quota.waiting", { until: at(90), error: "429" });

Deno.test("a run that was killed has taken the time until its last sign of life", async () => {
  const events = () => log([0, STARTED], [10, BEGUN], [30, NOTE, "agent"]);
  assert.deepEqual(await timeTaken(events(), undefined), { run: 30_000, iteration: 20_000 });
  assert.deepEqual(await timeTaken(events(), at(33)), { run: 33_000, iteration: 23_000 });
  assert.deepEqual(await timeTaken(events(), at(25)), { run: 30_000, iteration: 20_000 });
});

Deno.test("what a person has written after the kill is no sign of life", async () => {
  const events = log([0, STARTED], [10, BEGUN], [30, NOTE, "agent"], [9_000, NOTE, "user"]);
  assert.deepEqual(await timeTaken(events, undefined), { run: 30_000, iteration: 20_000 });
});

Deno.test("of several runs and iterations, the last ones count", async () => {
  const events = log([0, STARTED], [10, BEGUN], [100, STARTED], [110, BEGUN], [112, NOTE]);
  assert.deepEqual(await timeTaken(events, undefined), { run: 12_000, iteration: 2_000 });
});

Deno.test("waits for a quota are none of an iteration's time, also when the run was killed in one", async () => {
  const over = event("quota.over", { waitedMs: 50_000, why: "reset" });
  const gone = log([0, STARTED], [10, BEGUN], [20, WAITS], [70, over], [75, NOTE]);
  assert.deepEqual(await timeTaken(gone, undefined), { run: 75_000, iteration: 15_000 });
  const going = log([0, STARTED], [10, BEGUN], [20, WAITS]);
  assert.deepEqual(await timeTaken(going, at(80)), { run: 80_000, iteration: 10_000 });
});

Deno.test("a clock that was set back makes no time negative, and an empty log takes none", async () => {
  const back = log([100, STARTED], [110, BEGUN], [0, NOTE]);
  assert.deepEqual(await timeTaken(back, undefined), { run: 0, iteration: 0 });
  assert.deepEqual(await timeTaken(log(), undefined), { run: 0, iteration: 0 });
});
