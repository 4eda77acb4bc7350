import stringWidth from "string-width";
import { formatCost, formatCount, formatDuration, plural, printable } from "../platform/text.ts";
import type { ModelSpent, TaskSpent, UsageReport } from "../session/usage_report.ts";
import type { Usage } from "../session/usage.ts";
import { fit, labelled } from "./layout.ts";

const WIDTH = 80;

/** Labels get at least so much, however wide the figures are. */
const LEAST_LABEL = 24;

const FIGURES = ["in", "cached", "out", "cost"] as const;

/** Stands before the figures of a line that are known to miss something. */
const AT_LEAST = ">=";

/** What a line is about, and its figures; those of a section's title are the headings. */
interface Row {
  /** The beginning of the label, which is never cut, and the rest of it, which is cut to fit. */
  readonly id: string;
  readonly text: string;
  /** Whether a label that is too long gets a line of its own instead. */
  readonly isWhole: boolean;
  readonly isPartial: boolean;
  /** The time, and {@linkcode FIGURES}. */
  readonly cells: readonly string[];
}

/** What a session has spent, in lines of at most 80 columns; only a very long name of a model is longer. */
export function usageTable(session: string, report: UsageReport): string {
  const { runs, runMs, iterations, ms, usage } = report.total;
  const time = `${plural(runs, "run")}, ${formatDuration(runMs)} in all`;
  const first = `${labelled("session", session)}  ${time}\n`;
  if (iterations === 0) return `${first}nothing is spent: no iteration has begun yet\n`;
  const sections = [
    [title("by iteration", "time"), ...iterationRows(report)],
    [title("by task", "time"), ...taskRows(report.tasks)],
    [title("by model", ""), ...report.models.map(modelRow)],
    [row("total  ", plural(iterations, "iteration"), ms, usage)],
  ];
  const rows = sections.flat();
  const print = printer(rows);
  const text = sections.map((section) => section.map(print).join("")).join("\n");
  const legend = `\n${AT_LEAST} at least this much: not all of it is known\n`;
  return `${first}\n${text}${rows.some(({ isPartial }) => isPartial) ? legend : ""}`;
}

function iterationRows({ iterations, runs }: UsageReport): readonly Row[] {
  const order = new Map<string | null, number>(runs.map(({ run }, at) => [run, at + 1]));
  const digits = String(iterations.at(-1)?.n ?? 0).length;
  const runDigits = String(runs.length).length;
  return iterations.map(({ n, run, outcome, ms, usage }) => {
    const which = String(order.get(run) ?? "?").padStart(runDigits);
    const id = `${String(n).padStart(digits)}  ${runs.length < 2 ? "" : `run ${which}  `}`;
    return row(id, outcome, ms, usage);
  });
}

function taskRows(tasks: readonly TaskSpent[]): readonly Row[] {
  const width = Math.max(0, ...tasks.map(({ id }) => id?.length ?? 0));
  return tasks.map(({ id, text, ms, usage }) =>
    id === null
      ? row("", "(no task)", ms, usage)
      : row(`${id.padEnd(width)}  `, oneLine(text ?? ""), ms, usage)
  );
}

function modelRow({ model, usage }: ModelSpent): Row {
  const text = model === null ? "(unknown)" : oneLine(model);
  return { ...row("", text, undefined, usage), isWhole: true };
}

/** A text of somebody else, fit for a line. */
function oneLine(text: string): string {
  return printable(text).replaceAll(/\s+/g, " ").trim();
}

function title(text: string, time: string): Row {
  return { id: "", text, isWhole: false, isPartial: false, cells: [time, ...FIGURES] };
}

/** @param ms `undefined` where time is nobody's. */
function row(id: string, text: string, ms: number | undefined, usage: Usage): Row {
  return {
    ...{ id, text, isWhole: false, isPartial: usage.partial },
    cells: [
      ms === undefined ? "" : formatDuration(ms),
      formatCount(usage.inputTokens),
      formatCount(usage.cachedTokens),
      formatCount(usage.outputTokens),
      formatCost(usage.cost),
    ],
  };
}

/** Prints rows so that the figures of all of them stand below one another. */
function printer(rows: readonly Row[]): (row: Row) => string {
  const marks = rows.some(({ isPartial }) => isPartial) ? AT_LEAST.length + 1 : 0;
  const widths = ["", ...FIGURES].map((_, at) =>
    Math.max(...rows.map(({ cells }) => cells[at]?.length ?? 0))
  );
  return ({ id, text, isWhole, isPartial, cells }) => {
    const [time = "", ...figures] = cells.map((cell, at) => cell.padStart(widths[at] ?? 0));
    const mark = (isPartial ? AT_LEAST : "").padEnd(marks);
    const right = `  ${time}  ${mark}${figures.join("  ")}`;
    const room = Math.max(LEAST_LABEL, WIDTH - right.length);
    const isAlone = isWhole && stringWidth(text) > room;
    const label = isAlone ? "" : `${id}${fit(text, room - id.length)}`;
    const line = `${label}${" ".repeat(Math.max(0, room - stringWidth(label)))}${right}\n`;
    return isAlone ? `${text}\n${line}` : line;
  };
}
