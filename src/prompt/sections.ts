import { formatId } from "../session/ids.ts";
import { type Note, NOTE_TYPES } from "../session/note.ts";
import type { Iteration } from "../session/state.ts";
import { isClosed, type Task, TASK_STATUSES, type TaskStatus } from "../session/task.ts";
import { idList } from "../session/task_graph.ts";

const DONE_SHOWN = 10;

/** How much of what grows with a session goes into a prompt. */
export interface PromptLimits {
  /** UTF-8 bytes of notes, the newest first. */
  readonly notesBytes: number;
  /** Iterations with a summary, the last ones. */
  readonly history: number;
}

const TASK_TITLES: Readonly<Record<TaskStatus, string>> = {
  "in_progress": "In progress",
  remaining: "Remaining",
  completed: "Completed",
  blocked: "Blocked",
  cancelled: "Cancelled",
};

/** The tasks by status, open ones in full, of the closed ones the last few. */
export function tasksSection(tasks: readonly Task[]): string {
  if (tasks.length === 0) {
    return "# Tasks\n\nThere are no tasks yet: add the tasks of the spec before you start working.";
  }
  const groups = TASK_STATUSES.flatMap((status) => {
    const members = tasks.filter((task) => task.status === status);
    if (members.length === 0) return [];
    const isDone = members.every(isClosed);
    const shown = isDone ? members.slice(-DONE_SHOWN) : members;
    const count = shown.length < members.length ? ` (the last ${DONE_SHOWN})` : "";
    const title = `${TASK_TITLES[status]}: ${members.length}${count}`;
    return [[title, ...shown.map(taskLine)].join("\n")];
  });
  return ["# Tasks", ...groups].join("\n\n");
}

function taskLine(task: Task): string {
  const touched = task.iteration === null ? "" : ` [iteration #${task.iteration}]`;
  const waits = task.dependsOn.length === 0 ? "" : ` (depends on ${idList(task.dependsOn)})`;
  return `- [P${task.priority}] [${formatId("TAS", task.n)}] ${task.text}${touched}${waits}`;
}

const NOTE_TITLES = {
  learning: "Learnings",
  stuck: "Stuck",
  tip: "Tips",
  decision: "Decisions",
} as const;

/** The newest notes, as many as fit, by type; empty when there are none. */
export function notesSection(
  notes: readonly Note[],
  { notesBytes }: PromptLimits,
): string {
  const kept = newest(notes, notesBytes);
  if (kept.length === 0) return "";
  const groups = NOTE_TYPES.flatMap((type) => {
    const lines = kept.filter((note) => note.type === type)
      .map((note) => `- [#${note.iteration ?? 0}] ${note.text}`);
    return lines.length === 0 ? [] : [[`${NOTE_TITLES[type]}:`, ...lines].join("\n")];
  });
  const left = notes.length - kept.length;
  const more = left === 0 ? [] : [`(${left} older: \`iteratr tool note-list\`)`];
  return ["# Notes", ...groups, ...more].join("\n\n");
}

function newest(notes: readonly Note[], limit: number): readonly Note[] {
  const encoder = new TextEncoder();
  let bytes = 0;
  const first = notes.findLastIndex((note) => {
    bytes += encoder.encode(note.text).length;
    return bytes > limit;
  });
  return notes.slice(first + 1);
}

/** What the last iterations say they did; empty when none has said anything. */
export function historySection(
  iterations: readonly Iteration[],
  now: Date,
  { history }: PromptLimits,
): string {
  const lines = iterations
    .filter((iteration) => iteration.summary !== null)
    .slice(history === 0 ? Infinity : -history)
    .map(({ n, endedAt, startedAt, summary }) =>
      `- #${n} (${timeAgo(new Date(endedAt ?? startedAt), now)}): ${summary}`
    );
  return lines.length === 0 ? "" : ["# Recent iterations", lines.join("\n")].join("\n\n");
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function timeAgo(then: Date, now: Date): string {
  const ms = now.getTime() - then.getTime();
  if (ms < MINUTE) return "just now";
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ago`;
  const days = Math.floor(ms / DAY);
  return days === 1 ? "1 day ago" : `${days} days ago`;
}
