import { formatId } from "../../session/ids.ts";
import { nextTask } from "../../session/next_task.ts";
import { type Task, TASK_STATUSES, type TaskStatus } from "../../session/task.ts";
import {
  addDependency,
  addTasks,
  removeDependency,
  setPriority,
  setStatus,
  type TaskDraft,
} from "../../session/task_rules.ts";
import { idList } from "../../session/task_graph.ts";
import { execute, view } from "./execute.ts";
import type { Answer, Subcommand, ToolContext } from "./subcommand.ts";
import { readDrafts, readId, readPriority, readStatus } from "./values.ts";

const ID = {
  name: "id",
  value: "TAS-n",
  help: "the task, as TAS-3, tas-3 or 3",
  required: true,
} as const;
const STATUS = {
  name: "status",
  value: "status",
  help: TASK_STATUSES.join(", "),
  words: TASK_STATUSES,
} as const;
const PRIORITY = {
  name: "priority",
  value: "0-4",
  help: "0 is the most urgent",
  words: ["0", "1", "2", "3", "4"],
} as const;

/** `task-add`: adds one task. */
export const taskAdd: Subcommand = {
  name: "task-add",
  help: "Add a task",
  creates: true,
  flags: [
    { name: "content", value: "text", help: "what is to be done; - reads stdin", required: true },
    { ...STATUS, help: `${STATUS.help} (default remaining)` },
    { ...PRIORITY, help: `${PRIORITY.help} (default 2)` },
  ],
  run: async (context) => {
    const status = context.flags.get("status");
    const priority = context.flags.get("priority");
    const draft: TaskDraft = {
      text: await context.text("content"),
      ...(status === undefined ? {} : { status: readStatus("--status", status) }),
      ...(priority === undefined ? {} : { priority: readPriority("--priority", priority) }),
    };
    const [added] = await add(context, [draft]);
    return { words: JSON.stringify(added), json: added };
  },
};

/** `task-batch-add`: adds several tasks, all or none. */
export const taskBatchAdd: Subcommand = {
  name: "task-batch-add",
  help: "Add several tasks, all or none",
  creates: true,
  flags: [{
    name: "tasks",
    value: "json",
    help: 'an array like [{"content":"...","priority":2}]; - reads stdin',
    required: true,
  }],
  run: async (context) => {
    const added = await add(context, readDrafts(await context.text("tasks")));
    return { words: JSON.stringify(added), json: added };
  },
};

async function add(
  context: ToolContext,
  drafts: readonly TaskDraft[],
): Promise<readonly TaskJson[]> {
  const { events } = await execute(
    context,
    { create: true, tasks: true },
    (session) => addTasks(session, drafts),
  );
  return events.flatMap((event) =>
    event.type === "task.added" ? [toJson({ ...event.data, dependsOn: [] })] : []
  );
}

/** `task-status`: sets where a task stands. */
export const taskStatus: Subcommand = {
  name: "task-status",
  help: "Set a task's status",
  creates: false,
  flags: [ID, { ...STATUS, required: true }],
  run: async (context) => {
    const n = readId("--id", "TAS", context.flags.get("id") ?? "");
    const status = readStatus("--status", context.flags.get("status") ?? "");
    await execute(
      context,
      { create: false, tasks: true },
      (session) => setStatus(session, n, status),
    );
    const id = formatId("TAS", n);
    return { words: `OK ${id} ${status}`, json: { id, status } };
  },
};

/** `task-priority`: sets how urgent a task is. */
export const taskPriority: Subcommand = {
  name: "task-priority",
  help: "Set a task's priority",
  creates: false,
  flags: [ID, { ...PRIORITY, required: true }],
  run: async (context) => {
    const n = readId("--id", "TAS", context.flags.get("id") ?? "");
    const priority = readPriority("--priority", context.flags.get("priority") ?? "");
    await execute(
      context,
      { create: false, tasks: true },
      (session) => setPriority(session, n, priority),
    );
    const id = formatId("TAS", n);
    return { words: `OK ${id} priority ${priority}`, json: { id, priority } };
  },
};

/** `task-depends`: makes a task wait for another one, or no longer. */
export const taskDepends: Subcommand = {
  name: "task-depends",
  help: "Make a task wait for another one",
  creates: false,
  flags: [
    ID,
    { name: "depends-on", value: "TAS-n", help: "the task it waits for", required: true },
    { name: "remove", help: "take the dependency away" },
  ],
  run: async (context) => {
    const n = readId("--id", "TAS", context.flags.get("id") ?? "");
    const on = readId("--depends-on", "TAS", context.flags.get("depends-on") ?? "");
    const remove = context.flags.has("remove");
    await execute(
      context,
      { create: false, tasks: true },
      (session) => remove ? removeDependency(session, n, on) : addDependency(session, n, on),
    );
    const [id, other] = [formatId("TAS", n), formatId("TAS", on)];
    const words = remove ? `OK ${id} no longer waits for ${other}` : `OK ${id} waits for ${other}`;
    return { words, json: { id, dependsOn: other, removed: remove } };
  },
};

/** `task-list`: all tasks by status. */
export const taskList: Subcommand = {
  name: "task-list",
  help: "List all tasks by status",
  creates: false,
  flags: [],
  run: async (context): Promise<Answer> => {
    const { tasks } = await view(context);
    const groups = TASK_STATUSES.flatMap((status) => listGroup(status, tasks));
    return {
      words: groups.length === 0 ? "No tasks" : groups.join("\n"),
      json: tasks.map(toJson),
    };
  },
};

const TITLES: Readonly<Record<TaskStatus, string>> = {
  remaining: "Remaining",
  "in_progress": "In progress",
  completed: "Completed",
  blocked: "Blocked",
  cancelled: "Cancelled",
};

function listGroup(status: TaskStatus, tasks: readonly Task[]): readonly string[] {
  const members = tasks.filter((task) => task.status === status);
  if (members.length === 0) return [];
  const lines = members.map((task) => {
    const waits = task.dependsOn.length === 0 ? "" : ` (depends on ${idList(task.dependsOn)})`;
    return `  [${formatId("TAS", task.n)}] P${task.priority} ${task.text}${waits}`;
  });
  return [`${TITLES[status]}:`, ...lines];
}

/** `task-next`: the task to work on, or why there is none. */
export const taskNext: Subcommand = {
  name: "task-next",
  help: "Show the task to work on next",
  creates: false,
  flags: [],
  run: async (context): Promise<Answer> => {
    const { head, tasks } = await view(context);
    const next = nextTask(tasks, head.iteration, head.retriedAt);
    if (next.kind === "none") {
      return { words: `No ready tasks: ${next.why}`, json: { task: null, why: next.why } };
    }
    const json = toJson(next.task);
    return { words: JSON.stringify(json), json };
  },
};

interface TaskJson {
  readonly id: string;
  readonly content: string;
  readonly status: TaskStatus;
  readonly priority: number;
  readonly dependsOn: readonly string[];
}

function toJson(
  task: Pick<Task, "n" | "text" | "status" | "priority" | "dependsOn">,
): TaskJson {
  return {
    id: formatId("TAS", task.n),
    content: task.text,
    status: task.status,
    priority: task.priority,
    dependsOn: task.dependsOn.map((n) => formatId("TAS", n)),
  };
}
