import { formatDuration, oneLine, plural, printable } from "../platform/text.ts";
import {
  type EventData,
  type EventOf,
  isKnown,
  type SessionEvent,
  type StoredEvent,
} from "../session/event.ts";
import { formatId } from "../session/ids.ts";
import type { Task, TaskStatus } from "../session/task.ts";
import { AgentText } from "./agent_text.ts";
import { gateLines, hookLines, verifyEndedLine, verifyStartedLine } from "./command_lines.ts";
import {
  agentWaitingLine,
  budgetLine,
  quotaOverLine,
  quotaWaitingLine,
  retryLine,
  watchdogLine,
} from "./guard_lines.ts";
import { headerLines } from "./header.ts";
import {
  clean,
  continued,
  fit,
  LABEL_WIDTH,
  labelled,
  PIPE_WIDTH,
  rule,
  spread,
  timeOfDay,
  wrap,
} from "./layout.ts";
import { planLines } from "./plan_lines.ts";
import { receipt } from "./receipt.ts";
import type { Renderer } from "./renderer.ts";
import { PLAIN, type Style } from "./style.ts";
import { TaskBoard } from "./task_board.ts";
import { toolLines } from "./tool_line.ts";

/** Where the session stands when the rendering begins, and how lines are to look. */
export interface PlainOptions {
  readonly session: string;
  readonly tasks: readonly Task[];
  /** The spec as a person would write it. */
  readonly spec: string;
  /** Absolute path; paths below it are shown as seen from it. */
  readonly root: string;
  readonly style?: Style;
  /** Columns of the terminal, asked for each line; `undefined` when there is none. */
  readonly columns?: () => number | undefined;
  /** Puts the time in front of every line. */
  readonly timestamps?: boolean;
}

/** What agents say of turns that have ended as they should, or were ended by us. */
const SILENT_STOPS: ReadonlySet<string> = new Set(["end_turn", "cancelled", "unknown", ""]);

/** Thinking for less than this is not worth a line. */
const SHORT_THOUGHT_MS = 1_000;

/**
 * Renders a run's events as lines of plain text, one for each thing that happens. It remembers what
 * it needs to tell a task's text and where a line of the agent stands; it does not read the clock.
 */
export class PlainRenderer implements Renderer {
  readonly #options: PlainOptions;
  readonly #style: Style;
  readonly #agent: AgentText;
  readonly #board: TaskBoard;
  #hasAgent = false;
  #waitsUntil: number | undefined;

  constructor(options: PlainOptions) {
    this.#options = options;
    this.#style = options.style ?? PLAIN;
    this.#agent = new AgentText(() => options.columns?.());
    this.#board = new TaskBoard(options.tasks);
  }

  get waitsUntil(): number | undefined {
    return this.#waitsUntil;
  }

  /** The lines for one event, each ended by a line break; empty when it is not worth one. */
  render(event: StoredEvent): string {
    if (!isKnown(event)) return "";
    const lines = this.#linesOf(event);
    const time = this.#options.timestamps === true ? `${timeOfDay(new Date(event.at))} ` : "";
    return lines.map((line) => `${line === "" ? "" : time}${line}\n`).join("");
  }

  #linesOf(event: SessionEvent): readonly string[] {
    if (event.type === "agent.message") {
      return this.#agent.take(event.data.message, event.data.text);
    }
    // Figures come in the middle of messages, and show nothing.
    if (event.type === "iteration.usage") return [];
    return [...this.#agent.end(), ...this.#lines(event)];
  }

  get #width(): number {
    return this.#options.columns?.() ?? PIPE_WIDTH;
  }

  #lines(event: Exclude<SessionEvent, EventOf<"agent.message">>): readonly string[] {
    const style = this.#style;
    switch (event.type) {
      case "run.started":
        return headerLines(event.data, {
          ...this.#options,
          board: this.#board,
          style,
        }).flatMap((line) => this.#wrapped(line));
      case "agent.started": {
        if (this.#hasAgent) return [];
        this.#hasAgent = true;
        return [labelled("agent", clean(`${event.data.name} ${event.data.version}`))];
      }
      case "agent.renewed":
        return [labelled("agent", `is restarted: ${clean(event.data.why)}`)];
      case "agent.waiting":
        return this.#wrapped(agentWaitingLine(event.data, event.at));
      case "retry.scheduled":
        return this.#wrapped(retryLine(event.data)).map(style.bad);
      case "watchdog.fired":
        return this.#wrapped(watchdogLine(event.data)).map(style.bad);
      case "quota.waiting":
        this.#waitsUntil = Date.parse(event.data.until);
        return this.#wrapped(quotaWaitingLine(event.data, event.at));
      case "quota.over":
        this.#waitsUntil = undefined;
        return [quotaOverLine(event.data)];
      case "budget.warned":
        return [budgetLine(event.data, false)];
      case "budget.reached":
        return [budgetLine(event.data, true)];
      case "run.resume":
        return [labelled("resume", "asked for")];
      case "iteration.started": {
        const time = timeOfDay(new Date(event.at));
        return ["", style.accent(rule(`iteration ${event.data.n}`, time, this.#width))];
      }
      case "iteration.ended":
        return this.#wrapped(this.#receipt(event.data));
      case "iteration.summary":
        return [labelled("summary", this.#short(event.data.text))];
      case "agent.thought":
        return event.data.ms < SHORT_THOUGHT_MS
          ? []
          : [style.dim(labelled("thought", formatDuration(event.data.ms)))];
      case "agent.tool":
        return toolLines(event.data, { width: this.#width, root: this.#options.root, style });
      case "agent.plan":
        return planLines(event.data.steps, this.#width);
      case "agent.question":
        return [labelled("asked", `${this.#short(event.data.text)}  (nobody will answer)`)];
      case "run.stop":
        return [
          labelled(
            "stop",
            event.data.now ? "asked for, at once" : "asked for, after this iteration",
          ),
        ];
      case "commit.made": {
        const { id, subject, files, added, removed } = event.data;
        const left = labelled(
          "commit",
          `${id.slice(0, 7)} ${fit(clean(subject), this.#width - 45)}`,
        );
        return [spread(left, `${plural(files, "file")}, +${added} -${removed}`, this.#width)];
      }
      case "commit.refused":
        return this.#wrapped(labelled("commit", `refused: ${clean(event.data.why)}`))
          .map(this.#style.bad);
      case "hook.ended":
        return hookLines(event.data, { width: this.#width, style });
      case "gate.ended":
        return gateLines(event.data, { width: this.#width, style });
      case "verify.started":
        return [verifyStartedLine(event.data)];
      case "verify.ended": {
        const line = verifyEndedLine(event.data, style);
        return line === undefined ? [] : [line];
      }
      case "work.baseline":
      case "commit.base":
      case "commit.index":
      case "commit.settled":
      case "hook.delivered":
        return [];
      case "agent.omitted":
        return [labelled("output", "limit reached: from here on only the end is kept")];
      case "task.added": {
        const { n, text, status } = event.data;
        this.#board.add(n, text, status, event.iteration);
        return this.#task(n, status === "remaining" ? "added" : `added, ${words(status)}`);
      }
      case "task.status": {
        const { n, status } = event.data;
        this.#board.setStatus(n, status, event.iteration);
        return this.#task(n, words(status));
      }
      case "task.priority":
        return this.#task(event.data.n, `priority ${event.data.priority}`);
      case "task.depends":
        return this.#task(event.data.n, `waits for ${formatId("TAS", event.data.on)}`);
      case "task.independent":
        return this.#task(event.data.n, `no longer waits for ${formatId("TAS", event.data.of)}`);
      case "note.added":
        return [labelled("note", `${event.data.type.padEnd(8)}  ${this.#short(event.data.text)}`)];
      case "session.completed":
        return [
          labelled("session", event.data.assumed ? "all tasks are closed" : "declared complete"),
        ];
      case "session.reopened":
        return [labelled("session", `reopened: ${clean(event.data.why)}`)];
      case "session.reset":
        this.#board.clear();
        return [
          labelled(
            "session",
            `reset; the previous log is archived as ${clean(event.data.archive)}`,
          ),
        ];
      case "spec.recorded":
        return event.data.changed ? [labelled("spec", "it has changed; the new text counts")] : [];
      case "warning":
        return this.#wrapped(labelled("warning", clean(event.data.message)));
      case "session.created":
      case "agent.ended":
      case "iteration.usage":
      case "run.ended":
        return [];
    }
  }

  #task(n: number, what: string): readonly string[] {
    return [this.#board.line(n, what, { width: this.#width, style: this.#style })];
  }

  #receipt(data: EventData["iteration.ended"]): string {
    const style = this.#style;
    const facts = receipt(data, this.#board.completedIn(data.n), this.#board.open);
    const stop = data.outcome === "failed" ? `: ${printable(oneLine(data.stop, 160))}` : "";
    const why = SILENT_STOPS.has(data.stop) || stop !== "" ? "" : ` (${clean(data.stop)})`;
    const outcome = data.outcome === "progress"
      ? `${data.outcome}${why}`
      : style.bad(`${data.outcome}${why}`);
    return `-- ${style.accent(`iteration ${data.n}`)}: ${outcome}${stop}  ${facts}`;
  }

  /** A line that a terminal would break anywhere is broken between words. */
  #wrapped(line: string): readonly string[] {
    const columns = this.#options.columns?.();
    if (columns === undefined) return [line];
    const [first = "", ...rest] = wrap(line, columns);
    return [first, ...rest.flatMap((part) => wrap(part, columns - LABEL_WIDTH)).map(continued)];
  }

  #short(text: string): string {
    return fit(printable(text), this.#width - 20);
  }
}

function words(status: TaskStatus): string {
  return status.replace("_", " ");
}
