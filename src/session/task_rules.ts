import { event } from "./event.ts";
import type { NewEvent } from "./event.ts";
import { formatId } from "./ids.ts";
import {
  granted,
  MAX_BATCH,
  refused,
  type Ruling,
  type SessionView,
  textProblem,
} from "./ruling.ts";
import {
  DEFAULT_PRIORITY,
  isClosed,
  isLeftBehind,
  type Priority,
  sameText,
  type Task,
  type TaskStatus,
} from "./task.ts";
import { byNumber, dependencyPath, idList } from "./task_graph.ts";

/** A task that somebody wants to add. */
export interface TaskDraft {
  readonly text: string;
  readonly status?: TaskStatus;
  readonly priority?: Priority;
}

/**
 * Adds tasks, all or none. The text of an open task is refused a second time, since a second copy
 * of the same work is how a run goes in circles. A finished session is opened again.
 */
export function addTasks(view: SessionView, drafts: readonly TaskDraft[]): Ruling {
  if (drafts.length === 0) return refused("no task given: at least one is needed");
  if (drafts.length > MAX_BATCH) {
    return refused(`${drafts.length} tasks in one batch; at most ${MAX_BATCH} are allowed`);
  }
  const taken = new Map<string, string>();
  for (const task of view.tasks) {
    if (!isClosed(task)) taken.set(sameText(task.text), formatId("TAS", task.n));
  }
  const added: NewEvent[] = [];
  for (const [index, draft] of drafts.entries()) {
    const where = drafts.length === 1 ? "the content" : `the content of item ${index + 1}`;
    const problem = textProblem(where, draft.text);
    if (problem !== undefined) return refused(problem);
    const text = draft.text.trim();
    const status = draft.status ?? "remaining";
    const twin = taken.get(sameText(text));
    if (twin !== undefined) return refused(`${where} is the same as that of ${twin}: "${text}"`);
    const n = view.head.tasks + index + 1;
    if (status !== "completed" && status !== "cancelled") {
      taken.set(sameText(text), formatId("TAS", n));
    }
    added.push(
      event("task.added", { n, text, status, priority: draft.priority ?? DEFAULT_PRIORITY }),
    );
  }
  return granted(...reopening(view, "a task was added"), ...added);
}

/** Sets a task's status; the status it already has is granted without an event. */
export function setStatus(view: SessionView, n: number, status: TaskStatus): Ruling {
  const task = find(view, n);
  if (task === undefined) return unknownTask(view, n);
  const { iteration, retriedAt } = view.head;
  // Taking over a task that was left in progress is a change: it moves owner.
  if (task.status === status && !isLeftBehind(task, iteration, retriedAt)) return granted();
  const needsWork = status === "remaining" || status === "in_progress";
  const opens = needsWork || (isClosed(task) && status === "blocked");
  return granted(
    ...(opens ? reopening(view, `${formatId("TAS", n)} was set to ${status}`) : []),
    event("task.status", { n, status }),
  );
}

/** Sets a task's priority; the one it already has is granted without an event. */
export function setPriority(view: SessionView, n: number, priority: Priority): Ruling {
  const task = find(view, n);
  if (task === undefined) return unknownTask(view, n);
  return task.priority === priority ? granted() : granted(event("task.priority", { n, priority }));
}

/** Makes a task wait for another one. The graph stays free of cycles. */
export function addDependency(view: SessionView, n: number, on: number): Ruling {
  const task = find(view, n);
  if (task === undefined) return unknownTask(view, n);
  if (find(view, on) === undefined) return unknownTask(view, on);
  if (n === on) return refused(`${formatId("TAS", n)} cannot depend on itself`);
  if (task.dependsOn.includes(on)) return granted();
  const cycle = dependencyPath(on, n, byNumber(view.tasks));
  if (cycle !== undefined) {
    const names = [n, ...cycle].map((step) => formatId("TAS", step)).join(" -> ");
    return refused(`that would be a cycle of dependencies: ${names}`);
  }
  return granted(event("task.depends", { n, on }));
}

/** Takes a dependency away; one that is not there is granted without an event. */
export function removeDependency(view: SessionView, n: number, of: number): Ruling {
  const task = find(view, n);
  if (task === undefined) return unknownTask(view, n);
  return task.dependsOn.includes(of) ? granted(event("task.independent", { n, of })) : granted();
}

function find(view: SessionView, n: number): Task | undefined {
  return view.tasks.find((task) => task.n === n);
}

function unknownTask(view: SessionView, n: number): Ruling {
  const id = formatId("TAS", n);
  const known = view.tasks.map((task) => task.n);
  if (known.length === 0) return refused(`there is no task ${id}: the session has none yet`);
  const listed = known.length > 20
    ? `${formatId("TAS", 1)} to ${formatId("TAS", view.head.tasks)}`
    : idList(known);
  return refused(`there is no task ${id}; there ${known.length === 1 ? "is" : "are"} ${listed}`);
}

function reopening(view: SessionView, why: string): readonly NewEvent[] {
  return view.head.complete ? [event("session.reopened", { why })] : [];
}
