import assert from "node:assert/strict";
import fc from "fast-check";
import {
  FRESH,
  isProven,
  type Limits,
  MAX_FAILED_JUDGEMENTS,
  nextStep,
  type Tally,
} from "../../src/loop/decide.ts";
import type { Judgement } from "../../src/session/gate.ts";
import { emptyHead, type Head } from "../../src/session/state.ts";

const LIMITS: Limits = {
  ...{ iterations: 0, stall: 3, timeMs: 0, withoutTask: 20, gates: "g" },
  spending: { tokens: 0, cost: 0 },
};

const judgement = (more: Partial<Judgement>): Judgement => ({
  ...{ at: "2026-01-01T00:00:00.000Z", passed: false, failed: ["a"], tolerated: [], gates: "g" },
  ...{ iteration: 1, commit: null, dirty: false, inARow: 1 },
  ...more,
});
const PASSED: Partial<Judgement> = { passed: true, failed: [], inARow: 0 };

/** A session after its first iteration, in which its only task was closed. */
function closed(more: Partial<Head>): Head {
  const head = emptyHead(1);
  return { ...head, tasks: 1, counts: { ...head.counts, completed: 1 }, iterations: 1, ...more };
}

const DECLARED = closed({ complete: true });
const RUN: Tally = { ...FRESH, iterations: 1 };

Deno.test("what is declared done is judged before it ends, whatever limit is reached or stop is asked", () => {
  const tallies = [RUN, { ...RUN, ms: 5 }, { ...RUN, idle: 9 }, { ...RUN, withoutTask: 99 }, FRESH];
  for (const tally of tallies) {
    for (const stop of [null, "after-iteration"] as const) {
      const limits = { ...LIMITS, iterations: 1, timeMs: 5 };
      assert.deepEqual(nextStep(limits, tally, { ...DECLARED, stop }), { kind: "judge" });
    }
  }
});

Deno.test("without gates there is nothing to judge", () => {
  const step = nextStep({ ...LIMITS, gates: "" }, RUN, DECLARED);
  assert.deepEqual(step, { kind: "end", why: "complete" });
});

Deno.test("only a judgement of these gates, after the last iteration, proves a session", () => {
  const proven = (more: Partial<Judgement>, limits: Partial<Limits> = {}): boolean =>
    isProven(closed({ judgement: judgement({ ...PASSED, ...more }) }), { ...LIMITS, ...limits });
  assert.ok(proven({}));
  assert.ok(!proven({ gates: "others" }));
  assert.ok(!proven({ iteration: 0 }));
  assert.ok(!proven({ passed: false }));
  assert.ok(!proven({ tolerated: ["old"] }));
  assert.ok(proven({ tolerated: ["old"] }, { tolerates: true }));
  assert.ok(proven({ gates: "others" }, { gates: "" }));
  assert.ok(!isProven(closed({}), LIMITS));
});

Deno.test("after a failed judgement a run goes on, or ends by its limit as unverified", () => {
  const head = closed({ judgement: judgement({}) });
  assert.deepEqual(nextStep(LIMITS, RUN, head), { kind: "iterate", extra: false });
  for (const limits of [{ ...LIMITS, iterations: 1 }, { ...LIMITS, timeMs: 5 }]) {
    const step = nextStep(limits, { ...RUN, ms: 5 }, head);
    assert.deepEqual(step, { kind: "end", why: "unverified" });
  }
  const stopped = nextStep(LIMITS, RUN, { ...head, stop: "after-iteration" });
  assert.deepEqual(stopped, { kind: "end", why: "stopped" });
});

Deno.test("no stall ends a run before its last judgement, as long as only gates are in the way", () => {
  const tally = { ...RUN, idle: 99, withoutTask: 99, iterations: 4 };
  for (let inARow = 1; inARow < MAX_FAILED_JUDGEMENTS; inARow++) {
    const head = closed({ judgement: judgement({ inARow, iteration: 4 }), iterations: 4 });
    assert.equal(nextStep(LIMITS, tally, head).kind, "iterate");
  }
  const inARow = MAX_FAILED_JUDGEMENTS;
  const last = closed({ judgement: judgement({ inARow, iteration: 4 }), iterations: 4 });
  assert.deepEqual(nextStep(LIMITS, tally, last), { kind: "end", why: "unverified" });
  const counts = { ...last.counts, remaining: 1 };
  const open = { ...closed({ judgement: judgement({}) }), tasks: 2, counts };
  assert.deepEqual(nextStep(LIMITS, tally, open), { kind: "end", why: "stalled" });
});

Deno.test("however gates judge, a run of a diligent agent ends, complete or unverified", () => {
  const verdicts = fc.array(fc.boolean(), { minLength: 12, maxLength: 12 });
  const declares = fc.array(fc.boolean(), { minLength: 40, maxLength: 40 });
  const limit = fc.nat({ max: 8 });
  fc.assert(fc.property(verdicts, declares, limit, (verdicts, declares, iterations) => {
    let head = closed({ iterations: 0 });
    let tally = FRESH;
    let judged = 0;
    for (let guard = 0; guard < 100; guard++) {
      const step = nextStep({ ...LIMITS, iterations }, tally, head);
      if (step.kind === "end") {
        const failedLast = judged > 0 && verdicts[judged - 1] === false;
        assert.equal(step.why, failedLast ? "unverified" : "complete");
        assert.ok(judged <= MAX_FAILED_JUDGEMENTS);
        return;
      }
      if (step.kind === "iterate") {
        const complete = declares[head.iterations] === true;
        const asked = true;
        tally = { ...tally, asked, iterations: tally.iterations + 1, idle: tally.idle + 1 };
        head = { ...head, iterations: head.iterations + 1, complete };
      } else if (step.kind === "assume-complete") head = { ...head, complete: true };
      else {
        const passed = verdicts[judged++] === true;
        const inARow = passed ? 0 : (head.judgement?.inARow ?? 0) + 1;
        const { iterations: iteration } = head;
        const said = judgement({ passed, inARow, iteration, failed: passed ? [] : ["a"] });
        head = { ...head, complete: passed, judgement: said };
      }
    }
    assert.fail("it goes on for ever");
  }));
});
