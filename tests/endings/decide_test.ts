import assert from "node:assert/strict";
import fc from "fast-check";
import {
  count,
  type EndReason,
  FRESH,
  type Limits,
  nextStep,
  type Tally,
} from "../../src/loop/decide.ts";
import type { Outcome } from "../../src/session/event.ts";
import { emptyHead, type Head, openTasks } from "../../src/session/state.ts";

/** What one iteration brings, and what else happens while it goes on. */
interface Turn {
  readonly counts: Head["counts"];
  readonly complete: boolean;
  readonly stop: Head["stop"];
  readonly outcome: Outcome;
  readonly ms: number;
}

interface Course {
  readonly iterations: number;
  readonly why: EndReason;
  readonly tally: Tally;
  readonly head: Head;
}

function headOf({ counts, complete, stop }: Turn): Head {
  const tasks = Object.values(counts).reduce((sum, value) => sum + value, 0);
  return { ...emptyHead(1), counts, tasks, complete, stop };
}

/** A run over turns that are given; `undefined` when it would still go on. */
function course(limits: Limits, first: Turn, turns: readonly Turn[]): Course | undefined {
  let head = headOf(first);
  let tally = FRESH;
  for (let guard = 0; guard < 10 * turns.length + 10; guard++) {
    const step = nextStep(limits, tally, head);
    if (step.kind === "end") {
      return { iterations: tally.iterations, why: step.why, tally, head };
    }
    if (step.kind === "assume-complete") {
      assert.equal(head.complete, false, "declared a second time");
      head = { ...head, complete: true };
      continue;
    }
    const turn = turns[tally.iterations];
    if (turn === undefined) return undefined;
    const after = headOf(turn);
    tally = { ...count(tally, head, after, turn.outcome), ms: tally.ms + turn.ms };
    head = after;
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
});
const calmTurn = anyTurn.map((turn) => ({ ...turn, stop: null }));
const anyLimits: fc.Arbitrary<Limits> = fc.record({
  iterations: fc.nat({ max: 12 }),
  stall: fc.integer({ min: 1, max: 5 }),
  withoutTask: fc.integer({ min: 1, max: 9 }),
  timeMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1000 })),
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
        const allClosed = end.head.tasks > 0 && openTasks(end.head) === 0;
        if (allClosed) assert.equal(end.why, "complete");
        else assert.ok(end.why === "stopped" || end.why === "only-blocked", end.why);
      },
    ),
    MANY,
  );
});

Deno.test("each ending is justified by the facts that it names", () => {
  const isJust: Readonly<Record<EndReason, (limits: Limits, end: Course) => boolean>> = {
    complete: (_limits, { head }) => head.complete && head.tasks > 0 && openTasks(head) === 0,
    stopped: (_limits, { head }) => head.stop !== null,
    stalled: ({ stall }, { tally }) => tally.idle >= stall,
    "no-task-closed": ({ withoutTask }, { tally }) => tally.withoutTask >= withoutTask,
    "only-blocked": (_limits, { head }) =>
      head.counts.blocked > 0 && head.counts.remaining + head.counts.in_progress === 0,
    time: ({ timeMs }, { tally }) => timeMs > 0 && tally.ms >= timeMs,
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

Deno.test("completion outranks whatever limit is reached", () => {
  fc.assert(
    fc.property(
      anyLimits,
      anyTurn,
      fc.nat({ max: 2000 }),
      fc.nat({ max: 30 }),
      (limits, turn, ms, n) => {
        const counts = { ...turn.counts, remaining: 0, "in_progress": 0, blocked: 0, completed: 1 };
        const head = headOf({ ...turn, counts, complete: true });
        const tally: Tally = { iterations: n, idle: n, withoutTask: n, ms, asked: false };
        assert.deepEqual(nextStep(limits, tally, head), { kind: "end", why: "complete" });
        const undeclared = { ...head, complete: false };
        const isLimit = head.stop !== null || (limits.timeMs > 0 && ms >= limits.timeMs) ||
          (limits.iterations > 0 && n >= limits.iterations);
        if (isLimit) {
          assert.deepEqual(nextStep(limits, tally, undeclared), { kind: "assume-complete" });
        }
      },
    ),
    MANY,
  );
});

Deno.test("the decision is made by its arguments alone", () => {
  fc.assert(fc.property(anyLimits, anyTurn, fc.nat({ max: 30 }), (limits, turn, n) => {
    const tally: Tally = {
      iterations: n,
      idle: n % 4,
      withoutTask: n,
      ms: n * 50,
      asked: n % 2 === 0,
    };
    const head = Object.freeze(headOf(turn));
    assert.deepEqual(nextStep(limits, tally, head), nextStep(limits, tally, head));
    assert.deepEqual(
      count(Object.freeze(tally), head, head, turn.outcome),
      count(tally, head, head, turn.outcome),
    );
  }));
});
