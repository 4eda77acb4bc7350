import fc from "fast-check";
import { event, type Outcome } from "../../src/session/event.ts";
import { NOTE_TYPES, type NoteType } from "../../src/session/note.ts";
import { granted, refused, type Ruling, type SessionView } from "../../src/session/ruling.ts";
import { addNote, completeSession, summarize } from "../../src/session/session_rules.ts";
import {
  PRIORITIES,
  type Priority,
  TASK_STATUSES,
  type TaskStatus,
} from "../../src/session/task.ts";
import {
  addDependency,
  addTasks,
  removeDependency,
  setPriority,
  setStatus,
  type TaskDraft,
} from "../../src/session/task_rules.ts";
import { NO_USAGE } from "../../src/session/usage.ts";

/** One thing that somebody asks of a session. */
export type Step =
  | { readonly kind: "add"; readonly drafts: readonly TaskDraft[] }
  | { readonly kind: "status"; readonly n: number; readonly status: TaskStatus }
  | { readonly kind: "settle"; readonly status: TaskStatus }
  | { readonly kind: "priority"; readonly n: number; readonly priority: Priority }
  | { readonly kind: "depends"; readonly n: number; readonly on: number }
  | { readonly kind: "independent"; readonly n: number; readonly on: number }
  | { readonly kind: "note"; readonly type: NoteType; readonly text: string }
  | { readonly kind: "summary"; readonly text: string }
  | { readonly kind: "begin" }
  | { readonly kind: "end"; readonly outcome: Outcome; readonly tokens: number }
  | { readonly kind: "complete" };

/** What the rules say to a step. */
export function rule(step: Step): (view: SessionView) => Ruling {
  switch (step.kind) {
    case "add":
      return (view) => addTasks(view, step.drafts);
    case "status":
      return (view) => setStatus(view, step.n, step.status);
    case "settle":
      return (view) => settle(view, step.status);
    case "priority":
      return (view) => setPriority(view, step.n, step.priority);
    case "depends":
      return (view) => addDependency(view, step.n, step.on);
    case "independent":
      return (view) => removeDependency(view, step.n, step.on);
    case "note":
      return (view) => addNote(view, step.type, step.text);
    case "summary":
      return (view) => summarize(view, step.text);
    case "begin":
      return ({ head }) => granted(event("iteration.started", { n: head.iterations + 1 }));
    case "end":
      return (view) => endIteration(view, step.outcome, step.tokens);
    case "complete":
      return (view) => completeSession(view, false);
  }
}

/** Goes for the first task that needs work: without it, hardly any session would ever be done. */
function settle(view: SessionView, status: TaskStatus): Ruling {
  const open = view.tasks.find((task) =>
    task.status === "remaining" || task.status === "in_progress"
  );
  return open === undefined ? refused("nothing needs work") : setStatus(view, open.n, status);
}

function endIteration({ head }: SessionView, outcome: Outcome, tokens: number): Ruling {
  if (head.iteration === null) return refused("no iteration is going on");
  return granted(event("iteration.ended", {
    n: head.iteration,
    outcome,
    stop: "end_turn",
    ms: 1,
    usage: { ...NO_USAGE, inputTokens: tokens },
    state: { work: `w${tokens}`, tasks: "t" },
  }));
}

/** Few numbers, so that they often name a task that is there, and sometimes one that is not. */
const n = fc.integer({ min: 1, max: 7 });

/** Few texts, so that the same work is often named twice; the empty one is refused. */
const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("build", " Build", "BUILD ", "test", "ship", "write") },
  { weight: 20, arbitrary: fc.string({ minLength: 4, maxLength: 12, unit: "grapheme" }) },
  { weight: 1, arbitrary: fc.constant(" ") },
);
const status = fc.constantFrom(...TASK_STATUSES);
const priority = fc.constantFrom(...PRIORITIES);
const type = fc.constantFrom(...NOTE_TYPES);
const outcome = fc.constantFrom<Outcome>("progress", "idle", "failed", "interrupted");
const draft: fc.Arbitrary<TaskDraft> = fc.record(
  { text, status, priority },
  { requiredKeys: ["text"] },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("add" as const),
      drafts: fc.array(draft, { maxLength: 4, size: "max" }),
    }),
  },
  { weight: 7, arbitrary: fc.record({ kind: fc.constant("status" as const), n, status }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("settle" as const),
      status: fc.constantFrom<TaskStatus>("completed", "cancelled", "blocked"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("priority" as const), n, priority }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant("depends" as const), n, on: n }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("independent" as const), n, on: n }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("note" as const), type, text }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("summary" as const), text }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: "begin" }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("end" as const), outcome, tokens: fc.nat(1000) }),
  },
  { weight: 4, arbitrary: fc.constant<Step>({ kind: "complete" }) },
);

/** Anything that people and agents may ask for, one after the other. */
export const arbitrarySteps: fc.Arbitrary<readonly Step[]> = fc.array(step, {
  maxLength: 60,
  size: "max",
});
