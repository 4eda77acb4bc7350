import stringWidth from "string-width";
import { formatCost, formatCount, formatDuration, plural, printable } from "../platform/text.ts";
import type { TaskSpent, UsageReport } from "../session/usage_report.ts";
import type { Usage } from "../session/usage.ts";
import { fit, labelled } from "./layout.ts";

const WIDTH = 80;

/** The label may be cut to so much, not further, however wide the figures are. */
const LEAST_LABEL = 24;

const HEADINGS = ["time", "in", "cached", "out", "cost"] as const;

/** Stands before the figures of a line that are known to miss something. */
const AT_LEAST = ">=";

/** What a line is about, and its figures; those of a section's title are the headings. */
interface Row {
  readonly label: string;
  readonly isPartial: boolean;
  readonly cells: readonly string[];
  /** Whether the label must not be cut. */
  readonly isWhole: boolean;
}

/** What a session has spent, in lines of at most 80 columns; only a very long name of a model is longer. */
export function usageTable(session: string, report: UsageReport): string {
  const { total } = report;
  const head = `${labelled("session", session)}  ` +
    `${plural(total.runs, "run")}, ${formatDuration(total.runMs)} in all\n`;
  if (total.iterations === 0) return `${head}nothing is spent: no iteration has begun yet\n`;
  const sections = [
    [title("by iteration"), ...iterationRows(report)],
    [title("by task"), ...taskRows(report.tasks)],
    [
      title("by model"),
      ...report.models.map(({ model, usage }) =>
        row(model === null ? "(unknown)" : printable(model), undefined, usage, true)
      ),
    ],
    [row(`total  ${plural(total.iterations, "iteration")}`, total.ms, total.usage)],
  ];
  const rows = sections.flat();
  const widths = HEADINGS.map((_, at) =>
    Math.max(...rows.map(({ cells }) => cells[at]?.length ?? 0))
  );
  const text = sections
    .map((section) => section.map((line) => lineOf(line, widths)).join("")).join("\n");
  const isPartial = rows.some((line) => line.isPartial);
  const legend = isPartial ? `\n${AT_LEAST} at least so much: not all of it is known\n` : "";
  return `${head}\n${text}${legend}`;
}

function iterationRows({ iterations, total }: UsageReport): readonly Row[] {
  const runs = new Map<string | null, number>();
  for (const { run } of iterations) if (!runs.has(run)) runs.set(run, runs.size + 1);
  const digits = String(iterations.at(-1)?.n ?? 0).length;
  const runDigits = String(runs.size).length;
  return iterations.map(({ n, run, outcome, ms, usage }) => {
    const which = total.runs < 2 ? "" : `run ${String(runs.get(run)).padStart(runDigits)}  `;
    return row(`${String(n).padStart(digits)}  ${which}${outcome}`, ms, usage);
  });
}

function taskRows(tasks: readonly TaskSpent[]): readonly Row[] {
  const width = Math.max(0, ...tasks.map(({ id }) => id?.length ?? 0));
  return tasks.map(({ id, text, ms, usage }) =>
    row(id === null ? "(no task)" : `${id.padEnd(width)}  ${oneLine(text)}`, ms, usage)
  );
}

function oneLine(text: string | null): string {
  return printable(text ?? "").replaceAll(/\s+/g, " ").trim();
}

function title(label: string): Row {
  return { label, isPartial: false, cells: HEADINGS, isWhole: false };
}

/** @param ms `undefined` where time is nobody's. */
function row(label: string, ms: number | undefined, usage: Usage, isWhole = false): Row {
  return {
    label,
    isPartial: usage.partial,
    isWhole,
    cells: [
      ms === undefined ? "" : formatDuration(ms),
      formatCount(usage.inputTokens),
      formatCount(usage.cachedTokens),
      formatCount(usage.outputTokens),
      formatCost(usage.cost),
    ],
  };
}

function lineOf({ label, isPartial, cells, isWhole }: Row, widths: readonly number[]): string {
  const [time = "", ...figures] = cells.map((cell, at) => cell.padStart(widths[at] ?? 0));
  const mark = (isPartial ? AT_LEAST : "").padStart(AT_LEAST.length);
  const right = `  ${time}  ${mark} ${figures.join("  ")}`;
  const room = Math.max(LEAST_LABEL, WIDTH - right.length);
  const isLong = isWhole && stringWidth(label) > room;
  const left = isLong ? "" : cut(label, room);
  const line = `${left}${" ".repeat(Math.max(0, room - stringWidth(left)))}${right}\n`;
  return isLong ? `${label}\n${line}` : line;
}

/** `fit` closes up runs of blanks, which are columns here. */
function cut(label: string, room: number): string {
  return stringWidth(label) <= room ? label : fit(label, room);
}
