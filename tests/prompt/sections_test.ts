import assert from "node:assert/strict";
import { historySection, notesSection, tasksSection } from "../../src/prompt/sections.ts";
import type { Note, NoteType } from "../../src/session/note.ts";
import type { Iteration } from "../../src/session/state.ts";
import type { Task, TaskStatus } from "../../src/session/task.ts";
import { NO_USAGE } from "../../src/session/usage.ts";

const AT = "2026-11-20T10:00:00.000Z";

function task(n: number, status: TaskStatus, change: Partial<Task> = {}): Task {
  const text = `Write part ${n}`;
  const dates = { createdAt: AT, updatedAt: AT };
  return { n, text, status, priority: 2, dependsOn: [], iteration: null, ...dates, ...change };
}

function note(n: number, type: NoteType, text: string, iteration: number | null = 1): Note {
  return { n, type, text, createdAt: AT, iteration };
}

function iteration(n: number, change: Partial<Iteration> = {}): Iteration {
  return {
    n,
    run: "r",
    startedAt: AT,
    endedAt: AT,
    outcome: "progress",
    summary: `Did part ${n}.`,
    usage: NO_USAGE,
    state: null,
    ...change,
  };
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

Deno.test("without tasks the prompt asks for them", () => {
  assert.match(tasksSection([]), /^# Tasks\n\nThere are no tasks yet: add the tasks/);
});

Deno.test("tasks stand in groups by status, with priority, id, iteration and what they wait for", () => {
  const tasks = [
    task(1, "completed", { iteration: 2 }),
    task(2, "in_progress", { priority: 0, iteration: 3 }),
    task(3, "remaining", { dependsOn: [1, 2] }),
    task(4, "blocked"),
    task(5, "cancelled"),
    task(6, "remaining", { text: "Test {{it}}" }),
  ];
  assert.equal(
    tasksSection(tasks),
    [
      "# Tasks",
      "Remaining: 2\n" +
      "- [P2] [TAS-3] Write part 3 (depends on TAS-1 and TAS-2)\n" +
      "- [P2] [TAS-6] Test {{it}}",
      "In progress: 1\n- [P0] [TAS-2] Write part 2 [iteration #3]",
      "Completed: 1\n- [P2] [TAS-1] Write part 1 [iteration #2]",
      "Blocked: 1\n- [P2] [TAS-4] Write part 4",
      "Cancelled: 1\n- [P2] [TAS-5] Write part 5",
    ].join("\n\n"),
  );
});

Deno.test("of the tasks that are done the last ten are shown, and how many there are", () => {
  for (const status of ["completed", "cancelled"] as const) {
    const text = tasksSection(numbers(25).map((n) => task(n, status)));
    assert.match(text, /: 25 \(the last 10\)\n/);
    const shown = [...text.matchAll(/TAS-(\d+)/g)].map(([, n]) => Number(n));
    assert.deepEqual(shown, numbers(25).slice(15));
    assert.doesNotMatch(tasksSection(numbers(10).map((n) => task(n, status))), /the last/);
  }
});

Deno.test("tasks that need work are shown in full, however many", () => {
  for (const status of ["remaining", "in_progress", "blocked"] as const) {
    const text = tasksSection(numbers(60).map((n) => task(n, status)));
    assert.equal([...text.matchAll(/\[TAS-\d+\]/g)].length, 60);
    assert.match(text, /: 60\n/);
  }
});

Deno.test("without notes there is no section for them", () => {
  assert.equal(notesSection([], USUAL), "");
});

Deno.test("notes stand by type, with the iteration that wrote them", () => {
  const notes = [
    note(1, "tip", "Use make."),
    note(2, "learning", "Models validate.", 2),
    note(3, "tip", "Use {{braces}}.", null),
    note(4, "stuck", "No network."),
    note(5, "decision", "SQLite."),
  ];
  assert.equal(
    notesSection(notes, USUAL),
    [
      "# Notes",
      "Learnings:\n- [#2] Models validate.",
      "Stuck:\n- [#1] No network.",
      "Tips:\n- [#1] Use make.\n- [#0] Use {{braces}}.",
      "Decisions:\n- [#1] SQLite.",
    ].join("\n\n"),
  );
});

Deno.test("of the notes the newest 16 KiB are shown, and how many are left out", () => {
  const kib = "x".repeat(1024);
  const notes = numbers(20).map((n) => note(n, "tip", kib, n));
  const text = notesSection(notes, USUAL);
  assert.match(text, /\n\n\(4 older: `iteratr tool note-list`\)$/);
  const shown = [...text.matchAll(/\[#(\d+)\]/g)].map(([, n]) => Number(n));
  assert.deepEqual(shown, numbers(20).slice(4));
  assert.doesNotMatch(notesSection(notes.slice(4), USUAL), /older/);
});

Deno.test("the size of a note is that of its bytes", () => {
  const notes = numbers(20).map((n) => note(n, "tip", "日".repeat(1024), n));
  assert.match(notesSection(notes, USUAL), /\(15 older/);
});

Deno.test("how many notes and summaries are shown can be set", () => {
  const limits = { notesBytes: 3, history: 1 };
  const notes = [note(1, "tip", "a"), note(2, "tip", "bb"), note(3, "tip", "c")];
  assert.match(notesSection(notes, limits), /Tips:\n- \[#1\] bb\n- \[#1\] c\n\n\(1 older/);
  const history = historySection([iteration(1), iteration(2)], NOW, limits);
  assert.match(history, /#2/);
  assert.doesNotMatch(history, /#1/);
});

Deno.test("a note of the largest size allowed is shown", () => {
  const text = "x".repeat(16 * 1024);
  assert.ok(notesSection([note(1, "tip", "old"), note(2, "stuck", text)], USUAL).includes(text));
});

const USUAL = { notesBytes: 16 * 1024, history: 5 };
const NOW = new Date(AT);

function ago(ms: number): string {
  return new Date(NOW.getTime() - ms).toISOString();
}

Deno.test("without summaries there is no history", () => {
  assert.equal(historySection([], NOW, USUAL), "");
  assert.equal(historySection([iteration(1, { summary: null })], NOW, USUAL), "");
});

Deno.test("the history is the last five summaries, iterations without one left out", () => {
  const iterations = numbers(9).map((n) => iteration(n, n % 4 === 0 ? { summary: null } : {}));
  assert.equal(
    historySection(iterations, NOW, USUAL),
    "# Recent iterations\n\n" +
      [3, 5, 6, 7, 9].map((n) => `- #${n} (just now): Did part ${n}.`).join("\n"),
  );
});

Deno.test("the time of an iteration is told as a person would, from the moment that is given", () => {
  const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];
  const cases: readonly (readonly [number, string])[] = [
    [0, "just now"],
    [minute - second, "just now"],
    [minute, "1 min ago"],
    [hour - second, "59 min ago"],
    [hour, "1 h ago"],
    [day - second, "23 h ago"],
    [day, "1 day ago"],
    [2 * day - second, "1 day ago"],
    [9 * day, "9 days ago"],
    // The clock may have been set back since.
    [-hour, "just now"],
  ];
  for (const [ms, words] of cases) {
    const text = historySection([iteration(1, { endedAt: ago(ms) })], NOW, USUAL);
    assert.ok(text.includes(`- #1 (${words}): `), text);
  }
  const open = historySection([iteration(1, { startedAt: ago(hour), endedAt: null })], NOW, USUAL);
  assert.ok(open.includes("(1 h ago)"));
});
