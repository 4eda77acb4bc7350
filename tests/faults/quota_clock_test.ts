import assert from "node:assert/strict";
import type { Control } from "../../src/loop/control.ts";
import { waitForQuota } from "../../src/loop/turn/quota_wait.ts";
import type { Recorder } from "../../src/loop/recorder.ts";
import { startTimeBudget } from "../../src/loop/budgets/time_budget.ts";
import type { NewEvent } from "../../src/session/event.ts";
import { FakeClock } from "../support/fake_clock.ts";

const HOUR = 3_600_000;

/** Keeps what is recorded. */
function recorderInto(events: NewEvent[]): Recorder {
  const record = (...more: readonly NewEvent[]): Promise<void> => {
    events.push(...more);
    return Promise.resolve();
  };
  return {
    record,
    recordWith: (_, ...more) => record(...more),
    beginIteration: () => Promise.resolve(1),
    mask: (text) => text,
    unsaved: [],
    keepUnsaved: () => undefined,
  };
}

/** Nobody asks for anything. */
const NOBODY: Control = {
  next: (signal) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve(undefined))),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

Deno.test("a wait of three hours ends when its time has come, and none of it counts for a time budget of one", async () => {
  const clock = new FakeClock();
  const events: NewEvent[] = [];
  const stop = new AbortController();
  using budget = startTimeBudget(clock, HOUR, () => assert.fail("warned"));
  const pause = budget.pause();
  const work = waitForQuota(3 * HOUR, "used up", {
    ...{ clock, recorder: recorderInto(events), control: NOBODY, isStopping: false },
    stop: stop.signal,
  });
  await clock.passUntilSettled(work);
  assert.deepEqual(await work, { why: "reset", ms: 3 * HOUR });
  assert.deepEqual([budget.used(), budget.up.aborted], [0, false]);
  assert.deepEqual(events.map(({ type }) => type), ["quota.waiting", "quota.over"]);
  pause[Symbol.dispose]();
});
