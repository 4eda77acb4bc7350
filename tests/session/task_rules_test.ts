import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_BATCH, MAX_TEXT_BYTES, type Ruling } from "../../src/session/ruling.ts";
import { completeSession } from "../../src/session/session_rules.ts";
import { sameText, TASK_STATUSES } from "../../src/session/task.ts";
import {
  addDependency,
  addTasks,
  removeDependency,
  setPriority,
  setStatus,
  type TaskDraft,
} from "../../src/session/task_rules.ts";
import { MemorySession } from "../support/memory_session.ts";
import { arbitrarySteps, rule } from "../support/steps.ts";
import { numbers } from "../support/stored.ts";

function add(session: MemorySession, ...drafts: readonly TaskDraft[]): Ruling {
  return session.run((view) => addTasks(view, drafts));
}

/** A session with tasks 1 to `count`. */
function withTasks(count: number): MemorySession {
  const session = new MemorySession();
  add(session, ...numbers(count).map((n) => ({ text: `task ${n}` })));
  return session;
}

/** Why a ruling refuses; fails when it does not. */
function why(ruling: Ruling): string {
  assert.ok(!ruling.ok, "it was granted");
  return ruling.why;
}

/** The types of the events that a ruling grants; fails when it refuses. */
function types(ruling: Ruling): readonly string[] {
  assert.ok(ruling.ok, ruling.ok ? "" : ruling.why);
  return ruling.events.map(({ type }) => type);
}

Deno.test("any sequence of commands keeps ids dense, counts right and the graph free of cycles", () => {
  fc.assert(
    fc.property(arbitrarySteps, (steps) => {
      const session = new MemorySession();
      for (const step of steps) {
        const before = session.events.length;
        const ruling = session.run(rule(step));
        if (!ruling.ok) assert.match(ruling.why, /^[^\n]+$/);
        assert.equal(session.events.length - before, ruling.ok ? ruling.events.length : 0);
      }
      const { state: { head, tasks, notes, iterations }, events } = session;
      assert.deepEqual([...tasks.keys()], numbers(head.tasks));
      assert.deepEqual([...notes.keys()], numbers(head.notes));
      assert.deepEqual([...iterations.keys()], numbers(head.iterations));
      assert.equal(head.seq, events.length);
      for (const status of TASK_STATUSES) {
        const count = [...tasks.values()].filter((task) => task.status === status).length;
        assert.equal(head.counts[status], count, status);
      }
      // Tasks whose dependencies are all gone are taken away until none is left: no cycle.
      const left = new Map([...tasks].map(([n, { dependsOn }]) => [n, new Set(dependsOn)]));
      for (let size = -1; size !== left.size;) {
        size = left.size;
        for (const [n, waits] of left) {
          if ([...waits].every((on) => !left.has(on))) left.delete(n);
        }
      }
      assert.deepEqual([...left.keys()], []);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("a session declared complete has no task that needs work, whatever has happened", () => {
  fc.assert(
    fc.property(arbitrarySteps, (steps) => {
      const session = new MemorySession();
      for (const step of steps) session.run(rule(step));
      const { complete, counts } = session.state.head;
      if (complete) assert.equal(counts.remaining + counts["in_progress"], 0);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("setStatus opens a finished session again when it unblocks a task", () => {
  for (const status of ["remaining", "in_progress"] as const) {
    const session = new MemorySession();
    add(session, { text: "a", status: "blocked" });
    session.run((view) => completeSession(view, false));
    assert.ok(session.state.head.complete);
    session.run((view) => setStatus(view, 1, status));
    assert.ok(!session.state.head.complete, status);
  }
});

Deno.test("addTasks gives what nobody says, and trims the text", () => {
  const session = new MemorySession();
  add(session, { text: "  first\n" }, { text: "second", status: "blocked", priority: 0 });
  const facts = session.view.tasks.map(({ n, text, status, priority, dependsOn }) => ({
    n,
    text,
    status,
    priority,
    dependsOn,
  }));
  assert.deepEqual(facts, [
    { n: 1, text: "first", status: "remaining", priority: 2, dependsOn: [] },
    { n: 2, text: "second", status: "blocked", priority: 0, dependsOn: [] },
  ]);
});

Deno.test("addTasks refuses the text of an open task, trimmed and without regard to case", () => {
  const session = withTasks(2);
  assert.equal(
    why(add(session, { text: " TASK 2 " })),
    'the content is the same as that of TAS-2: "TASK 2"',
  );
  assert.equal(
    why(add(session, { text: "new" }, { text: "Task 1" })),
    'the content of item 2 is the same as that of TAS-1: "Task 1"',
  );
  assert.equal(
    why(add(session, { text: "new" }, { text: "NEW" })),
    'the content of item 2 is the same as that of TAS-3: "NEW"',
  );
  assert.equal(session.state.head.tasks, 2);
});

Deno.test("addTasks takes the text of a closed task again", () => {
  const session = withTasks(2);
  session.run((view) => setStatus(view, 1, "completed"));
  session.run((view) => setStatus(view, 2, "cancelled"));
  assert.deepEqual(types(add(session, { text: "task 1" }, { text: "task 2" })), [
    "task.added",
    "task.added",
  ]);
  assert.deepEqual(types(add(session, { text: "x", status: "completed" }, { text: "x" })), [
    "task.added",
    "task.added",
  ]);
});

Deno.test("addTasks adds all of a batch or nothing, wherever the bad item is", () => {
  fc.assert(fc.property(
    fc.uniqueArray(fc.string({ minLength: 1 }), {
      minLength: 1,
      maxLength: 20,
      selector: sameText,
    }),
    fc.nat(20),
    (texts, at) => {
      const good = texts.filter((text) => text.trim() !== "").map((text) => ({ text }));
      const session = new MemorySession();
      const bad = good.toSpliced(at, 0, { text: " \n" });
      assert.match(why(add(session, ...bad)), /is empty/);
      assert.equal(session.events.length, 0);
      if (good.length > 0) assert.equal(types(add(session, ...good)).length, good.length);
    },
  ));
});

Deno.test("addTasks takes a batch of 200 and texts of 16 KiB, and refuses one more of each", () => {
  const session = new MemorySession();
  const drafts = numbers(MAX_BATCH + 1).map((n) => ({ text: `t${n}` }));
  assert.equal(why(add(session, ...drafts)), "201 tasks in one batch; at most 200 are allowed");
  assert.equal(types(add(session, ...drafts.slice(1))).length, MAX_BATCH);
  assert.equal(why(add(session)), "no task given: at least one is needed");
  assert.equal(types(add(session, { text: "x".repeat(MAX_TEXT_BYTES) })).length, 1);
  assert.equal(
    why(add(session, { text: "x".repeat(MAX_TEXT_BYTES + 1) })),
    "the content is 16385 bytes long; at most 16384 are allowed",
  );
  assert.match(why(add(session, { text: "é".repeat(MAX_TEXT_BYTES / 2 + 1) })), /16386 bytes/);
});

Deno.test("addTasks opens a finished session again", () => {
  const session = withTasks(1);
  session.run((view) => setStatus(view, 1, "completed"));
  session.run((view) => completeSession(view, false));
  assert.ok(session.state.head.complete);
  assert.deepEqual(types(add(session, { text: "more" })), ["session.reopened", "task.added"]);
  assert.ok(!session.state.head.complete);
});

Deno.test("setStatus opens a finished session again when it opens a task", () => {
  for (const status of TASK_STATUSES) {
    const session = withTasks(1);
    session.run((view) => setStatus(view, 1, "completed"));
    session.run((view) => completeSession(view, false));
    session.run((view) => setStatus(view, 1, status));
    const closed = status === "completed" || status === "cancelled";
    assert.equal(session.state.head.complete, closed, status);
  }
});

Deno.test("a command that changes nothing is granted without an event", () => {
  const session = withTasks(2);
  session.run((view) => addDependency(view, 2, 1));
  const { view } = session;
  assert.deepEqual(types(setStatus(view, 1, "remaining")), []);
  assert.deepEqual(types(setPriority(view, 1, 2)), []);
  assert.deepEqual(types(addDependency(view, 2, 1)), []);
  assert.deepEqual(types(removeDependency(view, 1, 2)), []);
  assert.deepEqual(types(removeDependency(view, 1, 99)), []);
});

Deno.test("a command on a task that is not there is refused with the ids that are", () => {
  const none = new MemorySession().view;
  assert.equal(
    why(setStatus(none, 1, "blocked")),
    "there is no task TAS-1: the session has none yet",
  );
  const { view: one } = withTasks(1);
  assert.equal(why(setPriority(one, 3, 1)), "there is no task TAS-3; there is TAS-1");
  const { view: two } = withTasks(2);
  assert.equal(why(addDependency(two, 1, 3)), "there is no task TAS-3; there are TAS-1 and TAS-2");
  assert.equal(
    why(removeDependency(two, 3, 1)),
    "there is no task TAS-3; there are TAS-1 and TAS-2",
  );
  const { view: many } = withTasks(21);
  assert.equal(
    why(setStatus(many, 22, "blocked")),
    "there is no task TAS-22; there are TAS-1 to TAS-21",
  );
});

Deno.test("addDependency names the whole cycle that it refuses", () => {
  const session = withTasks(3);
  session.run((view) => addDependency(view, 2, 1));
  session.run((view) => addDependency(view, 3, 2));
  const { view } = session;
  assert.equal(why(addDependency(view, 1, 1)), "TAS-1 cannot depend on itself");
  assert.equal(
    why(addDependency(view, 1, 3)),
    "that would be a cycle of dependencies: TAS-1 -> TAS-3 -> TAS-2 -> TAS-1",
  );
  session.run((other) => removeDependency(other, 2, 1));
  assert.deepEqual(types(addDependency(session.view, 1, 3)), ["task.depends"]);
});
