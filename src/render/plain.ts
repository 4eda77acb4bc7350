import { relativeTo } from "../platform/paths.ts";
import {
  formatCost,
  formatCount,
  formatDuration,
  oneLine,
  plural,
  printable,
} from "../platform/text.ts";
import { isKnown, type SessionEvent, type StoredEvent } from "../session/event.ts";
import { formatId } from "../session/ids.ts";
import type { Task, TaskStatus } from "../session/task.ts";
import type { Usage } from "../session/usage.ts";
import { continued, labelled, PIPE_WIDTH, rule, spread, timeOfDay } from "./layout.ts";

type Typed<T extends SessionEvent["type"]> = Extract<SessionEvent, { readonly type: T }>;

/** Where the session stands when the rendering begins. */
export interface PlainOptions {
  readonly session: string;
  readonly tasks: readonly Task[];
  /** The spec as a person would write it. */
  readonly spec: string;
  /** Absolute path; paths below it are shown as seen from it. */
  readonly root: string;
  readonly width?: number;
}

const TOOL_WIDTH = 7;
const TAIL_LINES = 6;

/**
 * Renders a run's events as lines of plain text, one for each thing that happens. It remembers what
 * it needs to tell a task's text and where a line of the agent stands; it does not read the clock.
 */
export class PlainRenderer {
  readonly #options: PlainOptions;
  readonly #width: number;
  readonly #texts = new Map<number, string>();
  readonly #statuses = new Map<number, TaskStatus>();
  #message: string | undefined;
  #partial = "";
  #isFirstLine = false;
  #started: Typed<"run.started">["data"] | undefined;
  #doneInIteration = 0;

  constructor(options: PlainOptions) {
    this.#options = options;
    this.#width = options.width ?? PIPE_WIDTH;
    for (const { n, text, status } of options.tasks) {
      this.#texts.set(n, text);
      this.#statuses.set(n, status);
    }
  }

  /** The lines for one event, each ended by a line break; empty when it is not worth one. */
  render(event: StoredEvent): string {
    if (!isKnown(event)) return "";
    if (event.type === "agent.message") return this.#agentText(event);
    const rest = this.#endMessage();
    const lines = this.#lines(event);
    return [...rest, ...lines].map((line) => `${line}\n`).join("");
  }

  #lines(event: Exclude<SessionEvent, Typed<"agent.message">>): readonly string[] {
    switch (event.type) {
      case "run.started":
        this.#started = event.data;
        return [];
      case "agent.started":
        return this.#header(event);
      case "iteration.started":
        this.#doneInIteration = 0;
        return ["", rule(`iteration ${event.data.n}`, timeOfDay(new Date(event.at)), this.#width)];
      case "iteration.ended":
        return [this.#receipt(event.data)];
      case "iteration.summary":
        return [labelled("summary", this.#short(event.data.text))];
      case "agent.thought":
        return event.data.ms === 0 ? [] : [labelled("thought", formatDuration(event.data.ms))];
      case "agent.tool":
        return this.#tool(event.data);
      case "task.added": {
        const { n, text, status } = event.data;
        this.#texts.set(n, text);
        this.#statuses.set(n, status);
        return [this.#taskLine(n, "added")];
      }
      case "task.status": {
        const { n, status } = event.data;
        this.#statuses.set(n, status);
        if (status === "completed") this.#doneInIteration++;
        return [this.#taskLine(n, status.replace("_", " "))];
      }
      case "task.priority":
        return [this.#taskLine(event.data.n, `priority ${event.data.priority}`)];
      case "task.depends":
        return [this.#taskLine(event.data.n, `waits for ${formatId("TAS", event.data.on)}`)];
      case "task.independent":
        return [
          this.#taskLine(event.data.n, `no longer waits for ${formatId("TAS", event.data.of)}`),
        ];
      case "note.added":
        return [labelled("note", `${event.data.type.padEnd(8)}  ${this.#short(event.data.text)}`)];
      case "session.completed":
        return [
          labelled("session", event.data.assumed ? "all tasks are closed" : "declared complete"),
        ];
      case "session.reopened":
        return [labelled("session", `reopened: ${event.data.why}`)];
      case "spec.recorded":
        return event.data.changed
          ? [labelled("spec", "it has changed since the last iteration")]
          : [];
      case "agent.omitted":
        return [labelled("output", "the limit is reached: only its end is kept from here")];
      case "iteration.usage":
        return [];
      case "warning":
        return [labelled("warning", printable(event.data.message))];
      case "session.created":
      case "session.reset":
      case "run.ended":
        return [];
    }
  }

  #header({ data }: Typed<"agent.started">): readonly string[] {
    const { session, spec } = this.#options;
    const version = this.#started?.version ?? "";
    const limit = this.#started?.iterations ?? 0;
    const statuses = [...this.#statuses.values()];
    const done = statuses.filter((status) => status === "completed").length;
    const open = this.#open();
    return [
      [
        `iteratr ${version}`,
        `session ${session}`,
        `spec ${spec}`,
        `agent ${printable(`${data.name} ${data.version}`).trim()}`,
        `model ${data.model}`,
      ].join("  "),
      [
        labelled("tasks", `${open} open, ${done} done`),
        `limits  ${limit === 0 ? "no limit of iterations" : plural(limit, "iteration")}`,
      ].join("  "),
    ];
  }

  #open(): number {
    return [...this.#statuses.values()]
      .filter((status) => status !== "completed" && status !== "cancelled").length;
  }

  #taskLine(n: number, what: string): string {
    const name = `${formatId("TAS", n)} ${this.#short(this.#texts.get(n) ?? "")}`;
    return labelled("task", spread(name, what, this.#width - 20));
  }

  #tool(tool: Typed<"agent.tool">["data"]): readonly string[] {
    const isOk = tool.outcome === "ok";
    // What the agent does with its tasks shows as task lines; the commands for it would say it twice.
    if (isOk && /^iteratr tool [\w-]+/.test(tool.argument) && !/[;&|]/.test(tool.argument)) {
      return [];
    }
    const name = printable(tool.tool).padEnd(TOOL_WIDTH);
    const argument = this.#short(relativeTo(this.#options.root, tool.argument));
    const exit = tool.exit === null || tool.exit === 0 ? "" : ` (exit ${tool.exit})`;
    const outcome = tool.lines === null
      ? [isOk ? "ok" : `failed${exit}`, formatDuration(tool.ms)].join("  ")
      : `+${tool.lines.added} -${tool.lines.removed}`;
    const line = labelled("tool", spread(`${name} ${argument}`, outcome, this.#width - 10));
    return [line, ...tailLines(tool.tail)];
  }

  #receipt(data: Typed<"iteration.ended">["data"]): string {
    const cost = data.usage.cost > 0 ? [formatCost(data.usage.cost)] : [];
    const facts = [
      formatDuration(data.ms),
      [...tokens(data.usage), ...cost].join(", "),
      `${plural(this.#doneInIteration, "task")} done, ${this.#open()} open`,
    ].filter((fact) => fact !== "");
    const stop = data.outcome === "failed" ? `  ${printable(oneLine(data.stop, 120))}` : "";
    return `-- iteration ${data.n}: ${data.outcome}${stop}  ${facts.join("  ")}`;
  }

  #agentText({ data }: Typed<"agent.message">): string {
    const isNew = this.#message !== data.message;
    const before = isNew ? this.#endMessage() : [];
    const isFirst = this.#message === undefined;
    this.#message = data.message;
    const lines = (this.#partial + printable(data.text)).split("\n");
    this.#partial = lines.pop() ?? "";
    const shown = lines.map((line, index) => this.#agentLine(line, isFirst && index === 0));
    this.#isFirstLine = isFirst && lines.length === 0;
    return [...before, ...shown].map((line) => `${line}\n`).join("");
  }

  #agentLine(line: string, isFirst: boolean): string {
    return isFirst || this.#isFirstLine ? labelled("agent", line) : continued(line);
  }

  #endMessage(): readonly string[] {
    const partial = this.#partial;
    const line = partial === "" ? [] : [this.#agentLine(partial, this.#isFirstLine)];
    this.#message = undefined;
    this.#partial = "";
    this.#isFirstLine = false;
    return line;
  }

  #short(text: string): string {
    return oneLine(printable(text), this.#width - 30);
  }
}

function tokens(usage: Usage): readonly string[] {
  const all = usage.inputTokens + usage.cachedTokens;
  if (all + usage.outputTokens === 0) return [];
  const partial = usage.partial ? " (last call)" : "";
  return [`${formatCount(all)} in`, `${formatCount(usage.outputTokens)} out${partial}`];
}

function tailLines(tail: string): readonly string[] {
  if (tail.trim() === "") return [];
  return printable(tail).trimEnd().split("\n").slice(-TAIL_LINES)
    .map((line) => continued(`| ${line}`));
}
