import assert from "node:assert/strict";
import fc from "fast-check";
import { event } from "../../src/session/event.ts";
import { granted, MAX_TEXT_BYTES, type Ruling } from "../../src/session/ruling.ts";
import { addNote, completeSession, summarize } from "../../src/session/session_rules.ts";
import { TASK_STATUSES, type TaskStatus } from "../../src/session/task.ts";
import { addTasks } from "../../src/session/task_rules.ts";
import { MemorySession } from "../support/memory_session.ts";
import { arbitrarySteps, rule } from "../support/steps.ts";

function withTasks(...statuses: readonly TaskStatus[]): MemorySession {
  const session = new MemorySession();
  session.run((view) =>
    addTasks(view, statuses.map((status, index) => ({ text: `task ${index}`, status })))
  );
  return session;
}

function complete(session: MemorySession, assumed = false): Ruling {
  return session.run((view) => completeSession(view, assumed));
}

function why(ruling: Ruling): string {
  assert.ok(!ruling.ok, "it was granted");
  return ruling.why;
}

Deno.test("completeSession is refused exactly when there is no task or one that needs work", () => {
  fc.assert(
    fc.property(arbitrarySteps, (steps) => {
      const session = new MemorySession();
      for (const step of steps) {
        session.run(rule(step));
        const { head, tasks } = session.view;
        const open = tasks.filter(({ status }) =>
          status === "remaining" || status === "in_progress"
        );
        const ruling = completeSession(session.view, false);
        assert.equal(ruling.ok, tasks.length > 0 && open.length === 0);
        if (ruling.ok) assert.equal(ruling.events.length, head.complete ? 0 : 1);
        else for (const { n } of open) assert.match(ruling.why, new RegExp(`\\bTAS-${n}\\b`));
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("completeSession says what is missing", () => {
  assert.equal(
    why(complete(new MemorySession())),
    "the session has no tasks yet: add the tasks of the spec first",
  );
  assert.equal(
    why(complete(withTasks("completed", "in_progress"))),
    "the session is not done: TAS-2 is in_progress",
  );
  assert.equal(
    why(complete(withTasks("remaining", "blocked", "in_progress"))),
    "the session is not done: TAS-1 and TAS-3 are remaining or in progress",
  );
});

Deno.test("completeSession accepts blocked tasks, and notes whether the loop assumed it", () => {
  const session = withTasks("blocked", "completed", "cancelled");
  assert.deepEqual(complete(session, true), granted(event("session.completed", { assumed: true })));
  assert.ok(session.state.head.complete);
  assert.deepEqual(complete(session), granted());
});

Deno.test("addNote numbers notes from 1 and trims their text", () => {
  const session = new MemorySession();
  session.run((view) => addNote(view, "tip", " one\n"));
  session.run((view) => addNote(view, "stuck", "two"));
  const notes = [...session.state.notes.values()].map(({ n, type, text }) => [n, type, text]);
  assert.deepEqual(notes, [[1, "tip", "one"], [2, "stuck", "two"]]);
});

Deno.test("addNote and summarize refuse a text that is empty or too long", () => {
  const session = withTasks(...TASK_STATUSES);
  session.run(() => granted(event("iteration.started", { n: 1 })));
  const long = "x".repeat(MAX_TEXT_BYTES + 1);
  const { view } = session;
  assert.match(why(addNote(view, "tip", "\t")), /^the content is empty/);
  assert.match(why(addNote(view, "tip", long)), /^the content is 16385 bytes long/);
  assert.match(why(summarize(view, "")), /^the summary is empty/);
  assert.match(why(summarize(view, long)), /^the summary is 16385 bytes long/);
  assert.ok(addNote(view, "tip", long.slice(1)).ok && summarize(view, long.slice(1)).ok);
});

Deno.test("summarize goes to the iteration that is going on, else to the last one", () => {
  const session = new MemorySession();
  const say = (text: string): Ruling => session.run((view) => summarize(view, text));
  const summaries = (): readonly (string | null)[] =>
    [...session.state.iterations.values()].map(({ summary }) => summary);
  assert.match(why(say("early")), /^there is no iteration to summarize/);
  session.run(rule({ kind: "begin" }));
  say("one");
  session.run(rule({ kind: "end", outcome: "idle", tokens: 0 }));
  assert.deepEqual(summaries(), ["one"]);
  say("better");
  session.run(rule({ kind: "begin" }));
  say("two");
  assert.deepEqual(summaries(), ["better", "two"]);
});
