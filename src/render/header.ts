import { formatCost, formatCount, formatDuration, plural } from "../platform/text.ts";
import type { EventData } from "../session/event.ts";
import { clean, labelled } from "./layout.ts";
import type { Style } from "./style.ts";
import type { TaskBoard } from "./task_board.ts";

const LIMITS_COLUMN = 32;

/** What a header tells besides what the run says of itself. */
export interface HeaderFacts {
  readonly session: string;
  /** The spec as a person would write it. */
  readonly spec: string;
  readonly board: TaskBoard;
  readonly style: Style;
}

/** The first lines of a run: what it works on, and what bounds it. */
export function headerLines(
  run: EventData["run.started"],
  { session, spec, board, style }: HeaderFacts,
): readonly string[] {
  const { gates = [], off = [] } = run;
  const tasks = labelled("tasks", `${board.open} open, ${board.completed} done`);
  return [
    [
      `iteratr ${clean(run.version)}`,
      `session ${style.accent(session)}`,
      `spec ${clean(spec)}`,
      `model ${clean(run.model)}`,
    ].join("  "),
    `${tasks.padEnd(LIMITS_COLUMN)}limits  ${limits(run)}`,
    ...(off.length === 0 ? [] : [labelled("guards", `switched off: ${off.map(clean).join(", ")}`)]),
    ...(gates.length === 0 ? [] : [labelled("gates", gates.map(clean).join(", "))]),
  ];
}

function limits(
  { iterations, timeMs, maxTokens, maxCost }: EventData["run.started"],
): string {
  return [
    iterations === 0 ? "unlimited iterations" : plural(iterations, "iteration"),
    timeMs === 0 ? "no time limit" : formatDuration(timeMs),
    ...(maxTokens === undefined ? [] : [`${formatCount(maxTokens)} tokens`]),
    ...(maxCost === undefined ? [] : [formatCost(maxCost)]),
  ].join(", ");
}
