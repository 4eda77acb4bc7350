import assert from "node:assert/strict";
import fc from "fast-check";
import { nextTask } from "../../src/session/next_task.ts";
import { isClosed, type Task } from "../../src/session/task.ts";
import { addDependency, addTasks, setPriority, setStatus } from "../../src/session/task_rules.ts";
import { event } from "../../src/session/event.ts";
import { granted } from "../../src/session/ruling.ts";
import { MemorySession } from "../support/memory_session.ts";
import { arbitrarySteps, rule } from "../support/steps.ts";

/** A session with tasks 1 to `count`. */
function withTasks(count: number): MemorySession {
  const session = new MemorySession();
  const drafts = Array.from({ length: count }, (_, index) => ({ text: `task ${index + 1}` }));
  session.run((view) => addTasks(view, drafts));
  return session;
}

/** The number of the task on offer, or why there is none. */
function offer({ view }: MemorySession): number | string {
  const next = nextTask(view.tasks, view.head.iteration);
  return next.kind === "task" ? next.task.n : next.why;
}

function begin(session: MemorySession): void {
  session.run(({ head }) => granted(event("iteration.started", { n: head.iterations + 1 })));
}

Deno.test("nextTask offers a task with no unmet dependency, whatever has happened", () => {
  fc.assert(
    fc.property(arbitrarySteps, (steps) => {
      const session = new MemorySession();
      for (const step of steps) {
        session.run(rule(step));
        const { view: { head, tasks } } = session;
        const next = nextTask(tasks, head.iteration);
        if (next.kind === "none") continue;
        const { status, dependsOn, iteration } = next.task;
        assert.ok(status === "remaining" || status === "in_progress");
        if (status === "in_progress") assert.notEqual(iteration, head.iteration);
        for (const n of dependsOn) {
          const dependency = tasks.find((task) => task.n === n);
          assert.ok(dependency !== undefined && isClosed(dependency), `TAS-${n} is open`);
        }
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("nextTask offers something whenever a task is ready, and the most urgent of its kind", () => {
  fc.assert(
    fc.property(arbitrarySteps, (steps) => {
      const session = new MemorySession();
      for (const step of steps) session.run(rule(step));
      const { view: { head, tasks } } = session;
      const closed = new Set(tasks.filter(isClosed).map(({ n }) => n));
      const free = tasks.filter((task) => task.dependsOn.every((n) => closed.has(n)));
      const left = free.filter((task) =>
        task.status === "in_progress" && task.iteration !== head.iteration
      );
      const ready = free.filter(({ status }) => status === "remaining");
      const next = nextTask(tasks, head.iteration);
      const candidates = left.length > 0 ? left : ready;
      assert.equal(next.kind, candidates.length > 0 ? "task" : "none");
      if (next.kind === "none") return;
      const rank = (task: Task): number => task.priority * 1e6 + task.n;
      assert.equal(rank(next.task), Math.min(...candidates.map(rank)));
    }),
    { numRuns: 500 },
  );
});

Deno.test("nextTask says of every open task why it is not on offer", () => {
  fc.assert(
    fc.property(arbitrarySteps, (steps) => {
      const session = new MemorySession();
      for (const step of steps) session.run(rule(step));
      const { view: { head, tasks } } = session;
      const next = nextTask(tasks, head.iteration);
      if (next.kind === "task") return;
      assert.ok(!next.why.includes("\n"));
      for (const { n } of tasks.filter((task) => !isClosed(task))) {
        assert.match(next.why, new RegExp(`\\bTAS-${n} (is|waits)\\b`));
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("nextTask goes by priority, then by number", () => {
  const session = withTasks(4);
  assert.equal(offer(session), 1);
  session.run((view) => setPriority(view, 3, 0));
  session.run((view) => setPriority(view, 4, 0));
  assert.equal(offer(session), 3);
});

Deno.test("nextTask offers what an earlier iteration left in progress before anything more urgent", () => {
  const session = withTasks(3);
  begin(session);
  session.run((view) => setStatus(view, 2, "in_progress"));
  assert.equal(offer(session), 1, "it is the iteration's own");
  begin(session);
  session.run((view) => setPriority(view, 1, 0));
  assert.equal(offer(session), 2);
  session.run((view) => setStatus(view, 2, "in_progress"));
  assert.equal(offer(session), 1, "it has been taken over");
});

Deno.test("nextTask says why there is nothing to do", () => {
  assert.equal(offer(new MemorySession()), "there are no tasks yet");
  const session = withTasks(1);
  session.run((view) => setStatus(view, 1, "completed"));
  assert.equal(offer(session), "the only task is done");
  session.run((view) => addTasks(view, [{ text: "b", status: "blocked" }, { text: "c" }]));
  session.run((view) => addDependency(view, 3, 2));
  assert.equal(offer(session), "TAS-2 is blocked; TAS-3 waits for TAS-2");
  session.run((view) => setStatus(view, 2, "in_progress"));
  assert.equal(offer(session), "TAS-2 is in progress; TAS-3 waits for TAS-2");
  session.run((view) => setStatus(view, 2, "cancelled"));
  session.run((view) => setStatus(view, 3, "cancelled"));
  assert.equal(offer(session), "all 3 tasks are done");
});

Deno.test("a task that a failed attempt has left in progress is offered to the next attempt", () => {
  const session = withTasks(2);
  begin(session);
  session.run((view) => setStatus(view, 1, "in_progress"));
  const { tasks, head } = session.view;
  assert.equal(head.retriedAt, undefined);
  assert.equal(offer(session), 2, "the agent that works on it is offered another one");
  session.run(() =>
    granted(event("retry.scheduled", { attempt: 1, max: 3, delayMs: 0, error: "it crashed" }))
  );
  const { retriedAt } = session.view.head;
  const again = nextTask(tasks, 1, retriedAt);
  assert.equal(again.kind === "task" && again.task.n, 1);
  const taken = session.run((view) => setStatus(view, 1, "in_progress"));
  assert.deepEqual(
    taken.ok && taken.events.map(({ type }) => type),
    ["task.status"],
    "taking it over is a change",
  );
  const later = tasks.map((task) => ({ ...task, updatedAt: "2026-01-02T12:00:00.001Z" }));
  const other = nextTask(later, 1, retriedAt);
  assert.equal(other.kind === "task" && other.task.n, 2, "what was taken over is not left");
  begin(session);
  assert.equal(session.view.head.retriedAt, undefined);
});
