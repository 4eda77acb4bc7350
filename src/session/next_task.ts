import { formatId } from "./ids.ts";
import { isClosed, isLeftBehind, type Task } from "./task.ts";
import { byNumber, idList, unmet } from "./task_graph.ts";

/** What to work on, or why there is nothing to work on. */
export type NextTask =
  | { readonly kind: "task"; readonly task: Task }
  | { readonly kind: "none"; readonly why: string };

/**
 * Picks the task to work on: one that was left in progress, then the ready ones by
 * priority, then by number. A task with an unmet dependency is never offered.
 *
 * @param tasks all tasks, in ascending order of their numbers.
 * @param iteration the iteration that is asking; null outside a run.
 * @param retriedAt since when another agent tries it again; `undefined` during its first attempt.
 */
export function nextTask(
  tasks: readonly Task[],
  iteration: number | null,
  retriedAt?: string,
): NextTask {
  const known = byNumber(tasks);
  const free = tasks.filter((task) => unmet(task, known).length === 0);
  const left = free.filter((task) => isLeftBehind(task, iteration, retriedAt));
  const ready = free.filter((task) => task.status === "remaining");
  const task = mostUrgent(left) ?? mostUrgent(ready);
  return task === undefined ? { kind: "none", why: whyNone(tasks) } : { kind: "task", task };
}

function mostUrgent(tasks: readonly Task[]): Task | undefined {
  return tasks.toSorted((a, b) => a.priority - b.priority || a.n - b.n)[0];
}

function whyNone(tasks: readonly Task[]): string {
  if (tasks.length === 0) return "there are no tasks yet";
  const open = tasks.filter((task) => !isClosed(task));
  if (open.length === 0) {
    return tasks.length === 1 ? "the only task is done" : `all ${tasks.length} tasks are done`;
  }
  const known = byNumber(tasks);
  return open.map((task) => whyNot(task, known)).join("; ");
}

function whyNot(task: Task, known: ReadonlyMap<number, Task>): string {
  const id = formatId("TAS", task.n);
  const waits = unmet(task, known);
  if (waits.length > 0) return `${id} waits for ${idList(waits.map((other) => other.n))}`;
  return task.status === "blocked" ? `${id} is blocked` : `${id} is in progress`;
}
