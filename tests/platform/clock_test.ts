import assert from "node:assert/strict";
import { systemClock } from "../../src/platform/clock.ts";

Deno.test("the clock's sleep ends when its time is over, and at once when it is aborted", async () => {
  await systemClock.sleep(0);
  await systemClock.sleep(1e8, AbortSignal.abort());
  const stop = new AbortController();
  const sleeping = systemClock.sleep(1e8, stop.signal);
  stop.abort();
  await sleeping;
});

Deno.test("the monotonic clock never goes back", async () => {
  const before = systemClock.monotonic();
  await systemClock.sleep(1);
  assert.ok(systemClock.monotonic() >= before);
});
