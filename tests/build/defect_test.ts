import assert from "node:assert/strict";
import { type DefectWorld, endOnDefect } from "../../src/commands/build/defect.ts";
import { NO_LOG } from "../../src/platform/log.ts";
import type { Ending } from "../../src/session/ending.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** Keeps what is told. */
class Told implements DefectWorld {
  readonly clock = new FakeClock();
  readonly log = NO_LOG;
  readonly stopped: Ending[] = [];
  readonly ended: Ending[] = [];
  readonly stop = (ending: Ending): void => void this.stopped.push(ending);
  readonly endAtOnce = (ending: Ending): void => void this.ended.push(ending);
}

Deno.test("a run that an uncaught error keeps from ending in order is ended at once, a while later", async () => {
  const told = new Told();
  using _defects = endOnDefect(told);
  Promise.reject(new Error("lost"));
  await told.clock.pass(59_999);
  assert.deepEqual(told.stopped.map(({ reason }) => reason), ["internal"]);
  assert.deepEqual(told.ended, []);
  await told.clock.pass(1);
  assert.deepEqual(told.ended, told.stopped);
});

Deno.test("a run that ends in order after an uncaught error is left alone", async () => {
  const told = new Told();
  {
    using _defects = endOnDefect(told);
    reportError(new Error("lost"));
    assert.deepEqual(told.stopped.map(({ reason }) => reason), ["internal"]);
  }
  await told.clock.pass(60_000);
  assert.deepEqual(told.ended, []);
});
