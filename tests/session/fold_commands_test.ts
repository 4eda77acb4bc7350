import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type CommandEnd,
  type CommandFacts,
  event,
  EVENT_VERSION,
  type EventData,
  type NewEvent,
  type StoredEvent,
} from "../../src/session/event.ts";
import { apply, changesInfo, fold } from "../../src/session/fold.ts";
import type { GatePurpose } from "../../src/session/gate.ts";
import type { HookName } from "../../src/session/hook.ts";
import { emptyHead, type Head, NO_INFO } from "../../src/session/state.ts";
import { NOON } from "../support/memory_session.ts";

/** Events as the store stamps them, from a sequence number on. */
function stamped(items: readonly NewEvent[], from = 1): readonly StoredEvent[] {
  return items.map((item, index) => ({
    ...{ v: EVENT_VERSION, seq: from + index, at: NOON, run: "r", iteration: null, actor: "run" },
    ...item,
  }));
}

function headAfter(...items: readonly NewEvent[]): Head {
  return fold(stamped(items)).head;
}

/** Folds events onto a head that is there already. */
function onto(before: Head, ...items: readonly NewEvent[]): Head {
  const lookup = { task: () => undefined, iteration: () => undefined, info: () => NO_INFO };
  return stamped(items, before.seq + 1)
    .reduce((head, item) => apply(head, item, lookup).head, before);
}

function facts(change: Partial<CommandFacts> = {}): CommandFacts {
  return {
    ...{ command: "make", end: "exited", exit: 0, ms: 1, bytes: 0, sha256: "", output: "" },
    tail: "",
    ...change,
  };
}

function hook(change: Partial<EventData["hook.ended"]> = {}): NewEvent {
  return event("hook.ended", { ...facts(), hook: "post_iteration", held: true, ...change });
}

function gate(passed: boolean, purpose: GatePurpose = "judgement"): NewEvent {
  const names = { for: purpose, name: "test", changed: [] };
  return event("gate.ended", { ...facts({ exit: passed ? 0 : 1 }), ...names, passed });
}

function verdict(passed: boolean, change: Partial<EventData["verify.ended"]> = {}): NewEvent {
  return event("verify.ended", {
    ...{ for: "judgement", passed, failed: passed ? [] : ["test"], tolerated: [] },
    ...{ gates: "mark", commit: "c0ffee", work: "w", dirty: true },
    ...change,
  });
}

function verifying(purpose: GatePurpose = "judgement"): NewEvent {
  return event("verify.started", { for: purpose, gates: ["test"] });
}

function runStarted(hooks?: readonly HookName[]): NewEvent {
  return event("run.started", {
    ...{ pid: 1, host: "h", version: "1", spec: "/s", root: "/", model: "m", command: [] },
    ...{ iterations: 0, timeMs: 0 },
    ...(hooks === undefined ? {} : { hooks }),
  });
}

const delivered = (through: number): NewEvent => event("hook.delivered", { through });

Deno.test("output that is held waits in the order in which its hooks ended", () => {
  const head = headAfter(hook(), hook({ held: false }), hook({ exit: 3 }), hook());
  assert.deepEqual(head.held, [
    { seq: 1, failed: false },
    { seq: 3, failed: true },
    { seq: 4, failed: false },
  ]);
});

Deno.test("a hook has failed in every way but by its exit code 0", () => {
  const ends: readonly (readonly [CommandEnd, number | null])[] = [
    ["exited", 0],
    ["exited", 1],
    ["killed", null],
    ["timed-out", null],
    ["stopped", null],
    ["not-started", null],
  ];
  const head = headAfter(...ends.map(([end, exit]) => hook({ end, exit })));
  assert.deepEqual(head.held?.map(({ failed }) => failed), [false, true, true, true, true, true]);
});

Deno.test("what has been delivered waits no longer, and what came later still does", () => {
  const head = headAfter(hook(), hook(), delivered(1), hook({ exit: 1 }));
  assert.deepEqual(head.held, [{ seq: 2, failed: false }, { seq: 4, failed: true }]);
  assert.deepEqual(onto(head, delivered(4)).held, []);
  assert.deepEqual(onto(head, delivered(0)).held, head.held);
});

Deno.test("of output that no prompt ever takes, the last thousand pieces wait", () => {
  const head = headAfter(...Array.from({ length: 1_200 }, () => hook()));
  assert.equal(head.held?.length, 1_000);
  assert.deepEqual([head.held?.at(0)?.seq, head.held?.at(-1)?.seq], [201, 1_200]);
  assert.deepEqual(onto(head, delivered(1_200)).held, []);
});

Deno.test("held output outlives the run, until some prompt has told it", () => {
  const before = headAfter(runStarted(), hook({ exit: 1 }));
  assert.deepEqual(onto(before, runStarted()).held, [{ seq: 2, failed: true }]);
});

Deno.test("a run with hooks for completions looks after those from its beginning on", () => {
  const head = headAfter(event("warning", { message: "" }), runStarted(["on_task_complete"]));
  assert.equal(head.completionsFrom, 2);
});

Deno.test("a run goes on with the completions where the last one that watched has stopped", () => {
  const first = headAfter(
    runStarted(["on_task_complete"]),
    hook({ hook: "on_task_complete", task: 1, completion: 1 }),
    event("warning", { message: "" }),
  );
  assert.equal(onto(first, runStarted(["session_start", "on_task_complete"])).completionsFrom, 1);
});

Deno.test("a run without hooks for completions forgets them, so that a later one does not make up for it", () => {
  const watched = headAfter(runStarted(["on_task_complete"]));
  for (const hooks of [undefined, [], ["session_start"]] as const) {
    const passed = onto(watched, runStarted(hooks));
    assert.equal(Object.hasOwn(passed, "completionsFrom"), false);
    assert.equal(onto(passed, runStarted(["on_task_complete"])).completionsFrom, 3);
  }
});

Deno.test("a completion has had its hooks when the last of them tells so, and never goes back", () => {
  const watched = headAfter(runStarted(["on_task_complete"]));
  const hookOf = (completion?: number): NewEvent =>
    hook({ hook: "on_task_complete", task: 1, ...completion === undefined ? {} : { completion } });
  assert.equal(onto(watched, hookOf()).completionsFrom, 1);
  const first = hook({ hook: "on_task_complete", task: 1, completion: 9, more: true });
  assert.equal(onto(watched, first).completionsFrom, 1);
  assert.equal(onto(watched, hookOf(9)).completionsFrom, 9);
  assert.equal(onto(watched, hookOf(9), hookOf(7)).completionsFrom, 9);
});

Deno.test("the evidence is the gates that failed in the last judgement", () => {
  const head = headAfter(verifying(), gate(false), gate(true), gate(false), verdict(false));
  assert.deepEqual(head.evidence, [2, 4]);
  assert.deepEqual(onto(head, verifying()).evidence, []);
  assert.deepEqual(onto(head, verifying(), gate(true), verdict(true)).evidence, []);
});

Deno.test("a baseline is no evidence and no judgement: it is kept with what is known of the session", () => {
  const items = [
    verifying("baseline"),
    gate(false, "baseline"),
    verdict(false, { for: "baseline", failed: ["test"], tolerated: ["lint"] }),
  ];
  const { head, info } = fold(stamped(items));
  assert.equal(head.evidence, undefined);
  assert.equal(head.judgement, undefined);
  assert.deepEqual(info.gates, { failed: ["test", "lint"], commit: "c0ffee" });
  const judged = headAfter(verifying(), gate(false), verdict(false));
  assert.deepEqual(onto(judged, ...items).evidence, [2]);
});

Deno.test("a judgement keeps what was judged, and after which iteration", () => {
  const head = headAfter(
    event("iteration.started", { n: 1 }),
    event("iteration.started", { n: 2 }),
    verdict(false, { failed: ["test"], tolerated: ["lint"] }),
  );
  assert.deepEqual(head.judgement, {
    ...{ at: NOON, passed: false, failed: ["test"], tolerated: ["lint"], gates: "mark" },
    ...{ commit: "c0ffee", dirty: true, iteration: 2, inARow: 1 },
  });
});

Deno.test("judgements that fail are counted in a row, which a pass and a new run end", () => {
  const inARow = (...items: readonly NewEvent[]): number | undefined =>
    headAfter(...items).judgement?.inARow;
  const [fails, passes] = [verdict(false), verdict(true)];
  assert.equal(inARow(fails), 1);
  assert.equal(inARow(fails, fails, fails), 3);
  assert.equal(inARow(fails, passes), 0);
  assert.equal(inARow(fails, fails, passes, fails), 1);
  assert.equal(inARow(fails, fails, runStarted()), 0);
  assert.equal(inARow(fails, fails, runStarted(), fails), 1);
});

Deno.test("a new run keeps what the gates said, but for the count", () => {
  const before = headAfter(verdict(false));
  const after = onto(before, runStarted());
  assert.ok(before.judgement !== undefined);
  assert.deepEqual(after.judgement, { ...before.judgement, inARow: 0 });
  assert.equal(Object.hasOwn(headAfter(runStarted()), "judgement"), false);
});

Deno.test("a head that knows nothing of hooks and gates goes on as it always did", () => {
  const old: Head = { ...emptyHead(1), seq: 40, tasks: 2, iterations: 3, complete: true };
  assert.deepEqual(onto(old, runStarted()), { ...old, seq: 41, lastAt: NOON, run: "r" });
  assert.deepEqual(onto(old, delivered(9)).held, []);
  assert.deepEqual(onto(old, hook()).held, [{ seq: 41, failed: false }]);
  assert.deepEqual(onto(old, gate(false)).evidence, [41]);
  assert.equal(onto(old, verdict(false)).judgement?.inARow, 1);
  assert.equal(onto(old, hook({ completion: 5 })).completionsFrom, 5);
});

Deno.test("the store reads what is known of the session for every verdict, which may change it", () => {
  assert.equal(changesInfo({ type: "verify.ended" }), true);
  assert.equal(changesInfo({ type: "gate.ended" }), false);
});

const anyPurpose = fc.constantFrom<GatePurpose>("baseline", "judgement");
const anyItem: fc.Arbitrary<NewEvent> = fc.oneof(
  fc.record({ held: fc.boolean(), exit: fc.nat({ max: 1 }) }).map(hook),
  fc.nat({ max: 40 }).map(delivered),
  fc.nat({ max: 40 }).map((completion) => hook({ held: false, completion })),
  anyPurpose.map(verifying),
  fc.tuple(fc.boolean(), anyPurpose).map(([passed, purpose]) => gate(passed, purpose)),
  fc.tuple(fc.boolean(), anyPurpose)
    .map(([passed, purpose]) => verdict(passed, { for: purpose })),
  fc.constantFrom<readonly HookName[] | undefined>(undefined, ["on_task_complete"])
    .map(runStarted),
  fc.constant(event("warning", { message: "" })),
);
const anyLog = fc.array(anyItem, { maxLength: 40 }).map((items) => stamped(items));

Deno.test("whatever happens, what waits is what was held and not delivered, in its order", () => {
  fc.assert(fc.property(anyLog, (log) => {
    const expected = log.flatMap((item, index) => {
      if (item.type !== "hook.ended") return [];
      const data = item.data as EventData["hook.ended"];
      const isTold = log.slice(index).some((later) =>
        later.type === "hook.delivered" &&
        (later.data as EventData["hook.delivered"]).through >= item.seq
      );
      return data.held && !isTold ? [{ seq: item.seq, failed: data.exit !== 0 }] : [];
    });
    assert.deepEqual(fold(log).head.held ?? [], expected);
  }));
});

Deno.test("whatever happens, evidence and count are those since the last beginning", () => {
  fc.assert(fc.property(anyLog, (log) => {
    const { head } = fold(log);
    const isOf = (item: StoredEvent): boolean =>
      (item.data as { readonly for?: GatePurpose }).for === "judgement";
    const begun = log.findLastIndex((item) => item.type === "verify.started" && isOf(item));
    const evidence = log.slice(begun + 1).filter((item) =>
      item.type === "gate.ended" && isOf(item) && !(item.data as EventData["gate.ended"]).passed
    );
    assert.deepEqual(head.evidence ?? [], evidence.map(({ seq }) => seq));
    const ends = log.filter((item) =>
      item.type === "run.started" || (item.type === "verify.ended" && isOf(item))
    );
    const last = ends.findLastIndex((item) =>
      item.type === "run.started" || (item.data as EventData["verify.ended"]).passed
    );
    assert.equal(head.judgement?.inARow ?? 0, ends.length - 1 - last);
  }));
});

Deno.test("whatever happens, to fold a log in two parts gives what folding it at once gives", () => {
  fc.assert(fc.property(anyLog, fc.nat({ max: 40 }), (log, at) => {
    const whole = fold(log);
    const first = fold(log.slice(0, at));
    let { head, info } = first;
    for (const item of log.slice(at)) {
      const lookup = { task: () => undefined, iteration: () => undefined, info: () => info };
      const change = apply(head, item, lookup);
      head = change.head;
      info = change.info ?? info;
    }
    assert.deepEqual({ head, info }, { head: whole.head, info: whole.info });
  }));
});
