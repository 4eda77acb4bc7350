import assert from "node:assert/strict";
import { StoreError, type StoreFault } from "../../src/store/errors.ts";
import { withRetry } from "../../src/store/retry.ts";
import { FakeClock } from "../support/fake_clock.ts";

const DEADLINE_MS = 1000;

/** Runs an operation under a clock of its own, and lets time pass until it is settled. */
async function retried<T>(
  operation: (call: number) => Promise<T | undefined>,
): Promise<{ readonly result: Promise<T>; readonly calls: number; readonly ms: number }> {
  const clock = new FakeClock();
  let calls = 0;
  const result = withRetry(
    { clock, file: "/data/iteratr.db", deadlineMs: DEADLINE_MS },
    () => operation(++calls),
  );
  await clock.passUntilSettled(result);
  assert.equal(clock.sleeping, 0, "a timer is left");
  return { result, calls, ms: clock.monotonic() };
}

const locked = (): Promise<never> => Promise.reject(new TypeError("database is locked"));

function withFault(fault: StoreFault): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof StoreError);
    assert.equal(error.fault, fault);
    assert.match(error.message, /\/data\/iteratr\.db/);
    return true;
  };
}

Deno.test("withRetry runs once what gets through at once, and leaves no timer behind", async () => {
  const { result, calls, ms } = await retried(() => Promise.resolve("done"));
  assert.deepEqual([await result, calls, ms], ["done", 1, 0]);
});

Deno.test("withRetry tries again while the store is locked or the operation asks for it", async () => {
  const { result, calls, ms } = await retried((call) => {
    if (call < 5) return locked();
    return Promise.resolve(call < 10 ? undefined : call);
  });
  assert.deepEqual([await result, calls], [10, 10]);
  assert.ok(ms < DEADLINE_MS);
});

Deno.test("withRetry takes false, zero and null for results", async () => {
  for (const value of [false, 0, null, ""]) {
    const { result, calls } = await retried<unknown>(() => Promise.resolve(value));
    assert.deepEqual([await result, calls], [value, 1]);
  }
});

Deno.test("withRetry gives up at the deadline when the store stays locked", async () => {
  const { result, calls, ms } = await retried(locked);
  await assert.rejects(result, withFault("busy"));
  assert.ok(calls > 10, `${calls} attempts`);
  assert.ok(ms >= DEADLINE_MS && ms < DEADLINE_MS + 50, `after ${ms} ms`);
});

Deno.test("withRetry gives up at the deadline when other writers are always faster", async () => {
  const { result } = await retried(() => Promise.resolve(undefined));
  await assert.rejects(result, withFault("busy"));
});

Deno.test("withRetry gives up an operation that never comes back", async () => {
  const { result, calls, ms } = await retried(() => new Promise<never>(() => undefined));
  await assert.rejects(result, withFault("busy"));
  assert.deepEqual([calls, ms], [1, DEADLINE_MS]);
});

Deno.test("withRetry gives up at the same deadline when the operation hangs after some attempts", async () => {
  const { result, calls, ms } = await retried((call) =>
    call < 4 ? locked() : new Promise<never>(() => undefined)
  );
  await assert.rejects(result, withFault("busy"));
  assert.deepEqual([calls, ms], [4, DEADLINE_MS]);
});

Deno.test("withRetry does not try again after any other error, and classifies it", async () => {
  const { result, calls } = await retried(() =>
    Promise.reject(new TypeError("database disk image is malformed"))
  );
  await assert.rejects(result, withFault("damaged"));
  assert.equal(calls, 1);
});
