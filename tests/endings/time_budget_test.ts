import assert from "node:assert/strict";
import fc from "fast-check";
import { type Clock, systemClock } from "../../src/platform/clock.ts";
import { startTimeBudget } from "../../src/loop/budgets/time_budget.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { checkRecorded } from "./_ending.ts";
import { neverStall } from "./_scripted.ts";

/** Resolves when everything that can go on without time passing has gone on. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

Deno.test("a time budget warns once when four fifths are used up, and is up at its end", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 9_999_999 }), async (seconds) => {
      const clock = new FakeClock();
      const timeMs = seconds * 1_000;
      const warnings: number[] = [];
      using budget = startTimeBudget(clock, timeMs, (used) => {
        warnings.push(clock.monotonic());
        assert.ok(Math.abs(used - timeMs * 0.8) < 1);
        assert.equal(budget.up.aborted, false);
      });
      await clock.passUntilSettled(aborted(budget.up));
      assert.equal(warnings.length, 1);
      assert.ok(Math.abs((warnings[0] ?? 0) - timeMs * 0.8) < 1);
      assert.ok(Math.abs(clock.monotonic() - timeMs) < 1);
    }),
    { numRuns: 30 },
  );
});

Deno.test("a pause does not count: what is used, the warning and the end all go by the rest", async () => {
  const step = fc.record({ isPause: fc.boolean(), ms: fc.integer({ min: 0, max: 2_000 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 8_000 }),
      fc.array(step, { maxLength: 12 }),
      async (timeMs, steps) => {
        const clock = new FakeClock();
        const warnings: number[] = [];
        using budget = startTimeBudget(clock, timeMs, (used) => warnings.push(used));
        let used = 0;
        for (const { isPause, ms } of steps) {
          if (isPause) {
            using _pause = budget.pause();
            await clock.pass(ms);
            assert.equal(budget.used(), used, "a pause was counted");
          } else {
            await clock.pass(ms);
            used += ms;
          }
          await settle();
          assert.equal(budget.used(), used);
          // Waking takes a step of its own: exactly at the moment it may be either.
          if (used !== timeMs) assert.equal(budget.up.aborted, used > timeMs);
          if (Math.abs(used - timeMs * 0.8) >= 1) {
            assert.equal(warnings.length, used > timeMs * 0.8 ? 1 : 0);
          }
        }
        if (used < timeMs) {
          await clock.passUntilSettled(aborted(budget.up));
          assert.ok(Math.abs(budget.used() - timeMs) < 1);
        }
        assert.equal(warnings.length, 1);
        // The step that was going on when it was due is passed whole by the fake clock's sleepers only.
        assert.ok((warnings[0] ?? 0) >= timeMs * 0.8 - 1);
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("a time in which the run was stopped is not used: who suspends it spends nothing", async () => {
  const clock = new FakeClock();
  using budget = startTimeBudget(clock, 1_000_000, () => assert.fail("warned"));
  await clock.pass(100_000);
  clock.stop(86_400_000);
  const used = budget.used();
  assert.ok(used >= 100_000 && used <= 105_000, String(used));
  await clock.pass(100_000);
  assert.equal(budget.up.aborted, false);
  assert.ok(budget.used() >= 199_999 && budget.used() <= 205_000, String(budget.used()));
});

Deno.test("a time budget is never up while it pauses, however long that is", async () => {
  const clock = new FakeClock();
  using budget = startTimeBudget(clock, 1_000, () => assert.fail("warned"));
  await clock.pass(799);
  const pause = budget.pause();
  await clock.pass(5 * 3_600_000);
  assert.deepEqual([budget.used(), budget.up.aborted], [799, false]);
  pause[Symbol.dispose]();
  assert.equal(budget.used(), 799);
});

Deno.test("a time budget that pauses lets nobody wake up for nothing", async () => {
  const clock = new FakeClock();
  const sleeps: number[] = [];
  const counting: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: (ms, signal) => {
      sleeps.push(ms);
      return clock.sleep(ms, signal);
    },
  };
  using budget = startTimeBudget(counting, 10_000, () => undefined);
  await clock.pass(9_999);
  using _pause = budget.pause();
  await settle();
  const before = sleeps.length;
  await clock.pass(60_000);
  assert.ok(sleeps.length <= before + 1, `${sleeps.length - before} times within a minute`);
});

Deno.test("a time budget of 0 tells what is used, and pauses as well", async () => {
  const clock = new FakeClock();
  using budget = startTimeBudget(clock, 0, () => assert.fail("warned"));
  await clock.pass(500);
  {
    using _pause = budget.pause();
    await clock.pass(700);
  }
  await clock.pass(20);
  assert.equal(budget.used(), 520);
});

Deno.test("a time budget of 0 never warns and is never up", async () => {
  const clock = new FakeClock();
  using budget = startTimeBudget(clock, 0, () => assert.fail("warned"));
  await settle();
  assert.equal(clock.sleeping, 0);
  assert.equal(budget.up.aborted, false);
});

Deno.test("a time budget that is disposed of holds no timer, and neither warns nor is up", async () => {
  let warned = false;
  let sleeps = 0;
  const clock: Clock = {
    ...systemClock,
    sleep: (ms, signal) => {
      sleeps++;
      return systemClock.sleep(ms, signal);
    },
  };
  const budget = startTimeBudget(clock, 60 * 86_400_000, () => {
    warned = true;
  });
  await settle();
  // A timer that cannot wait for so long would have fired by now.
  assert.deepEqual([warned, budget.up.aborted], [false, false]);
  budget[Symbol.dispose]();
  await settle();
  assert.deepEqual([warned, budget.up.aborted, sleeps], [false, false, 1]);
});

Deno.test("the first lines of a run tell its limit of time, or that there is none", async () => {
  await together(
    [
      [["--max-time", "0"], /limits {2}unlimited iterations, no time limit$/m],
      [["--max-time", "0s"], /limits {2}unlimited iterations, no time limit$/m],
      [[], /limits {2}unlimited iterations, 24h/m],
      [["--max-time", "60d"], /limits {2}unlimited iterations, (60d|1440h)/m],
      [["--max-time", "999999d", "-i", "7"], /limits {2}7 iterations, \d+/m],
      [["--max-time=90m"], /limits {2}unlimited iterations, 1h30m/m],
    ] as const,
    async ([flags, line]) => {
      await using stage = await Stage.make();
      const { code, stdout } = await stage.build("works", flags);
      assert.equal(code, 0, stdout);
      assert.match(stdout, line);
      assert.doesNotMatch(stdout, /warning/);
    },
  );
});

Deno.test("a limit of time that is none is refused before anything is started", async () => {
  await using stage = await Stage.make();
  await together(["08", "-1", "1e9", "abc", "30", "1h30", "5 m"], async (bad) => {
    await using run = await stage.start("works", [`--max-time=${bad}`]);
    const { code, stderr } = await run.finished();
    assert.equal(code, 1, bad);
    assert.match(
      stderr,
      /^config \(exit 1\): budget\.time must be a duration such as .*got ".*" \(--max-time\)/m,
    );
  });
  await using run = await stage.start("works", [], { env: { ITERATR_MAX_TIME: "08" } });
  const { code, stderr } = await run.finished();
  assert.equal(code, 1);
  assert.match(stderr, /ITERATR_MAX_TIME/);
  assert.equal(stage.starts(), 0);
});

Deno.test("a turn is cut when the time is up, after a warning: closed in order, the agent told", async () => {
  await together(
    ["silent after=text", "silent after=tool", "silent cancel=0"],
    async (scenario) => {
      await using stage = await Stage.make();
      const { code, stdout } = await stage.build(scenario, ["--max-time", "1s"]);
      assert.equal(code, 6, stdout);
      const seen = await stage.session();
      checkRecorded(seen, { reason: "budget", code: 6 });
      const [iteration] = dataOf(seen, "iteration.ended");
      assert.deepEqual([iteration?.["n"], iteration?.["stop"]], [1, "cancelled"]);
      assert.equal(stage.sent("session/cancel").length, 1);
      const [warned, ...more] = dataOf(seen, "budget.warned");
      assert.deepEqual([warned?.["budget"], warned?.["limit"], more], ["time", 1_000, []]);
      assert.ok(Number(warned?.["used"]) >= 800);
      const [reached, ...others] = dataOf(seen, "budget.reached");
      assert.deepEqual([reached?.["budget"], reached?.["limit"], others], ["time", 1_000, []]);
      assert.match(stdout, /^warning most of the time budget is used up: 0\.\ds of 1\.0s$/m);
    },
  );
});

Deno.test("the time counts while an agent does not answer the handshake as well", async () => {
  await together(["hang-initialize", "hang-new"], async (scenario) => {
    await using stage = await Stage.make();
    await using run = await stage.start(scenario, ["--max-time", "1s"]);
    const { code, stdout } = await run.finished(20_000);
    assert.equal(code, 6, stdout);
  });
});

Deno.test("between iterations the time is looked at as well, and no turn begins after it", async () => {
  await using stage = await Stage.make();
  await neverStall(stage);
  const { code, stdout } = await stage.build("edits pace=20", ["--max-time", "1s"]);
  assert.equal(code, 6, stdout);
  const seen = await stage.session();
  checkRecorded(seen, { reason: "budget", code: 6 });
  assert.ok(seen.iterations.length > 1);
  assert.ok(seen.iterations.every(({ endedAt }) => endedAt !== null));
});

Deno.test("a run after one whose time was up has all its time again, and goes on", async () => {
  await using stage = await Stage.make();
  assert.equal((await stage.build("silent from=2", ["--max-time", "2s"])).code, 6);
  const { code, stdout } = await stage.build("works", ["--max-time", "1h"]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^== iteration 3 =/m);
});
