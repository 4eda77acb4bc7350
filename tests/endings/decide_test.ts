import assert from "node:assert/strict";
import fc from "fast-check";
import {
  count,
  type EndReason,
  FRESH,
  isProven,
  type Limits,
  MAX_FAILED_JUDGEMENTS,
  nextStep,
  type Tally,
} from "../../src/loop/decide.ts";
import type { Outcome } from "../../src/session/event.ts";
import { emptyHead, type Head, openTasks } from "../../src/session/state.ts";
import { addUsage, NO_USAGE, type Usage } from "../../src/session/usage.ts";

/** What one iteration brings, and what else happens while it goes on. */
interface Turn {
  readonly counts: Head["counts"];
  readonly complete: boolean;
  readonly stop: Head["stop"];
  readonly outcome: Outcome;
  readonly ms: number;
  /** What hooks have printed for the agent afterwards. */
  readonly held: NonNullable<Head["held"]>;
  /** What the gates say, if they are asked after it. */
  readonly passes: boolean;
  readonly usage: Usage;
}

interface Course {
  readonly iterations: number;
  readonly why: EndReason;
  readonly tally: Tally;
  readonly head: Head;
  readonly judgements: number;
}

function headOf({ counts, complete, stop, held, usage }: Turn, before = NO_USAGE): Head {
  const tasks = Object.values(counts).reduce((sum, value) => sum + value, 0);
  const spent = addUsage(before, usage);
  return { ...emptyHead(1), counts, tasks, complete, stop, held, usage: spent };
}

/** The session after its gates have been run. */
function judged(head: Head, gates: string, passed: boolean): Head {
  return {
    ...head,
    complete: passed,
    judgement: {
      ...{ at: "", passed, gates, failed: passed ? [] : ["g"], tolerated: [] },
      ...{ iteration: head.iterations, commit: null, dirty: false },
      inARow: passed ? 0 : (head.judgement?.inARow ?? 0) + 1,
    },
  };
}

function isDone(head: Head): boolean {
  return head.tasks > 0 && openTasks(head) === 0;
}

/** Whether a budget is used up, or would be exceeded by another iteration like the last one. */
function hasSpent(limit: number, used: number, last: number): boolean {
  return limit > 0 && (used >= limit || used + last > limit);
}

function tokensOf({ inputTokens, outputTokens, cachedTokens }: Usage): number {
  return inputTokens + outputTokens + cachedTokens;
}

function hasSpentTokens({ spending }: Limits, { last }: Tally, { usage }: Head): boolean {
  return hasSpent(spending.tokens, tokensOf(usage), tokensOf(last));
}

function hasSpentMoney({ spending }: Limits, { last }: Tally, { usage }: Head): boolean {
  return hasSpent(spending.cost, usage.cost, last.cost);
}

function hasReachedLimit(limits: Limits, tally: Tally, head: Head): boolean {
  return (limits.timeMs > 0 && tally.ms >= limits.timeMs) ||
    hasSpentTokens(limits, tally, head) || hasSpentMoney(limits, tally, head) ||
    (limits.iterations > 0 && tally.iterations >= limits.iterations);
}

/** A run over turns that are given; `undefined` when it would still go on. */
function course(limits: Limits, first: Turn, turns: readonly Turn[]): Course | undefined {
  let head = headOf(first);
  let tally = FRESH;
  let passes = first.passes;
  let judgements = 0;
  for (let guard = 0; guard < 10 * turns.length + 10; guard++) {
    const step = nextStep(limits, tally, head);
    if (step.kind === "end") {
      return { iterations: tally.iterations, why: step.why, tally, head, judgements };
    }
    if (step.kind === "assume-complete") {
      assert.equal(head.complete, false, "declared a second time");
      head = { ...head, complete: true };
      continue;
    }
    if (step.kind === "judge") {
      assert.ok(head.complete && isDone(head), "judged before it was declared");
      assert.notEqual(limits.gates, "", "judged without gates");
      const before = head.judgement;
      assert.ok(
        before?.gates !== limits.gates || before.iteration !== head.iterations,
        "judged twice in a row without a turn between",
      );
      head = judged(head, limits.gates, passes);
      judgements++;
      continue;
    }
    if (step.extra) {
      assert.ok(head.complete && isDone(head), "an extra turn with something left to do");
      assert.equal(tally.told, false, "a second extra turn");
      assert.ok(!hasReachedLimit(limits, tally, head), "an extra turn beyond a limit");
      assert.equal(head.stop, null, "an extra turn after a stop");
    }
    const turn = turns[tally.iterations];
    if (turn === undefined) return undefined;
    const { judgement, iterations } = head;
    const after: Head = {
      ...headOf(turn, head.usage),
      iterations: iterations + 1,
      ...(judgement === undefined ? {} : { judgement }),
    };
    const told = tally.told || step.extra;
    tally = { ...count({ ...tally, told }, head, after, turn), ms: tally.ms + turn.ms };
    head = after;
    passes = turn.passes;
  }
  throw new Error("the decisions go round in a circle");
}

const some = fc.nat({ max: 2 });
const anyTurn: fc.Arbitrary<Turn> = fc.record({
  counts: fc.record({
    remaining: some,
    in_progress: some,
    completed: some,
    blocked: some,
    cancelled: some,
  }),
  complete: fc.boolean(),
  stop: fc.oneof(
    { weight: 9, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom("now" as const, "after-iteration" as const) },
  ),
  outcome: fc.constantFrom<Outcome>("progress", "progress", "progress", "idle", "failed"),
  ms: fc.nat({ max: 100 }),
  held: fc.constantFrom<Turn["held"]>(
    [],
    [{ seq: 1, failed: false }],
    [{ seq: 1, failed: true }, { seq: 2, failed: false }],
  ),
  passes: fc.boolean(),
  // Quarters, whose sums are exact.
  usage: fc.record({ tokens: fc.nat({ max: 30 }), quarters: fc.nat({ max: 8 }) }).map((spent) => ({
    ...NO_USAGE,
    inputTokens: Math.floor(spent.tokens / 2),
    cachedTokens: Math.ceil(spent.tokens / 2),
    outputTokens: 1,
    cost: spent.quarters / 4,
  })),
});
const calmTurn = anyTurn.map((turn) => ({ ...turn, stop: null }));
const anyLimits: fc.Arbitrary<Limits> = fc.record({
  iterations: fc.nat({ max: 12 }),
  stall: fc.integer({ min: 1, max: 5 }),
  withoutTask: fc.integer({ min: 1, max: 9 }),
  timeMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1000 })),
  gates: fc.constantFrom("", "these gates"),
  spending: fc.record({
    tokens: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 500 })),
    cost: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      fc.integer({ min: 1, max: 100 }).map((quarters) => quarters / 4),
    ),
  }),
});
const LENGTH = 60;
const manyTurns = fc.array(anyTurn, { minLength: LENGTH, maxLength: LENGTH });
const MANY = { numRuns: 1000 };

Deno.test("a run ends within every bound of its configuration, whatever happens", () => {
  fc.assert(
    fc.property(anyLimits, anyTurn, manyTurns, (limits, first, turns) => {
      const end = course(limits, first, turns);
      if (end === undefined) {
        // Only a run that closes tasks and makes progress all the time may go on for so long.
        assert.equal(limits.iterations, 0);
        assert.ok(turns.some(({ counts }) => counts.completed + counts.cancelled > 0));
        return;
      }
      const { iterations } = end;
      if (limits.iterations > 0) assert.ok(iterations <= limits.iterations);
      const before = turns.slice(0, Math.max(0, iterations - 1));
      const spent = before.reduce((sum, { ms }) => sum + ms, 0);
      if (limits.timeMs > 0) assert.ok(spent < limits.timeMs, "began with the time used up");
      const usage = before.reduce((sum, turn) => addUsage(sum, turn.usage), first.usage);
      const { tokens, cost } = limits.spending;
      if (iterations > 0 && tokens > 0) assert.ok(tokensOf(usage) < tokens, "began without tokens");
      if (iterations > 0 && cost > 0) assert.ok(usage.cost < cost, "began without money");
      assert.ok(before.every(({ stop }) => stop === null), "began after a stop");
    }),
    MANY,
  );
});

Deno.test("a run with a time budget ends once turns that take time have used it up", () => {
  fc.assert(
    fc.property(
      anyLimits,
      fc.integer({ min: 1, max: 500 }),
      anyTurn,
      fc.array(calmTurn.map((turn) => ({ ...turn, ms: 10 })), { minLength: 51, maxLength: 51 }),
      (limits, timeMs, first, turns) => {
        const end = course({ ...limits, iterations: 0, timeMs }, first, turns);
        assert.ok(end !== undefined);
        assert.ok(end.iterations <= Math.ceil(timeMs / 10));
      },
    ),
    MANY,
  );
});

Deno.test("a stop is heeded before the next iteration, and only completion or a stall by blocked tasks outranks it", () => {
  fc.assert(
    fc.property(
      anyLimits,
      fc.constantFrom("now" as const, "after-iteration" as const),
      anyTurn,
      (limits, stop, turn) => {
        const end = course(limits, { ...turn, stop }, []);
        assert.ok(end !== undefined);
        if (isDone(end.head)) {
          const passes = limits.gates === "" || turn.passes;
          assert.equal(end.why, passes ? "complete" : "stopped");
        } else assert.ok(end.why === "stopped" || end.why === "only-blocked", end.why);
      },
    ),
    MANY,
  );
});

Deno.test("each ending is justified by the facts that it names", () => {
  const isJust: Readonly<Record<EndReason, (limits: Limits, end: Course) => boolean>> = {
    complete: (limits, { head }) => head.complete && isDone(head) && isProven(head, limits),
    unverified: (limits, { head, tally }) =>
      head.judgement?.passed === false && head.judgement.gates === limits.gates &&
      (head.judgement.inARow >= MAX_FAILED_JUDGEMENTS || hasReachedLimit(limits, tally, head)),
    stopped: (_limits, { head }) => head.stop !== null,
    stalled: ({ stall }, { tally }) => tally.idle >= stall,
    "no-task-closed": ({ withoutTask }, { tally }) => tally.withoutTask >= withoutTask,
    "only-blocked": (_limits, { head }) =>
      head.counts.blocked > 0 && head.counts.remaining + head.counts.in_progress === 0,
    time: ({ timeMs }, { tally }) => timeMs > 0 && tally.ms >= timeMs,
    tokens: (limits, { tally, head }) => hasSpentTokens(limits, tally, head),
    cost: (limits, { tally, head }) => hasSpentMoney(limits, tally, head),
    iterations: ({ iterations }, { tally }) => iterations > 0 && tally.iterations === iterations,
  };
  const seen = new Set<string>();
  fc.assert(
    fc.property(anyLimits, anyTurn, manyTurns, (limits, first, turns) => {
      const end = course(limits, first, turns);
      if (end === undefined) return;
      seen.add(end.why);
      assert.ok(isJust[end.why](limits, end), JSON.stringify({ limits, end }));
    }),
    { numRuns: 3000, seed: 6 },
  );
  assert.deepEqual([...seen].toSorted(), Object.keys(isJust).toSorted());
});

Deno.test("a run judges as often as it may fail at the most, whether its judgements pass or not", () => {
  const closed = { remaining: 0, "in_progress": 0, blocked: 0, completed: 2, cancelled: 0 };
  const working = anyTurn.map((turn) => ({ ...turn, counts: closed, stop: null }));
  fc.assert(
    fc.property(
      anyLimits,
      working,
      fc.array(working, { minLength: LENGTH, maxLength: LENGTH }),
      (limits, first, turns) => {
        const end = course({ ...limits, gates: "these gates" }, first, turns);
        assert.ok(end !== undefined);
        assert.ok(end.judgements >= 1 && end.judgements <= MAX_FAILED_JUDGEMENTS);
        // Each judgement has had at most two turns: one of work, one that asks or tells.
        assert.ok(end.iterations <= 2 * end.judgements + 1, String(end.iterations));
        assert.ok(end.why === "complete" || end.why === "unverified", end.why);
        assert.equal(end.head.judgement?.passed, end.why === "complete");
      },
    ),
    MANY,
  );
});

Deno.test("a run whose gates never pass is never complete, whatever else happens", () => {
  fc.assert(
    fc.property(anyLimits, anyTurn, manyTurns, (limits, first, turns) => {
      const failing = turns.map((turn) => ({ ...turn, passes: false }));
      const end = course({ ...limits, gates: "g" }, { ...first, passes: false }, failing);
      assert.notEqual(end?.why, "complete");
      assert.ok((end?.judgements ?? 0) <= MAX_FAILED_JUDGEMENTS);
    }),
    MANY,
  );
});

Deno.test("completion outranks whatever limit is reached, once it is proven", () => {
  fc.assert(
    fc.property(
      anyLimits,
      anyTurn,
      fc.nat({ max: 2000 }),
      fc.nat({ max: 30 }),
      (limits, turn, ms, n) => {
        const counts = { ...turn.counts, remaining: 0, "in_progress": 0, blocked: 0, completed: 1 };
        const head = headOf({ ...turn, counts, complete: true });
        const tally: Tally = { ...FRESH, iterations: n, idle: n, withoutTask: n, ms, told: true };
        assert.deepEqual(
          nextStep(limits, tally, head),
          limits.gates === "" ? { kind: "end", why: "complete" } : { kind: "judge" },
        );
        const proven = judged(head, limits.gates, true);
        assert.deepEqual(nextStep(limits, tally, proven), { kind: "end", why: "complete" });
        const undeclared = { ...head, complete: false };
        if (head.stop !== null || hasReachedLimit(limits, tally, undeclared)) {
          assert.deepEqual(nextStep(limits, tally, undeclared), { kind: "assume-complete" });
        }
      },
    ),
    MANY,
  );
});

Deno.test("a budget that was seen used up ends the run, whatever the account says", () => {
  fc.assert(fc.property(anyLimits, anyTurn, (limits, turn) => {
    const tally: Tally = { ...FRESH, spent: "cost" };
    const step = nextStep(limits, tally, { ...headOf(turn), usage: NO_USAGE });
    assert.ok(step.kind !== "iterate", JSON.stringify(step));
  }));
});

Deno.test("the decision is made by its arguments alone", () => {
  fc.assert(fc.property(anyLimits, anyTurn, fc.nat({ max: 30 }), (limits, turn, n) => {
    const tally: Tally = {
      iterations: n,
      idle: n % 4,
      withoutTask: n,
      ms: n * 50,
      asked: n % 2 === 0,
      refused: false,
      told: n % 3 === 0,
      last: { ...NO_USAGE, cost: n },
      spent: n % 5 === 0 ? "cost" : undefined,
    };
    const head = Object.freeze(headOf(turn));
    assert.deepEqual(nextStep(limits, tally, head), nextStep(limits, tally, head));
    assert.deepEqual(
      count(Object.freeze(tally), head, head, turn),
      count(tally, head, head, turn),
    );
  }));
});
