import assert from "node:assert/strict";
import fc from "fast-check";
import { EVENT_VERSION } from "../../src/session/event.ts";
import { fold } from "../../src/session/fold.ts";
import { TASK_STATUSES } from "../../src/session/task.ts";
import { addUsage, NO_USAGE, type Usage } from "../../src/session/usage.ts";
import { usageReport } from "../../src/session/usage_tally.ts";
import { MemorySession } from "../support/memory_session.ts";
import { arbitrarySteps, rule } from "../support/steps.ts";
import { Log } from "./_log.ts";

const tokens = fc.oneof(fc.nat(20), fc.nat(10_000_000));
const usage: fc.Arbitrary<Usage> = fc.record({
  inputTokens: tokens,
  outputTokens: tokens,
  cachedTokens: tokens,
  cost: fc.oneof(
    fc.nat(1000).map((cents) => cents / 100),
    fc.double({ min: 0, max: 50, noNaN: true }),
    fc.double({ min: 0, max: 1e-8, noNaN: true }),
  ),
  partial: fc.boolean(),
});

const touch = fc.record({
  n: fc.integer({ min: 1, max: 6 }),
  status: fc.constantFrom(...TASK_STATUSES),
});
const iteration = fc.record({
  isNewRun: fc.boolean(),
  touches: fc.array(touch, { maxLength: 6 }),
  sofar: fc.option(usage),
  usage,
  ms: fc.nat(100_000),
  models: fc.option(
    fc.array(fc.record({ model: fc.constantFrom("p/a", "p/b", "p/c"), usage }), { maxLength: 3 }),
    { nil: undefined },
  ),
});

/** Logs as runs write them; the last iteration may be left open. */
const logs = fc.record({
  iterations: fc.array(iteration, { maxLength: 12 }),
  isOpen: fc.boolean(),
}).map(({ iterations, isOpen }) => {
  const log = new Log().run("run 0");
  for (let n = 1; n <= 6; n++) log.plan(n);
  for (const [at, { isNewRun, touches, sofar, usage, ms, models }] of iterations.entries()) {
    const n = at + 1;
    if (isNewRun) log.endRun(1).run(`run ${n}`, `p/${n % 3}`);
    log.begin(n);
    for (const { n, status } of touches) log.task(n, status);
    if (sofar !== null) log.spent(n, sofar);
    if (isOpen && n === iterations.length) continue;
    log.end(n, ms, usage, models === undefined ? {} : { models });
  }
  return log;
});

/** The sum of usages, its cost in whole billionths of a dollar, as each of them must be. */
function sum(usages: readonly Usage[]): Usage {
  const nanos = usages.map(({ cost }) => {
    assert.equal(cost, Math.round(cost * 1e9) / 1e9);
    return Math.round(cost * 1e9);
  });
  const cost = nanos.reduce((before, nano) => before + nano, 0);
  return { ...usages.reduce(addUsage, NO_USAGE), cost };
}

Deno.test("usage by iteration, by task and by model adds up to the total exactly", () => {
  fc.assert(
    fc.property(logs, fc.boolean(), (log, isLive) => {
      const run = log.events.findLast(({ type }) => type === "run.started")?.run ?? "";
      const report = usageReport(log.events, isLive ? { run, now: log.now } : undefined);
      const total = sum([report.total.usage]);
      const { partial: _, ...figures } = total;
      assert.deepEqual(sum(report.iterations.map(({ usage }) => usage)), total);
      assert.deepEqual(sum(report.tasks.map(({ usage }) => usage)), total);
      const { partial, ...byModel } = sum(report.models.map(({ usage }) => usage));
      assert.deepEqual(byModel, figures);
      assert.ok(partial || !total.partial, "what is partial is so by model as well");
      const times = (items: readonly { readonly ms: number }[]): number =>
        items.reduce((before, { ms }) => before + ms, 0);
      assert.equal(times(report.iterations), report.total.ms);
      assert.equal(times(report.tasks), report.total.ms);
      for (const { usage } of [...report.tasks, ...report.models]) {
        const { partial: _, cost, ...counts } = usage;
        for (const count of Object.values(counts)) {
          assert.ok(Number.isSafeInteger(count) && count >= 0, String(count));
        }
        assert.ok(cost >= 0);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("the total is what the head has added up, and what the open iteration has spent so far", () => {
  fc.assert(
    fc.property(logs, (log) => {
      const { head, iterations } = fold(log.events);
      const open = head.iteration === null ? NO_USAGE : iterations.get(head.iteration)?.usage;
      assert.ok(open !== undefined);
      const expected = addUsage(head.usage, open);
      const { total } = usageReport(log.events);
      const partial = expected.partial || head.iteration !== null;
      assert.ok(Math.abs(total.usage.cost - expected.cost) <= 1e-9 * (iterations.size + 1));
      assert.deepEqual(total.usage, { ...expected, cost: total.usage.cost, partial });
      assert.equal(total.iterations, head.iterations);
    }),
    { numRuns: 500 },
  );
});

Deno.test("the total is what the head has added up, whatever people and agents ask for", () => {
  fc.assert(fc.property(arbitrarySteps, (steps) => {
    const session = new MemorySession();
    for (const step of steps) session.run(rule(step));
    const { total } = usageReport(session.events);
    assert.equal(total.usage.inputTokens, session.state.head.usage.inputTokens);
  }));
});

Deno.test("events of unknown types and of later versions change nothing of a report", () => {
  const unknown = fc.record({
    type: fc.oneof(fc.string(), fc.constantFrom("__proto__", "toString", "task.deleted")),
    data: fc.anything(),
  });
  const types = fc.constantFrom("iteration.ended", "run.started", "task.status");
  const later = fc.record({ type: types, data: fc.anything() });
  fc.assert(fc.property(fc.array(unknown), fc.array(later), (unknowns, laters) => {
    const log = new Log().run("a").begin(1).plan(1, "in_progress");
    const before = usageReport(log.events);
    for (const item of unknowns) log.addAny({ ...item, v: EVENT_VERSION, actor: "run" });
    for (const item of laters) log.addAny({ ...item, v: EVENT_VERSION + 1, actor: "run" });
    assert.deepEqual(usageReport(log.events), before);
  }));
});
