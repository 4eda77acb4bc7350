import type { EventOf, SessionEvent } from "./event.ts";
import type { TaskEvents } from "./events/task_events.ts";
import type { Head } from "./state.ts";
import type { Task, TaskStatus } from "./task.ts";

/** An event that makes or changes a task. */
export type TaskEvent = EventOf<Exclude<keyof TaskEvents, "note.added">>;

/** What it makes of the session: an event about a task that is not there changes nothing. */
export interface TaskChange {
  readonly head: Head;
  readonly task?: Task;
}

/** Applies an event about a task. */
export function applyTask(
  head: Head,
  event: TaskEvent,
  lookup: { task(n: number): Task | undefined },
): TaskChange {
  switch (event.type) {
    case "task.added":
      return addTask(head, event);
    case "task.status": {
      const task = lookup.task(event.data.n);
      if (task === undefined) return { head };
      const { status } = event.data;
      return { head: recount(head, task.status, status), task: touch(task, event, { status }) };
    }
    case "task.priority": {
      const task = lookup.task(event.data.n);
      const { priority } = event.data;
      return task === undefined ? { head } : { head, task: touch(task, event, { priority }) };
    }
    case "task.depends": {
      const task = lookup.task(event.data.n);
      if (task === undefined) return { head };
      const dependsOn = [...new Set([...task.dependsOn, event.data.on])].sort((a, b) => a - b);
      return { head, task: touch(task, event, { dependsOn }) };
    }
    case "task.independent": {
      const task = lookup.task(event.data.n);
      if (task === undefined) return { head };
      const { of } = event.data;
      return {
        head,
        task: touch(task, event, { dependsOn: task.dependsOn.filter((n) => n !== of) }),
      };
    }
  }
}

function addTask(head: Head, event: EventOf<"task.added">): TaskChange {
  const { n, text, status, priority } = event.data;
  const counts = { ...head.counts, [status]: head.counts[status] + 1 };
  return {
    head: { ...head, tasks: Math.max(head.tasks, n), counts },
    task: {
      n,
      text,
      status,
      priority,
      dependsOn: [],
      createdAt: event.at,
      updatedAt: event.at,
      iteration: event.iteration,
    },
  };
}

function recount(head: Head, from: TaskStatus, to: TaskStatus): Head {
  if (from === to) return head;
  const counts = {
    ...head.counts,
    [from]: head.counts[from] - 1,
    [to]: head.counts[to] + 1,
  };
  return { ...head, counts };
}

function touch(task: Task, event: SessionEvent, change: Partial<Task>): Task {
  return { ...task, ...change, updatedAt: event.at, iteration: event.iteration };
}
