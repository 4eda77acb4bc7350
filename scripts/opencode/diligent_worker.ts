/**
 * A brain that works the way iteratr asks an agent to work: it takes tasks from `iteratr tool`,
 * does them, and closes them.
 *
 * It keeps no state. What comes next follows from the tool calls of the turn and their output, so
 * one worker can serve parallel sessions, retries and restarts.
 */
import { resolve } from "node:path";
import { z } from "zod";
import type { Conversation, ToolCall } from "./conversation.ts";
import type { Brain } from "./scripted_model.ts";
import type { Step } from "./step.ts";

/** What the worker does for a task; the defaults write a one-line file and check nothing. */
export type DiligentWorkerOptions = Readonly<{
  /** How many tasks it closes before it ends its turn; default 1. */
  tasksPerTurn?: number;
  /** The content of the file at `path`, the first path in backticks of the task's text. */
  content?: (task: string, path: string) => string;
  /** A shell command to run before the task is closed, or `undefined` for none. */
  check?: (task: string) => string | undefined;
}>;

type Item = Readonly<{ text: string; done: boolean; after: readonly number[] }>;

const Task = z.object({ id: z.string(), content: z.string() });
type Task = Readonly<z.infer<typeof Task>>;

const firstLine = (text: string): string => text.trim().split("\n")[0] ?? "";
const say = (text: string): Step => ({ kind: "text", text });
const bash = (...commands: readonly string[]): Step => ({
  kind: "tools",
  calls: commands.map((command) => ({ name: "bash", args: { command } })),
});
const tool = (words: string): Step => bash(`iteratr tool ${words}`);

function commandOf(call: ToolCall): string {
  const command = call.args["command"];
  return call.name === "bash" && typeof command === "string" ? command : "";
}

/** The words after `iteratr tool`; empty for any other call. */
function toolWordsOf(call: ToolCall): readonly string[] {
  return /^iteratr tool (.*)/.exec(commandOf(call))?.[1]?.split(" ") ?? [];
}

function defaultContent(task: string, path: string): string {
  return `${/\.(?:[cm]?[jt]sx?|go|rs|java|c)$/.test(path) ? "//" : "#"} ${task}\n`;
}

/** The checklist of the newest user message that has one: `- [ ] text (after: 1, 2)`. */
function checklistOf(conversation: Conversation): readonly Item[] {
  const prompts = conversation.messages.filter((message) => message.role === "user").toReversed();
  for (const { text } of prompts) {
    const items = [...text.matchAll(/^\s*[-*] \[([ xX])\] (.+)$/gm)].map(([, box, rest]): Item => {
      const [, body = "", after = ""] = /^(.*?)(?:\s*\(after:([\d\s,]+)\))?\s*$/.exec(rest ?? "") ??
        [];
      return {
        text: body,
        done: box !== " ",
        after: after.split(",").map(Number).filter((n) => n > 0),
      };
    });
    if (items.length > 0) return items;
  }
  return [];
}

function addTasks(items: readonly Item[]): Step {
  const tasks = items.filter((item) => !item.done).map((item) => ({ content: item.text }));
  if (tasks.length === 0) {
    return say("There is nothing to do: no tasks, and no open item in the spec.");
  }
  return tool(`task-batch-add --tasks '${JSON.stringify(tasks).replaceAll("'", "'\\''")}'`);
}

/** Ties the new tasks together; `printed` is what adding them has printed. */
function addDependencies(items: readonly Item[], printed: string): Step {
  const open = items.filter((item) => !item.done);
  const found = [...new Set(printed.match(/TAS-\d+/g))];
  const idOf = (item: Item): string => {
    const place = open.indexOf(item);
    return (found.length === open.length ? found[place] : undefined) ?? `TAS-${place + 1}`;
  };
  const commands = open.flatMap((item) =>
    item.after.flatMap((n) => {
      const other = items[n - 1];
      if (other === undefined || other.done) return [];
      return [`iteratr tool task-depends --id ${idOf(item)} --depends-on ${idOf(other)}`];
    })
  );
  return commands.length > 0 ? bash(...commands) : tool("task-next");
}

function taskIn(output: string): Task | undefined {
  try {
    return Task.parse(JSON.parse(output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1)));
  } catch {
    return undefined;
  }
}

/** The next step when `task-next` has offered nothing but a reason. */
function withoutTask(conversation: Conversation, reason: string, added: boolean): Step {
  if (/\bno tasks\b/i.test(reason) && !added) return addTasks(checklistOf(conversation));
  // A reason that names a task names an open one.
  const allDone = /\b(?:done|closed|completed?)\b/i.test(reason) && !/TAS-\d/.test(reason);
  return allDone ? tool("session-complete") : say(`I can do no more now. ${firstLine(reason)}`);
}

/** Starting, doing and closing one task, a step each. The `write` tool wants absolute paths. */
function stepsOf(task: Task, conversation: Conversation, options: DiligentWorkerOptions): Step[] {
  const { content = defaultContent, check } = options;
  const path = /`([^`\s]+\.\w+)`/.exec(task.content)?.[1];
  const here = /^\s*Working directory: (.+)$/m.exec(conversation.system)?.[1];
  const command = check?.(task.content);
  const write = (path: string): Step => {
    const filePath = here === undefined ? path : resolve(here, path);
    const args = { filePath, content: content(task.content, path) };
    return { kind: "tools", calls: [{ name: "write", args }] };
  };
  return [
    tool(`task-status --id ${task.id} --status in_progress`),
    ...(path === undefined ? [] : [write(path)]),
    ...(command === undefined ? [] : [bash(command)]),
    tool(`task-status --id ${task.id} --status completed`),
    tool(`iteration-summary --summary 'Finished ${task.id}.'`),
    tool("task-next"),
  ];
}

/**
 * A brain for `startScriptedModel`. A turn always ends, whatever the tools answer: after at most
 * 6 model calls, and 6 more for each task it does.
 */
export function diligentWorker(options: DiligentWorkerOptions = {}): Brain {
  return (conversation) => {
    const calls = conversation.turn.flatMap((message) => message.toolCalls);
    const verbs = calls.map((call) => toolWordsOf(call)[0]);
    const last = calls.at(-1);
    if (last === undefined) return { ...tool("task-next"), text: "Let me see what is next." };

    const output = last.result ?? "";
    if (verbs.at(-1) === "task-batch-add") {
      return addDependencies(checklistOf(conversation), output);
    }
    if (verbs.at(-1) === "task-depends") return tool("task-next");
    if (verbs.at(-1) === "session-complete") return say(`That was all. ${firstLine(output)}`);

    const offered = verbs.lastIndexOf("task-next");
    const task = taskIn(calls[offered]?.result ?? "");
    if (task === undefined) {
      return withoutTask(conversation, output, verbs.includes("task-batch-add"));
    }
    const closed = calls.filter((call) => toolWordsOf(call).at(-1) === "completed").length;
    if (offered === calls.length - 1 && closed >= (options.tasksPerTurn ?? 1)) {
      return say(`Enough for this turn; ${task.id} is next.`);
    }
    const steps = stepsOf(task, conversation, options);
    return steps[calls.length - 1 - offered] ?? say("I have lost my place.");
  };
}
