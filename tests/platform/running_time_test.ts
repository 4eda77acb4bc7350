import assert from "node:assert/strict";
import { RunningTime } from "../../src/platform/running_time.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("time runs as the clock does, whether somebody sleeps or not", async () => {
  const clock = new FakeClock();
  const time = new RunningTime(clock, 1_000);
  await clock.pass(70_000);
  assert.equal(time.now(), 70_000);
  const slept = time.sleep(300);
  await clock.pass(299);
  assert.equal(time.now(), 70_299);
  await clock.pass(1);
  await slept;
  assert.equal(time.now(), 70_300);
});

Deno.test("no sleep is longer than a beat, but for one without end, and each ends with its signal", async () => {
  const clock = new FakeClock();
  const time = new RunningTime(clock, 1_000);
  await clock.passUntilSettled(time.sleep(5_000));
  assert.equal(time.now(), 1_000);
  const over = new AbortController();
  const endless = time.sleep(Infinity, over.signal);
  await clock.pass(60_000);
  assert.deepEqual([time.now(), clock.sleeping], [61_000, 1]);
  over.abort();
  await endless;
});

Deno.test("what passes beyond the end of a sleep was a stop, whoever looks first", async () => {
  for (const isLookedAt of [false, true]) {
    const clock = new FakeClock();
    const time = new RunningTime(clock, 1_000);
    const slept = time.sleep(1_000);
    await clock.pass(400);
    clock.stop(3_600_600);
    if (isLookedAt) assert.equal(time.now(), 1_000);
    await clock.pass(99);
    assert.equal(clock.sleeping, 1, "there is a moment to catch up in");
    await clock.pass(1);
    await slept;
    assert.equal(time.now(), 1_100);
  }
});

Deno.test("a timer that is a little late is no stop", async () => {
  const clock = new FakeClock();
  const time = new RunningTime(clock, 1_000);
  const slept = time.sleep(1_000);
  clock.stop(1_900);
  await clock.pass(0);
  await slept;
  assert.equal(time.now(), 1_900);
});
