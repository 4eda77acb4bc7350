import assert from "node:assert/strict";
import fc from "fast-check";
import { type Control, followControl, type Request } from "../../src/loop/control.ts";
import { type QuotaWait, waitForQuota, waitUntil } from "../../src/loop/turn/quota_wait.ts";
import type { Clock } from "../../src/platform/clock.ts";
import { event } from "../../src/session/event.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeRecorder } from "./_fake_recorder.ts";
import { TestSession } from "./_session.ts";

const HOUR_MS = 3_600_000;

/** A run that waits, and all that can happen to it. */
class Wait {
  readonly clock = new FakeClock();
  readonly recorder = new FakeRecorder();
  readonly stop = new AbortController();
  /** How far the wall clock is ahead of the other one. */
  ahead = 0;
  /** How long each sleep was to be. */
  readonly sleeps: number[] = [];
  readonly #asking = new Set<(request: Request) => void>();

  ask(request: Request): void {
    for (const tell of this.#asking) tell(request);
  }

  get asking(): number {
    return this.#asking.size;
  }

  begin(until: number, isStopping = false): ReturnType<typeof waitForQuota> {
    const clock: Clock = {
      now: () => new Date(this.clock.now().getTime() + this.ahead),
      monotonic: () => this.clock.monotonic(),
      sleep: (ms, signal) => {
        this.sleeps.push(ms);
        return this.clock.sleep(ms, signal);
      },
    };
    const control: Control = {
      next: (signal) =>
        new Promise((resolve) => {
          const tell = (request: Request | undefined): void => {
            this.#asking.delete(tell);
            resolve(request);
          };
          this.#asking.add(tell);
          signal.addEventListener("abort", () => tell(undefined), { once: true });
        }),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
    const { recorder, stop: { signal: stop } } = this;
    const options: QuotaWait = { clock, recorder, control, stop, isStopping };
    return waitForQuota(until, "used up", options);
  }

  /** Nothing is left that sleeps or asks, and the wait is in the log from its beginning to its end. */
  check(until: number, over: { readonly waitedMs: number; readonly why: string }): void {
    assert.equal(this.clock.sleeping, 0);
    assert.equal(this.asking, 0);
    assert.deepEqual(this.recorder.events.map(({ type, data }) => ({ type, data })), [
      { type: "quota.waiting", data: { until: new Date(until).toISOString(), error: "used up" } },
      { type: "quota.over", data: over },
    ]);
  }
}

Deno.test("a run waits until the provider takes requests again, and no longer", async () => {
  const wait = new Wait();
  const work = wait.begin(5 * HOUR_MS + 17);
  await wait.clock.pass(5 * HOUR_MS);
  assert.equal(wait.recorder.of("quota.over").length, 0);
  await wait.clock.passUntilSettled(work);
  assert.deepEqual(await work, { why: "reset", ms: 5 * HOUR_MS + 17 });
  wait.check(5 * HOUR_MS + 17, { waitedMs: 5 * HOUR_MS + 17, why: "reset" });
});

Deno.test("a time that is over is not waited for", async () => {
  for (const until of [0, -5]) {
    const wait = new Wait();
    assert.deepEqual(await wait.begin(until), { why: "reset", ms: 0 });
    wait.check(until, { waitedMs: 0, why: "reset" });
  }
});

Deno.test("a run that waits goes on at once when somebody asks it to", async () => {
  const wait = new Wait();
  const work = wait.begin(HOUR_MS);
  await wait.clock.pass(12_345);
  wait.ask("resume");
  assert.deepEqual(await work, { why: "resumed", ms: 12_345 });
  wait.check(HOUR_MS, { waitedMs: 12_345, why: "resumed" });
});

Deno.test("an answer that comes as soon as the wait is told is not missed", async () => {
  const wait = new Wait();
  wait.recorder.onRecord = () => wait.ask("resume");
  assert.deepEqual(await wait.begin(HOUR_MS), { why: "resumed", ms: 0 });
});

Deno.test("a stop breaks the wait off, of either kind", async () => {
  for (const request of ["stop", "stop-now"] as const) {
    const wait = new Wait();
    const work = wait.begin(HOUR_MS);
    await wait.clock.pass(1_000);
    wait.ask(request);
    assert.deepEqual(await work, { why: "stopped", ms: 1_000 });
    wait.check(HOUR_MS, { waitedMs: 1_000, why: "stopped" });
  }
});

Deno.test("a run that has to end does not wait on, and one that ends does not begin to", async () => {
  const wait = new Wait();
  const work = wait.begin(HOUR_MS);
  await wait.clock.pass(1_000);
  wait.stop.abort();
  assert.deepEqual(await work, { why: "stopped", ms: 1_000 });
  wait.check(HOUR_MS, { waitedMs: 1_000, why: "stopped" });
  const late = new Wait();
  late.stop.abort();
  assert.equal((await late.begin(HOUR_MS)).why, "stopped");
});

Deno.test("a stop that was asked for before the wait leaves nothing to wait for", async () => {
  const wait = new Wait();
  assert.deepEqual(await wait.begin(HOUR_MS, true), { why: "stopped", ms: 0 });
  wait.check(HOUR_MS, { waitedMs: 0, why: "stopped" });
});

Deno.test("a machine that was asleep goes on when it wakes, half a minute later at most", async () => {
  const wait = new Wait();
  const work = wait.begin(5 * HOUR_MS);
  await wait.clock.pass(10 * 60_000);
  // The monotonic clock stands still in a suspend; the wall clock does not.
  wait.ahead = 6 * HOUR_MS;
  await wait.clock.passUntilSettled(work);
  const { why, ms } = await work;
  assert.equal(why, "reset");
  assert.ok(ms <= 10 * 60_000 + 30_000, String(ms));
  assert.ok(wait.sleeps.every((each) => each <= 30_000));
});

Deno.test("a wall clock that is set back makes the wait no longer", async () => {
  const wait = new Wait();
  const work = wait.begin(60_000);
  await wait.clock.pass(45_000);
  wait.ahead = -HOUR_MS;
  await wait.clock.passUntilSettled(work);
  assert.deepEqual(await work, { why: "reset", ms: 60_000 });
});

Deno.test("a time that no timer reaches is waited for in small steps", async () => {
  const until = 2 ** 31 + 60 * 86_400_000;
  const wait = new Wait();
  const work = wait.begin(until);
  await wait.clock.pass(60_000);
  assert.ok(wait.sleeps.every((ms) => ms > 0 && ms <= 30_000), String(wait.sleeps));
  assert.equal(wait.recorder.of("quota.over").length, 0);
  wait.ask("resume");
  assert.equal((await work).why, "resumed");
});

Deno.test("the first wait is as long as the provider says, and further ones grow to five minutes", () => {
  assert.deepEqual([waitUntil(7, 100, 0), waitUntil(700, 100, 0)], [7, 700]);
  const grown = [1, 2, 3, 4, 9, 10, 50, 5_000].map((waits) => waitUntil(0, 100, waits) - 100);
  assert.deepEqual(grown, [1_000, 2_000, 4_000, 8_000, 256_000, 300_000, 300_000, 300_000]);
  fc.assert(fc.property(fc.nat(), fc.nat(), fc.nat({ max: 2_000 }), (until, now, waits) => {
    const at = waitUntil(until, now, waits);
    assert.ok(at >= until && at <= Math.max(until, now + 300_000));
  }));
});

Deno.test("what is asked of a run is told to whoever asks for the next of it, and to nobody else", async () => {
  await using session = await TestSession.make();
  let stops = 0;
  // What was asked before the run follows it is not asked of it.
  await session.recorder.record(event("run.resume", {}));
  {
    await using control = await followControl(session.store, "s", () => stops++);
    const signal = new AbortController().signal;
    const gone = new AbortController();
    const given = control.next(gone.signal);
    const [first, second] = [control.next(signal), control.next(signal)];
    gone.abort();
    assert.equal(await given, undefined);
    assert.equal(await control.next(gone.signal), undefined);
    await session.recorder.record(event("warning", { message: "no request" }));
    await session.recorder.record(event("run.resume", {}));
    assert.deepEqual([await first, await second], ["resume", "resume"]);
    const third = control.next(signal);
    await session.recorder.record(event("run.stop", { now: false }));
    assert.equal(await third, "stop");
    assert.equal(stops, 0);
    const fourth = control.next(signal);
    await session.recorder.record(event("run.stop", { now: true }));
    assert.equal(await fourth, "stop-now");
  }
  assert.equal(stops, 1);
});
