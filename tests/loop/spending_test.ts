import assert from "node:assert/strict";
import fc from "fast-check";
import { Spending } from "../../src/loop/budgets/spending.ts";
import {
  amountOf,
  exceededBudget,
  KINDS,
  spentBudget,
} from "../../src/loop/budgets/spending_limits.ts";
import { NO_USAGE, type Usage } from "../../src/session/usage.ts";
import { FakeRecorder } from "./_fake_recorder.ts";

function usage(tokens: number, cost = 0): Usage {
  return { ...NO_USAGE, inputTokens: tokens, cost };
}

/** So many tokens, and as many tenths of a dollar. */
function tenths(count: number): Usage {
  return usage(count, count / 10);
}

Deno.test("a budget counts all tokens: those read anew, those from a cache, and those written", () => {
  const spent = { inputTokens: 1, outputTokens: 20, cachedTokens: 300, cost: 4, partial: false };
  assert.deepEqual(KINDS.map((kind) => amountOf(kind, spent)), [321, 4]);
});

Deno.test("a budget is spent when it is reached, exceeded only above, and 0 is without end", () => {
  const limits = { tokens: 100, cost: 2 };
  assert.equal(spentBudget(limits, usage(99, 1.99)), undefined);
  assert.equal(spentBudget(limits, usage(100, 1)), "tokens");
  assert.equal(spentBudget(limits, usage(0, 2)), "cost");
  assert.equal(spentBudget(limits, usage(100, 2)), "tokens");
  assert.equal(exceededBudget(limits, usage(100, 2)), undefined);
  assert.equal(exceededBudget(limits, usage(101, 2)), "tokens");
  assert.equal(exceededBudget(limits, usage(100, 2.01)), "cost");
  for (const find of [spentBudget, exceededBudget]) {
    assert.equal(find({ tokens: 0, cost: 0 }, usage(1e12, 1e9)), undefined);
  }
});

Deno.test("most of a budget used up is warned of once, and all of it ends the turn", () => {
  const recorder = new FakeRecorder();
  const spending = new Spending({ tokens: 1_000, cost: 0 }, usage(500), recorder);
  spending.note(usage(299));
  assert.deepEqual([recorder.events, spending.up.aborted], [[], false]);
  spending.note(usage(300));
  spending.note(usage(301));
  spending.note(usage(499));
  assert.equal(spending.up.aborted, false);
  spending.note(usage(500));
  assert.equal(spending.up.aborted, true);
  assert.deepEqual(recorder.of("budget.warned"), [{ budget: "tokens", used: 800, limit: 1_000 }]);
  assert.equal(recorder.events.length, 1);
});

Deno.test("each budget has a warning of its own, also when both come at once", () => {
  const recorder = new FakeRecorder();
  const spending = new Spending({ tokens: 10, cost: 5 }, NO_USAGE, recorder);
  spending.note(usage(8, 4));
  assert.deepEqual(recorder.of("budget.warned"), [
    { budget: "tokens", used: 8, limit: 10 },
    { budget: "cost", used: 4, limit: 5 },
  ]);
});

Deno.test("what a session has spent before its run counts from the first figures on", () => {
  const recorder = new FakeRecorder();
  const spending = new Spending({ tokens: 0, cost: 5 }, usage(0, 5), recorder);
  assert.equal(spending.up.aborted, false);
  spending.note(NO_USAGE);
  assert.equal(spending.up.aborted, true);
});

Deno.test("without budgets nothing is warned of, and nothing is up", () => {
  const recorder = new FakeRecorder();
  const spending = new Spending({ tokens: 0, cost: 0 }, usage(1e9, 1e6), recorder);
  spending.note(usage(1e9, 1e6));
  spending.endIteration(usage(1e9, 1e6));
  assert.deepEqual([spending.up.aborted, recorder.events], [false, []]);
});

Deno.test("sums of prices are taken for what they were meant to be", () => {
  const limits = { tokens: 0, cost: 0.3 };
  assert.ok(0.1 + 0.2 > 0.3 && 0.7 - 0.4 < 0.3);
  assert.equal(spentBudget(limits, usage(0, 0.7 - 0.4)), "cost");
  assert.equal(exceededBudget(limits, usage(0, 0.1 + 0.2)), undefined);
});

Deno.test("the warning comes at the very part of a budget, whatever the last digits of a sum say", () => {
  const recorder = new FakeRecorder();
  new Spending({ tokens: 0, cost: 3 }, NO_USAGE, recorder).note(usage(0, 2.4));
  assert.ok(2.4 < 3 * 0.8);
  assert.deepEqual(recorder.of("budget.warned"), [{ budget: "cost", used: 2.4, limit: 3 }]);
});

Deno.test("that figures are missed is told once", () => {
  const spending = new Spending({ tokens: 1, cost: 0 }, NO_USAGE, new FakeRecorder());
  assert.deepEqual([spending.warnOnce(), spending.warnOnce()], [true, false]);
});

Deno.test("over several iterations the sum counts, whatever was known of each meanwhile", () => {
  const iteration = fc.record({
    // What was heard while it went on: never more than there was at its end.
    parts: fc.array(fc.nat({ max: 8 }), { maxLength: 4 }),
    end: fc.nat({ max: 40 }),
  });
  fc.assert(
    fc.property(
      fc.record({ tokens: fc.nat({ max: 120 }), cost: fc.nat({ max: 12 }) }),
      fc.nat({ max: 60 }),
      fc.array(iteration, { maxLength: 6 }),
      (limits, before, iterations) => {
        const recorder = new FakeRecorder();
        const spending = new Spending(limits, tenths(before), recorder);
        // In whole tenths of a dollar, which add up exactly.
        const most = { tokens: limits.tokens, cost: limits.cost * 10 };
        const seen: number[] = [];
        let sum = before;
        const hear = (own: number): void => {
          seen.push(sum + own);
          const isUp = KINDS.some((kind) =>
            most[kind] > 0 && seen.some((all) => all >= most[kind])
          );
          assert.equal(spending.up.aborted, isUp);
        };
        for (const { parts, end } of iterations) {
          for (const part of parts.toSorted((a, b) => a - b)) {
            const own = Math.min(part, end);
            spending.note(tenths(own));
            hear(own);
          }
          spending.endIteration(tenths(end));
          hear(end);
          sum += end;
        }
        for (const kind of KINDS) {
          const first = seen.find((all) => all * 10 >= most[kind] * 8);
          const warned = recorder.of("budget.warned").filter(({ budget }) => budget === kind);
          assert.deepEqual(
            warned.map((
              { used, limit },
            ) => [Math.round(kind === "cost" ? used * 10 : used), limit]),
            most[kind] === 0 || first === undefined ? [] : [[first, limits[kind]]],
          );
        }
      },
    ),
  );
});

Deno.test("a budget that was used up stays so, whatever is told later", () => {
  const spending = new Spending({ tokens: 0, cost: 3 }, usage(0), new FakeRecorder());
  assert.equal(spending.spent, undefined);
  spending.note(usage(0, 10));
  spending.endIteration(usage(0, 0.1));
  assert.deepEqual([spending.spent, spending.up.aborted], ["cost", true]);
});
