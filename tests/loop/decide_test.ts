import assert from "node:assert/strict";
import fc from "fast-check";
import {
  count,
  FRESH,
  isProven,
  type Limits,
  MAX_FAILED_JUDGEMENTS,
  nextStep,
  type Step,
  type Tally,
} from "../../src/loop/decide.ts";
import type { Outcome } from "../../src/session/event.ts";
import type { Judgement } from "../../src/session/gate.ts";
import { emptyHead, type Head, openTasks } from "../../src/session/state.ts";
import { NO_USAGE } from "../../src/session/usage.ts";

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

const NO_LIMIT: Limits = {
  iterations: 0,
  stall: 3,
  withoutTask: 20,
  timeMs: 0,
  gates: "",
  spending: { tokens: 0, cost: 0 },
};
const ITERATE: Step = { kind: "iterate", extra: false };

function ends(why: Extract<Step, { kind: "end" }>["why"]): Step {
  return { kind: "end", why };
}

/** An iteration that cost nothing. */
function brought(outcome: Outcome): Parameters<typeof count>[3] {
  return { outcome, usage: NO_USAGE };
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
  refused: fc.boolean(),
  told: fc.boolean(),
  last: fc.constant(NO_USAGE),
  spent: fc.constant(undefined),
});
const anyLimits: fc.Arbitrary<Limits> = fc.record({
  iterations: fc.nat({ max: 20 }),
  stall: fc.integer({ min: 1, max: 5 }),
  withoutTask: fc.integer({ min: 1, max: 9 }),
  timeMs: fc.constant(0),
  gates: fc.constant(""),
  spending: fc.constant({ tokens: 0, cost: 0 }),
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
      case "judge":
        throw new Error("judged without gates");
      case "iterate": {
        const turn = turns[begun];
        if (turn === undefined) return { iterations: begun, step, head };
        tally = count(tally, head, turn.head, brought(turn.outcome));
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
    const isEnded = step.kind === "end" && step.why === "complete";
    // What a hook of git has refused is told before, once.
    const isToTell = step.kind === "iterate" && step.extra;
    assert.equal(isEnded || isToTell, isDone && head.complete);
    if (isToTell) assert.ok(tally.refused && !tally.told);
    if (step.kind === "assume-complete") assert.ok(isDone && !head.complete);
  }));
});

Deno.test("completion outranks a limit that is reached in the same iteration, and every stall", () => {
  const done = headWith({ completed: 2, cancelled: 1 }, true);
  const spent: Tally = { ...FRESH, iterations: 5, idle: 3, withoutTask: 20 };
  assert.deepEqual(nextStep({ ...NO_LIMIT, iterations: 5 }, spent, done), ends("complete"));
});

Deno.test("all tasks closed and nobody said so: one turn asks for it, then it counts as declared", () => {
  const closed = headWith({ completed: 2 });
  const before: Tally = { ...FRESH, iterations: 2 };
  assert.deepEqual(nextStep(NO_LIMIT, before, closed), ITERATE);
  const after = count(before, closed, closed, brought("idle"));
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
  const asked = count({ ...FRESH, iterations: 2 }, closed, grown, brought("progress"));
  assert.deepEqual(nextStep(NO_LIMIT, asked, grown), ITERATE);
  const worked = count(asked, grown, headWith({ completed: 3 }), brought("progress"));
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
  const tally: Tally = { ...FRESH, iterations: 3, idle: 3, withoutTask: 3 };
  const head = headWith({ remaining: 1 });
  assert.deepEqual(nextStep({ ...NO_LIMIT, iterations: 3 }, tally, head), ends("stalled"));
  assert.deepEqual(
    nextStep({ ...NO_LIMIT, iterations: 3, stall: 4, withoutTask: 3 }, tally, head),
    ends("no-task-closed"),
  );
  assert.deepEqual(
    nextStep({ ...NO_LIMIT, iterations: 3, stall: 4, withoutTask: 4 }, tally, head),
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
  const seen: Tally = { ...FRESH, iterations: 7, idle: 2, withoutTask: 4 };
  assert.deepEqual(count(seen, head, head, brought("progress")), {
    ...seen,
    iterations: 8,
    idle: 0,
    withoutTask: 5,
  });
  for (const outcome of ["idle", "failed", "interrupted"] as const) {
    assert.deepEqual(count(seen, head, head, brought(outcome)), {
      ...seen,
      iterations: 8,
      idle: 3,
      withoutTask: 5,
    });
  }
  for (const status of ["completed", "cancelled"] as const) {
    assert.equal(count(seen, head, headWith({ [status]: 1 }), brought("progress")).withoutTask, 0);
  }
});

/** Gates that are in force, and a session that is done but for them. */
const GATED: Limits = { ...NO_LIMIT, gates: "mark" };
const DECLARED: Head = { ...headWith({ completed: 2 }, true), iterations: 4 };

/** A judgement of the fourth iteration by these gates. */
function judgement(change: Partial<Judgement>): Judgement {
  const passed = change.passed ?? false;
  return {
    ...{ at: "", passed, failed: passed ? [] : ["test"], tolerated: [], gates: "mark" },
    ...{ iteration: 4, commit: null, dirty: false, inARow: passed ? 0 : 1 },
    ...change,
  };
}

/** The session after a judgement that failed, which has opened it again. */
function failed(inARow: number, change: Partial<Head> = {}): Head {
  return { ...DECLARED, complete: false, judgement: judgement({ inARow }), ...change };
}

Deno.test("without gates a session needs no proof", () => {
  assert.equal(isProven(DECLARED, { gates: "" }), true);
  assert.equal(isProven(failed(1), { gates: "" }), true);
});

Deno.test("a session is proven by a judgement of these gates that passed after its last iteration", () => {
  const proven: Head = { ...DECLARED, judgement: judgement({ passed: true }) };
  assert.equal(isProven(proven, { gates: "mark" }), true);
  assert.equal(isProven(DECLARED, { gates: "mark" }), false);
  assert.equal(isProven(failed(1), { gates: "mark" }), false);
  assert.equal(isProven(proven, { gates: "other gates" }), false);
  assert.equal(isProven({ ...proven, iterations: 5 }, { gates: "mark" }), false);
});

Deno.test("a session that is declared done is judged before it is complete", () => {
  assert.deepEqual(nextStep(GATED, FRESH, DECLARED), { kind: "judge" });
  const proven = { ...DECLARED, judgement: judgement({ passed: true }) };
  assert.deepEqual(nextStep(GATED, FRESH, proven), ends("complete"));
  const worked = { ...proven, iterations: 5 };
  assert.deepEqual(nextStep(GATED, FRESH, worked), { kind: "judge" });
  assert.deepEqual(nextStep({ ...GATED, gates: "other" }, FRESH, proven), { kind: "judge" });
});

Deno.test("a session with open tasks is not judged, whatever it declares", () => {
  const open = { ...DECLARED, ...headWith({ completed: 1, remaining: 1 }, true) };
  assert.deepEqual(nextStep(GATED, FRESH, open), ITERATE);
  const blocked = headWith({ completed: 1, blocked: 1 }, true);
  assert.deepEqual(nextStep(GATED, FRESH, blocked), ends("only-blocked"));
});

Deno.test("a judgement that fails leads to another turn, up to the fifth in a row", () => {
  assert.equal(MAX_FAILED_JUDGEMENTS, 5);
  for (const inARow of [1, 2, 3, 4]) {
    assert.deepEqual(nextStep(GATED, FRESH, failed(inARow)), ITERATE);
  }
  assert.deepEqual(nextStep(GATED, FRESH, failed(5)), ends("unverified"));
});

Deno.test("judgements of an earlier run do not count against this one", () => {
  assert.deepEqual(nextStep(GATED, FRESH, failed(0)), ITERATE);
  const spent: Tally = { ...FRESH, ms: 5_000 };
  const step = nextStep({ ...GATED, timeMs: 5_000 }, spent, failed(0));
  assert.deepEqual(step, { kind: "assume-complete" }, "it is judged anew");
  assert.deepEqual(nextStep({ ...GATED, gates: "others" }, FRESH, failed(5)), ITERATE);
});

Deno.test("a judgement that fails at a limit ends the run as unverified, not as limited", () => {
  const spent: Tally = { ...FRESH, iterations: 3, ms: 5_000 };
  assert.deepEqual(nextStep({ ...GATED, iterations: 3 }, spent, failed(1)), ends("unverified"));
  assert.deepEqual(nextStep({ ...GATED, timeMs: 5_000 }, spent, failed(1)), ends("unverified"));
  assert.deepEqual(nextStep({ ...GATED, iterations: 4, timeMs: 5_001 }, spent, failed(1)), ITERATE);
});

Deno.test("a judgement that fails after a stop was asked for ends the run as stopped", () => {
  const head = failed(1, { stop: "after-iteration" });
  assert.deepEqual(nextStep(GATED, FRESH, head), ends("stopped"));
  const spent: Tally = { ...FRESH, iterations: 3 };
  assert.deepEqual(nextStep({ ...GATED, iterations: 3 }, spent, head), ends("stopped"));
});

Deno.test("a session at its limit, or asked to stop, is judged all the same: proven it is complete", () => {
  const spent: Tally = { ...FRESH, iterations: 3 };
  const limited: Limits = { ...GATED, iterations: 3 };
  for (const head of [DECLARED, { ...DECLARED, stop: "after-iteration" as const }]) {
    assert.deepEqual(nextStep(limited, spent, head), { kind: "judge" });
    const proven = { ...head, judgement: judgement({ passed: true }) };
    assert.deepEqual(nextStep(limited, spent, proven), ends("complete"));
  }
});

Deno.test("a run does not stall while only its gates are in the way", () => {
  const idle: Tally = { ...FRESH, iterations: 30, idle: 30, withoutTask: 30 };
  assert.deepEqual(nextStep(GATED, idle, failed(2)), ITERATE);
  const asked = failed(2, { iterations: 5 });
  assert.deepEqual(nextStep(GATED, { ...idle, asked: true }, asked), { kind: "assume-complete" });
  assert.deepEqual(nextStep(GATED, idle, asked), ITERATE);
  const reopened = { ...failed(2), ...headWith({ completed: 2, remaining: 1 }) };
  assert.deepEqual(nextStep(GATED, idle, reopened), ends("stalled"));
  assert.deepEqual(nextStep(GATED, { ...idle, idle: 0 }, reopened), ends("no-task-closed"));
});

Deno.test("closed tasks that nobody declares done after a failed judgement are judged again", () => {
  const worked = failed(1, { iterations: 5 });
  assert.deepEqual(nextStep(GATED, { ...FRESH, asked: true }, worked), { kind: "assume-complete" });
  assert.deepEqual(nextStep(GATED, FRESH, { ...worked, complete: true }), { kind: "judge" });
});

Deno.test("a run with gates takes a turn for each failed judgement, and gives up after the fifth", () => {
  let head: Head = DECLARED;
  let tally: Tally = FRESH;
  const taken: string[] = [];
  for (;;) {
    const step = nextStep(GATED, tally, head);
    taken.push(step.kind === "end" ? step.why : step.kind);
    if (step.kind === "end") break;
    if (step.kind === "judge") {
      const { iterations } = head;
      const inARow = (head.judgement?.inARow ?? 0) + 1;
      head = { ...failed(inARow), iterations };
      head = { ...head, judgement: judgement({ inARow, iteration: iterations }) };
    } else if (step.kind === "assume-complete") head = { ...head, complete: true };
    else {
      const after = { ...head, iterations: head.iterations + 1 };
      tally = count(tally, head, after, brought("idle"));
      head = after;
    }
  }
  const round = ["judge", "iterate", "assume-complete"];
  assert.deepEqual(taken, [...round, ...round, ...round, ...round, "judge", "unverified"]);
});

Deno.test("what a failed hook complains of last is told in one extra turn", () => {
  const extra: Step = { kind: "iterate", extra: true };
  const complaint: Head = { ...DECLARED, held: [{ seq: 8, failed: true }] };
  const told: Tally = { ...FRESH, told: true };
  assert.deepEqual(nextStep(NO_LIMIT, FRESH, complaint), extra);
  assert.deepEqual(nextStep(GATED, FRESH, complaint), extra);
  assert.deepEqual(nextStep(NO_LIMIT, told, complaint), ends("complete"));
  assert.deepEqual(nextStep(GATED, told, complaint), { kind: "judge" });
  const praise: Head = { ...DECLARED, held: [{ seq: 8, failed: false }] };
  assert.deepEqual(nextStep(NO_LIMIT, FRESH, praise), ends("complete"));
  assert.deepEqual(nextStep(NO_LIMIT, FRESH, { ...DECLARED, held: [] }), ends("complete"));
});

Deno.test("what a hook of git has refused is told in the one extra turn, too", () => {
  const refused: Tally = { ...FRESH, refused: true };
  assert.deepEqual(nextStep(GATED, refused, DECLARED), { kind: "iterate", extra: true });
  assert.deepEqual(nextStep(NO_LIMIT, { ...refused, told: true }, DECLARED), ends("complete"));
  const limited = nextStep({ ...NO_LIMIT, iterations: 3 }, { ...refused, iterations: 3 }, DECLARED);
  assert.deepEqual(limited, ends("complete"));
});

Deno.test("there is no extra turn beyond a limit, after a stop, or before the session is done", () => {
  const complaint: Head = { ...DECLARED, held: [{ seq: 8, failed: true }] };
  const spent: Tally = { ...FRESH, iterations: 3, ms: 5_000 };
  assert.deepEqual(nextStep({ ...NO_LIMIT, iterations: 3 }, spent, complaint), ends("complete"));
  assert.deepEqual(nextStep({ ...NO_LIMIT, timeMs: 5_000 }, spent, complaint), ends("complete"));
  const stopped: Head = { ...complaint, stop: "after-iteration" };
  assert.deepEqual(nextStep(NO_LIMIT, FRESH, stopped), ends("complete"));
  assert.deepEqual(nextStep(NO_LIMIT, FRESH, { ...complaint, complete: false }), ITERATE);
});

Deno.test("count keeps whether the extra turn has been taken", () => {
  const head = headWith({ completed: 1 }, true);
  for (const told of [true, false]) {
    assert.equal(count({ ...FRESH, told }, head, head, brought("idle")).told, told);
  }
});

/** A session that has spent so much, and whose last iteration did. */
function spentBy(
  used: number,
  last: number,
  change: Partial<Head> = {},
): { readonly head: Head; readonly tally: Tally } {
  const head = { ...headWith({ remaining: 1 }), usage: usageOf(used), ...change };
  return { head, tally: { ...FRESH, iterations: 2, last: usageOf(last) } };
}

/** So many tokens, each for a dollar. */
function usageOf(tokens: number): typeof NO_USAGE {
  return { ...NO_USAGE, cachedTokens: tokens, cost: tokens };
}

Deno.test("a budget ends a run when it is reached, or another iteration like the last would exceed it", () => {
  for (const kind of ["tokens", "cost"] as const) {
    const limits: Limits = { ...NO_LIMIT, spending: { tokens: 0, cost: 0, [kind]: 100 } };
    const cases: readonly (readonly [used: number, last: number, step: Step])[] = [
      [0, 0, ITERATE],
      [99, 0, ITERATE],
      [100, 0, ends(kind)],
      [101, 0, ends(kind)],
      // What fits just so is begun.
      [60, 40, ITERATE],
      [60, 41, ends(kind)],
      [99, 1, ITERATE],
      [99, 2, ends(kind)],
      [0, 100, ITERATE],
      [0, 101, ends(kind)],
    ];
    for (const [used, last, step] of cases) {
      const { head, tally } = spentBy(used, last);
      assert.deepEqual(nextStep(limits, tally, head), step, `${kind}: ${used}, last ${last}`);
    }
  }
});

Deno.test("a budget of 0 is without end, and money is looked at after tokens and time", () => {
  const { head, tally } = spentBy(1e9, 1e9);
  assert.deepEqual(nextStep(NO_LIMIT, tally, head), ITERATE);
  const both: Limits = { ...NO_LIMIT, spending: { tokens: 10, cost: 10 } };
  assert.deepEqual(nextStep(both, tally, head), ends("tokens"));
  assert.deepEqual(nextStep({ ...both, timeMs: 1 }, { ...tally, ms: 1 }, head), ends("time"));
  assert.deepEqual(nextStep({ ...both, iterations: 1 }, tally, head), ends("tokens"));
  // What is used up is told before what would be.
  const dear = { ...head, usage: { ...usageOf(5), cost: 10 } };
  assert.deepEqual(nextStep(both, { ...tally, last: usageOf(6) }, dear), ends("cost"));
});

Deno.test("completion outranks a budget that is used up in the same iteration", () => {
  const limits: Limits = { ...NO_LIMIT, spending: { tokens: 10, cost: 0 } };
  const closed = headWith({ completed: 2 });
  const { head, tally } = spentBy(50, 50, closed);
  assert.deepEqual(nextStep(limits, tally, { ...head, complete: true }), ends("complete"));
  assert.deepEqual(nextStep(limits, tally, head), { kind: "assume-complete" });
  const gated = { ...limits, gates: "mark" };
  assert.deepEqual(nextStep(gated, tally, { ...head, complete: true }), { kind: "judge" });
  const unproven = failed(1, { usage: usageOf(50) });
  assert.deepEqual(nextStep(gated, tally, unproven), ends("unverified"));
  const complaint: Head = { ...head, complete: true, held: [{ seq: 8, failed: true }] };
  assert.deepEqual(nextStep(limits, tally, complaint), ends("complete"), "no extra turn");
});

Deno.test("a stop and a stall are told before a budget", () => {
  const limits: Limits = { ...NO_LIMIT, spending: { tokens: 10, cost: 0 } };
  const { head, tally } = spentBy(50, 50);
  assert.deepEqual(nextStep(limits, tally, { ...head, stop: "now" }), ends("stopped"));
  assert.deepEqual(nextStep(limits, { ...tally, idle: 3 }, head), ends("stalled"));
});

Deno.test("count keeps what the last iteration has spent, and nothing of those before", () => {
  const head = headWith({ remaining: 1 });
  const first = count(FRESH, head, head, { outcome: "progress", usage: usageOf(7) });
  assert.deepEqual(first.last, usageOf(7));
  const second = count(first, head, head, { outcome: "failed", usage: usageOf(2) });
  assert.deepEqual(second.last, usageOf(2));
});
