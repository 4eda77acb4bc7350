/** Every status a task can have, in the order in which lists show them. */
export const TASK_STATUSES = [
  "remaining",
  "in_progress",
  "completed",
  "blocked",
  "cancelled",
] as const;

/** One of {@linkcode TASK_STATUSES}. */
export type TaskStatus = typeof TASK_STATUSES[number];

/** Priority 0 is the most urgent, 4 the least. */
export const PRIORITIES = [0, 1, 2, 3, 4] as const;

/** One of {@linkcode PRIORITIES}. */
export type Priority = typeof PRIORITIES[number];

/** What a task gets when nobody says otherwise. */
export const DEFAULT_PRIORITY: Priority = 2;

/** A task as the fold of its events leaves it. */
export interface Task {
  readonly n: number;
  readonly text: string;
  readonly status: TaskStatus;
  readonly priority: Priority;
  /** Numbers of the tasks that must be closed first, ascending. */
  readonly dependsOn: readonly number[];
  /** ISO time of the event that added it, and of the last one that changed it. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** The iteration that touched it last; null when no iteration was running. */
  readonly iteration: number | null;
}

/** Narrows a text to a status. */
export function isTaskStatus(text: string): text is TaskStatus {
  return (TASK_STATUSES as readonly string[]).includes(text);
}

/** Narrows a number to a priority. */
export function isPriority(value: number): value is Priority {
  return (PRIORITIES as readonly number[]).includes(value);
}

/** A closed task needs no more work and satisfies whoever depends on it. */
export function isClosed(task: Pick<Task, "status">): boolean {
  return task.status === "completed" || task.status === "cancelled";
}

/** Two texts name the same work when they agree after trimming and case folding. */
export function sameText(text: string): string {
  return text.trim().toLowerCase();
}

/**
 * Whether a task is in progress by somebody who does not work on it any more: an earlier iteration, or an
 * agent that has failed in this one.
 *
 * @param iteration the iteration that is going on; null outside a run.
 * @param retriedAt since when another agent tries it again; `undefined` during its first attempt.
 */
export function isLeftBehind(
  { status, iteration: by, updatedAt }: Task,
  iteration: number | null,
  retriedAt: string | undefined,
): boolean {
  if (status !== "in_progress") return false;
  // Times are all in one format; where the clock was set back, a task is at worst offered twice.
  return by !== iteration || (retriedAt !== undefined && updatedAt <= retriedAt);
}
