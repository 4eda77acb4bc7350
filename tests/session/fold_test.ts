import assert from "node:assert/strict";
import fc from "fast-check";
import { EVENT_VERSION, type NewEvent, type StoredEvent } from "../../src/session/event.ts";
import { apply, changedIteration, changedTask, fold } from "../../src/session/fold.ts";
import { NOTE_TYPES } from "../../src/session/note.ts";
import type { SessionState } from "../../src/session/state.ts";
import { PRIORITIES, TASK_STATUSES } from "../../src/session/task.ts";
import { NO_USAGE } from "../../src/session/usage.ts";
import { MemorySession, NOON } from "../support/memory_session.ts";
import { arbitrarySteps, rule } from "../support/steps.ts";

const n = fc.integer({ min: -1, max: 12 });
const status = fc.constantFrom(...TASK_STATUSES);
const priority = fc.constantFrom(...PRIORITIES);

/** Events that are well formed, about tasks, notes and iterations that may or may not be there. */
const known: fc.Arbitrary<NewEvent> = fc.oneof(
  fc.record({
    type: fc.constant("task.added" as const),
    data: fc.record({ n, text: fc.string(), status, priority }),
  }),
  fc.record({ type: fc.constant("task.status" as const), data: fc.record({ n, status }) }),
  fc.record({ type: fc.constant("task.priority" as const), data: fc.record({ n, priority }) }),
  fc.record({ type: fc.constant("task.depends" as const), data: fc.record({ n, on: n }) }),
  fc.record({ type: fc.constant("task.independent" as const), data: fc.record({ n, of: n }) }),
  fc.record({
    type: fc.constant("note.added" as const),
    data: fc.record({ n, type: fc.constantFrom(...NOTE_TYPES), text: fc.string() }),
  }),
  fc.record({ type: fc.constant("iteration.started" as const), data: fc.record({ n }) }),
  fc.record({
    type: fc.constant("iteration.ended" as const),
    data: fc.record({
      n,
      outcome: fc.constant("idle" as const),
      stop: fc.string(),
      ms: fc.nat(),
      usage: fc.nat().map((inputTokens) => ({ ...NO_USAGE, inputTokens })),
      state: fc.constant(null),
    }),
  }),
  fc.record({
    type: fc.constant("iteration.summary" as const),
    data: fc.record({ n, text: fc.string() }),
  }),
  fc.constant<NewEvent>({ type: "session.completed", data: { assumed: false } }),
  fc.constant<NewEvent>({ type: "session.reopened", data: { why: "" } }),
  fc.constant<NewEvent>({ type: "warning", data: { message: "" } }),
);

/** Events of a later version: anything at all in them. */
const unknown = fc.record({
  type: fc.oneof(
    fc.string(),
    fc.constantFrom("constructor", "__proto__", "toString", "task.deleted"),
  ),
  data: fc.anything(),
});

function stamped(
  items: fc.Arbitrary<{ type: string; data: unknown }>,
  version: fc.Arbitrary<number>,
): fc.Arbitrary<readonly StoredEvent[]> {
  return fc.array(
    fc.record({
      item: items,
      v: version,
      iteration: fc.option(fc.nat(9)),
      run: fc.option(fc.string()),
    }),
    { maxLength: 30 },
  ).map((list) =>
    list.map(({ item, ...stamp }, index) => ({
      ...stamp,
      ...item,
      seq: index + 1,
      at: NOON,
      actor: "agent" as const,
    }))
  );
}

const garbage = stamped(fc.oneof(known, unknown), fc.constantFrom(1, 1, 1, 2, 0));
const foreign = fc.oneof(
  stamped(unknown, fc.constant(EVENT_VERSION)),
  stamped(fc.oneof(known, unknown), fc.constant(EVENT_VERSION + 1)),
);

/** Goes on with a state, one event after the other, as the store does with its views. */
function goOn(state: SessionState, events: readonly StoredEvent[]): SessionState {
  let { head, info } = state;
  const tasks = new Map(state.tasks);
  const notes = new Map(state.notes);
  const iterations = new Map(state.iterations);
  for (const event of events) {
    const change = apply(head, event, {
      task: (number) => tasks.get(number),
      iteration: (number) => iterations.get(number),
      info: () => info,
    });
    head = change.head;
    info = change.info ?? info;
    if (change.task !== undefined) tasks.set(change.task.n, change.task);
    if (change.note !== undefined) notes.set(change.note.n, change.note);
    if (change.iteration !== undefined) iterations.set(change.iteration.n, change.iteration);
  }
  return { head, info, tasks, notes, iterations };
}

Deno.test("fold takes any log: unknown types, other versions, things that are not there", () => {
  fc.assert(
    fc.property(garbage, (events) => {
      const { head } = fold(events);
      assert.equal(head.seq, events.length);
      assert.equal(head.lastAt, events.length === 0 ? "" : NOON);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("fold passes over events of unknown types and of other versions", () => {
  fc.assert(
    fc.property(foreign, (events) => {
      const { head: { seq, lastAt }, ...rest } = fold(events);
      const empty = fold([]);
      assert.deepEqual({ head: { ...empty.head, seq, lastAt }, ...rest }, {
        ...empty,
        head: { ...empty.head, seq: events.length, lastAt },
      });
      for (const event of events) {
        assert.deepEqual([changedTask(event), changedIteration(event)], [undefined, undefined]);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("fold of a prefix, and then of the rest, is the fold of the whole", () => {
  fc.assert(
    fc.property(garbage, fc.nat(30), (events, cut) => {
      assert.deepEqual(goOn(fold(events.slice(0, cut)), events.slice(cut)), fold(events));
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(arbitrarySteps, fc.nat(80), (steps, cut) => {
      const session = new MemorySession();
      for (const step of steps) session.run(rule(step));
      const { events, state } = session;
      assert.deepEqual(goOn(fold(events.slice(0, cut)), events.slice(cut)), state);
    }),
    { numRuns: 300 },
  );
});

Deno.test("fold leaves what it is given as it is", () => {
  fc.assert(fc.property(stamped(known, fc.constant(EVENT_VERSION)), (events) => {
    assert.equal(fold(frozen(events)).head.seq, events.length);
  }));
});

/** The same, so that whoever changes it fails. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

Deno.test("fold changes nothing but the head when the task or iteration is not there", () => {
  const about: readonly NewEvent[] = [
    { type: "task.status", data: { n: 7, status: "completed" } },
    { type: "task.priority", data: { n: 7, priority: 0 } },
    { type: "task.depends", data: { n: 7, on: 1 } },
    { type: "task.independent", data: { n: 7, of: 1 } },
    { type: "iteration.summary", data: { n: 7, text: "x" } },
  ];
  const events = about.map((item, index): StoredEvent => ({
    v: EVENT_VERSION,
    seq: index + 1,
    at: NOON,
    run: null,
    iteration: null,
    actor: "user",
    ...item,
  }));
  const empty = fold([]);
  assert.deepEqual(fold(events), {
    ...empty,
    head: { ...empty.head, seq: events.length, lastAt: NOON },
  });
});

Deno.test("fold adds up what iterations spend, and remembers which run and iteration go on", () => {
  const session = new MemorySession();
  session.run(rule({ kind: "begin" }));
  assert.equal(session.state.head.iteration, 1);
  session.run(rule({ kind: "end", outcome: "progress", tokens: 5 }));
  session.run(rule({ kind: "begin" }));
  session.run(rule({ kind: "end", outcome: "idle", tokens: 7 }));
  const { head, iterations } = session.state;
  assert.deepEqual([head.iteration, head.iterations, head.usage.inputTokens], [null, 2, 12]);
  assert.deepEqual([...iterations.values()].map(({ outcome }) => outcome), ["progress", "idle"]);
});
