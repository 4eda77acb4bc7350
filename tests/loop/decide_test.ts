import assert from "node:assert/strict";
import fc from "fast-check";
import {
  count,
  FRESH,
  type Limits,
  nextStep,
  type Step,
  type Tally,
} from "../../src/loop/decide.ts";
import type { Outcome } from "../../src/session/event.ts";
import { emptyHead, type Head, openTasks } from "../../src/session/state.ts";

/** A head that has so many tasks of each status. */
function headWith(
  counts: Partial<Head["counts"]>,
  complete = false,
): Head {
  const base = emptyHead(1);
  const all = { ...base.counts, ...counts };
  const tasks = Object.values(all).reduce((sum, value) => sum + value, 0);
  return { ...base, counts: all, tasks, complete };
}

const NO_LIMIT: Limits = { iterations: 0, stall: 3, withoutTask: 20, timeMs: 0 };
const ITERATE: Step = { kind: "iterate" };

function ends(why: Extract<Step, { kind: "end" }>["why"]): Step {
  return { kind: "end", why };
}

const anyCount = fc.nat({ max: 3 });
const anyHead = fc.record({
  remaining: anyCount,
  in_progress: anyCount,
  completed: anyCount,
  blocked: anyCount,
  cancelled: anyCount,
}).chain((counts) => fc.boolean().map((complete) => headWith(counts, complete)));
const anyOutcome = fc.constantFrom<Outcome>("progress", "idle", "failed", "interrupted");
const anyTally: fc.Arbitrary<Tally> = fc.record({
  iterations: fc.nat({ max: 30 }),
  idle: fc.nat({ max: 5 }),
  withoutTask: fc.nat({ max: 25 }),
  ms: fc.nat(),
  asked: fc.boolean(),
});
const anyLimits: fc.Arbitrary<Limits> = fc.record({
  iterations: fc.nat({ max: 20 }),
  stall: fc.integer({ min: 1, max: 5 }),
  withoutTask: fc.integer({ min: 1, max: 9 }),
  timeMs: fc.constant(0),
});

/** What an iteration leads to. */
const anyTurn = fc.record({ head: anyHead, outcome: anyOutcome });

/** A run over turns that are given; how many iterations it took and how it ended, if it did. */
function simulate(
  limits: Limits,
  first: Head,
  turns: readonly { readonly head: Head; readonly outcome: Outcome }[],
): { readonly iterations: number; readonly step: Step; readonly head: Head } {
  let head = first;
  let tally = FRESH;
  let begun = 0;
  for (;;) {
    const step = nextStep(limits, tally, head);
    switch (step.kind) {
      case "end":
        return { iterations: begun, step, head };
      case "assume-complete":
        head = { ...head, complete: true };
        break;
      case "iterate": {
        const turn = turns[begun];
        if (turn === undefined) return { iterations: begun, step, head };
        tally = count(tally, head, turn.head, turn.outcome);
        head = turn.head;
        begun++;
      }
    }
  }
}

Deno.test("a run with a limit ends within it, whatever happens", () => {
  const limited = anyLimits.filter(({ iterations }) => iterations > 0);
  fc.assert(
    fc.property(
      limited,
      anyHead,
      fc.array(anyTurn, { minLength: 25, maxLength: 25 }),
      (limits, first, turns) => {
        const { iterations, step } = simulate(limits, first, turns);
        assert.equal(step.kind, "end");
        assert.ok(iterations <= limits.iterations);
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("a run without a limit ends once so many iterations in a row brought no progress", () => {
  const idle = fc.record({
    head: anyHead,
    outcome: anyOutcome.filter((outcome) => outcome !== "progress"),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      anyHead,
      fc.array(anyTurn, { maxLength: 10 }),
      fc.array(idle, { minLength: 6, maxLength: 6 }),
      (stall, first, before, after) => {
        const { iterations, step } = simulate({ ...NO_LIMIT, stall }, first, [
          ...before,
          ...after,
        ]);
        assert.equal(step.kind, "end");
        assert.ok(iterations <= before.length + stall);
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("a run is stalled only after so many iterations in a row without progress", () => {
  fc.assert(
    fc.property(
      anyLimits,
      anyHead,
      fc.array(anyTurn, { maxLength: 20 }),
      (limits, first, turns) => {
        const { iterations, step } = simulate(limits, first, turns);
        if (step.kind !== "end" || step.why !== "stalled") return;
        const last = turns.slice(iterations - limits.stall, iterations);
        assert.equal(last.length, limits.stall);
        assert.ok(last.every(({ outcome }) => outcome !== "progress"));
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("a run ends as complete only with all tasks closed, at least one, and declared", () => {
  fc.assert(fc.property(anyLimits, anyTally, anyHead, (limits, tally, head) => {
    const step = nextStep(limits, tally, head);
    const isDone = head.tasks > 0 && openTasks(head) === 0;
    assert.equal(step.kind === "end" && step.why === "complete", isDone && head.complete);
    if (step.kind === "assume-complete") assert.ok(isDone && !head.complete);
  }));
});

Deno.test("completion outranks a limit that is reached in the same iteration, and every stall", () => {
  const done = headWith({ completed: 2, cancelled: 1 }, true);
  const spent: Tally = { iterations: 5, idle: 3, withoutTask: 20, ms: 0, asked: false };
  assert.deepEqual(nextStep({ ...NO_LIMIT, iterations: 5 }, spent, done), ends("complete"));
});

Deno.test("all tasks closed and nobody said so: one turn asks for it, then it counts as declared", () => {
  const closed = headWith({ completed: 2 });
  const before: Tally = { ...FRESH, iterations: 2 };
  assert.deepEqual(nextStep(NO_LIMIT, before, closed), ITERATE);
  const after = count(before, closed, closed, "idle");
  assert.equal(after.asked, true);
  assert.deepEqual(nextStep(NO_LIMIT, after, closed), { kind: "assume-complete" });
});

Deno.test("with the limit reached there is no turn to ask in: closed tasks count as declared", () => {
  const closed = headWith({ completed: 2 });
  const spent: Tally = { ...FRESH, iterations: 2 };
  assert.deepEqual(nextStep({ ...NO_LIMIT, iterations: 2 }, spent, closed), {
    kind: "assume-complete",
  });
});

Deno.test("a task that is added in the turn that asks goes on, and is asked about again", () => {
  const closed = headWith({ completed: 2 });
  const grown = headWith({ completed: 2, remaining: 1 });
  const asked = count({ ...FRESH, iterations: 2 }, closed, grown, "progress");
  assert.deepEqual(nextStep(NO_LIMIT, asked, grown), ITERATE);
  const worked = count(asked, grown, headWith({ completed: 3 }), "progress");
  assert.equal(worked.asked, false);
  assert.deepEqual(nextStep(NO_LIMIT, worked, headWith({ completed: 3 })), ITERATE);
});

Deno.test("only blocked tasks left: the run ends when the agent has declared that it can do no more", () => {
  const blocked = headWith({ completed: 1, blocked: 1 });
  assert.deepEqual(nextStep(NO_LIMIT, FRESH, blocked), ITERATE);
  assert.deepEqual(nextStep(NO_LIMIT, FRESH, { ...blocked, complete: true }), ends("only-blocked"));
  const mixed = headWith({ remaining: 1, blocked: 1 }, true);
  assert.deepEqual(nextStep(NO_LIMIT, FRESH, mixed), ITERATE);
});

Deno.test("a session without tasks is never complete, and goes on until it stalls", () => {
  const empty = headWith({});
  assert.deepEqual(nextStep(NO_LIMIT, FRESH, empty), ITERATE);
  assert.deepEqual(
    nextStep(NO_LIMIT, { ...FRESH, idle: 2 }, { ...empty, complete: true }),
    ITERATE,
  );
  assert.deepEqual(nextStep(NO_LIMIT, { ...FRESH, idle: 3 }, empty), ends("stalled"));
});

Deno.test("a stall is told before a limit that is reached with it", () => {
  const tally: Tally = { iterations: 3, idle: 3, withoutTask: 3, ms: 0, asked: false };
  const head = headWith({ remaining: 1 });
  assert.deepEqual(nextStep({ ...NO_LIMIT, iterations: 3 }, tally, head), ends("stalled"));
  assert.deepEqual(
    nextStep({ iterations: 3, stall: 4, withoutTask: 3, timeMs: 0 }, tally, head),
    ends("no-task-closed"),
  );
  assert.deepEqual(
    nextStep({ iterations: 3, stall: 4, withoutTask: 4, timeMs: 0 }, tally, head),
    ends("iterations"),
  );
});

Deno.test("a run without a limit ends once so many iterations in a row closed no task", () => {
  const open = headWith({ remaining: 2, in_progress: 1, completed: 1 });
  const turn = { head: open, outcome: "progress" as const };
  const closing = { ...turn, head: headWith({ remaining: 2, completed: 2 }) };
  const after = { ...turn, head: closing.head };
  const { iterations, step } = simulate({ ...NO_LIMIT, withoutTask: 4 }, open, [
    ...[turn, turn, turn, closing],
    ...[after, after, after, after, after],
  ]);
  assert.equal(iterations, 8);
  assert.deepEqual(step, ends("no-task-closed"));
});

Deno.test("every run ends, with progress or without, as long as no task is closed", () => {
  const turn = fc.record({ head: anyHead, outcome: anyOutcome }).map(({ head, outcome }) => ({
    outcome,
    head: headWith({ ...head.counts, completed: 1, cancelled: 0 }, head.complete),
  }));
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.array(turn, { minLength: 10, maxLength: 10 }),
      (withoutTask, turns) => {
        const first = headWith({ remaining: 1, completed: 1 });
        const { iterations, step } = simulate({ ...NO_LIMIT, withoutTask }, first, turns);
        assert.equal(step.kind, "end");
        assert.ok(iterations <= withoutTask);
      },
    ),
  );
});

Deno.test("progress starts the count of idle iterations anew, a closed task the other one", () => {
  const head = headWith({ remaining: 1 });
  const seen: Tally = { iterations: 7, idle: 2, withoutTask: 4, ms: 0, asked: false };
  assert.deepEqual(count(seen, head, head, "progress"), {
    ...seen,
    iterations: 8,
    idle: 0,
    withoutTask: 5,
  });
  for (const outcome of ["idle", "failed", "interrupted"] as const) {
    assert.deepEqual(count(seen, head, head, outcome), {
      ...seen,
      iterations: 8,
      idle: 3,
      withoutTask: 5,
    });
  }
  for (const status of ["completed", "cancelled"] as const) {
    assert.equal(count(seen, head, headWith({ [status]: 1 }), "progress").withoutTask, 0);
  }
});
