import assert from "node:assert/strict";
import { event, EVENT_VERSION, type NewEvent } from "../../src/session/event.ts";
import { fold } from "../../src/session/fold.ts";
import type { SessionState } from "../../src/session/state.ts";
import { NO_USAGE } from "../../src/session/usage.ts";
import { NOON } from "../support/memory_session.ts";

const UNTIL = "2026-01-02T17:00:00.000Z";
const LATER = "2026-01-02T18:00:00.000Z";

function folded(...items: readonly NewEvent[]): SessionState {
  return fold(items.map((item, index) => ({
    ...{ v: EVENT_VERSION, seq: index + 1, at: NOON, run: "r", iteration: null, actor: "run" },
    ...item,
  })));
}

const waiting = (until = UNTIL): NewEvent => event("quota.waiting", { until, error: "used up" });
const over = (why: "reset" | "resumed" | "stopped"): NewEvent =>
  event("quota.over", { waitedMs: 1, why });

Deno.test("a session waits from the beginning of a wait to its end, however that comes", () => {
  assert.equal(folded().head.waiting, undefined);
  assert.equal(folded(waiting()).head.waiting, UNTIL);
  for (const why of ["reset", "resumed", "stopped"] as const) {
    const { head } = folded(waiting(), over(why));
    assert.equal("waiting" in head, false, why);
  }
  assert.equal(folded(waiting(), over("reset"), waiting(LATER)).head.waiting, LATER);
  assert.equal(folded(waiting(), waiting(LATER)).head.waiting, LATER);
});

Deno.test("a run that has ended waits no more, as when it was killed in its wait and mended", () => {
  const ended = event("run.ended", {
    ...{ reason: "interrupted", code: 137, message: "killed", hints: [] },
    ...{ iterations: 1, ms: 0, usage: NO_USAGE },
  });
  assert.equal("waiting" in folded(waiting(), ended).head, false);
});

Deno.test("that somebody asks to go on ends no wait yet: the run does, when it has heard of it", () => {
  assert.equal(folded(waiting(), event("run.resume", {})).head.waiting, UNTIL);
});

Deno.test("a retry and the end of a wait bring another agent, until the next iteration", () => {
  const retry = event("retry.scheduled", { attempt: 1, max: 3, delayMs: 0, error: "x" });
  assert.equal(folded().head.retriedAt, undefined);
  for (const items of [[retry], [waiting(), over("resumed")]]) {
    const { head } = folded(...items);
    assert.equal(head.retriedAt, head.lastAt);
    const next = folded(...items, event("iteration.started", { n: 2 })).head;
    assert.equal("retriedAt" in next, false);
  }
});

Deno.test("guards and budgets are told, and change nothing of the session", () => {
  const usage = { budget: "cost", used: 4, limit: 5 } as const;
  const items: readonly NewEvent[] = [
    event("watchdog.fired", { kind: "silence", limit: 1 }),
    event("agent.waiting", { until: UNTIL, message: "x" }),
    event("agent.ended", { pid: 1, code: 0, signal: null }),
    event("budget.warned", usage),
    event("budget.reached", usage),
    event("run.resume", {}),
  ];
  for (const item of items) {
    const before = folded(waiting());
    const after = folded(waiting(), item);
    assert.deepEqual(after, { ...before, head: { ...before.head, seq: 2 } }, item.type);
  }
});

Deno.test("the end of a run says nothing of another one that has taken its session over", () => {
  const of = (run: string | null, items: readonly NewEvent[], from: number) =>
    items.map((item, index) => ({
      ...{ v: EVENT_VERSION, seq: from + index, at: NOON, iteration: null, actor: "run" as const },
      ...item,
      run,
    }));
  const started = event("run.started", {
    ...{ pid: 1, host: "h", version: "1", spec: "/s", root: "/", model: "m", command: [] },
    ...{ iterations: 0, timeMs: 0 },
  });
  const stop = event("run.stop", { now: false });
  const ended = event("run.ended", {
    ...{ reason: "internal", code: 70, message: "", hints: [], iterations: 0, ms: 0 },
    usage: NO_USAGE,
  });
  const taken = [...of("old", [started], 1), ...of("new", [started, waiting(), stop], 2)];
  const kept = fold([...taken, ...of("old", [ended], 5)]).head;
  assert.deepEqual([kept.run, kept.waiting, kept.stop], ["new", UNTIL, "after-iteration"]);
  for (const run of ["new", null]) {
    const { head } = fold([...taken, ...of(run, [ended], 5)]);
    assert.deepEqual([head.run, head.waiting, head.stop], [null, undefined, null]);
  }
});
