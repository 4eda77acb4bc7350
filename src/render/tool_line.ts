import { relativeTo } from "../platform/paths.ts";
import { formatDuration, printable } from "../platform/text.ts";
import type { EventData } from "../session/event.ts";
import { continued, fit, LABEL_WIDTH, labelled, spread } from "./layout.ts";
import type { Style } from "./style.ts";

const NAME_WIDTH = 7;
const TAIL_LINES = 6;

/** How a tool call is shown. */
export interface ToolLineOptions {
  readonly width: number;
  /** Absolute path; paths below it are shown as seen from it. */
  readonly root: string;
  readonly style: Style;
}

/**
 * The lines of a tool call: its name, the argument that matters, what came of it, and the last lines of
 * its output when it failed. Calls of `iteratr tool` that went well are left out: what they did shows as
 * lines on tasks and notes.
 */
export function toolLines(
  tool: EventData["agent.tool"],
  { width, root, style }: ToolLineOptions,
): readonly string[] {
  const isOk = tool.outcome === "ok";
  if (isOk && isBookkeeping(tool.argument)) return [];
  const name = fit(printable(tool.tool), 40).padEnd(NAME_WIDTH);
  const came = outcome(tool);
  const room = Math.max(20, width - LABEL_WIDTH - NAME_WIDTH - 1 - came.length - 2);
  const argument = fit(printable(relativeTo(root, tool.argument)), room);
  const left = tool.subagent
    ? labelled("sub", argument)
    : labelled("tool", `${name} ${argument}`.trimEnd());
  const line = spread(left, came, width);
  const shown = isOk ? style.dim(line) : line.replace(/failed.*$/, (text) => style.bad(text));
  return [shown, ...tail(tool.tail).map((text) => continued(style.dim(`| ${text}`)))];
}

function isBookkeeping(command: string): boolean {
  return /^iteratr tool [\w-]+/.test(command) && !/[;&|<>`\n]|\$\(/.test(command);
}

function outcome(tool: EventData["agent.tool"]): string {
  if (tool.lines !== null) return `+${tool.lines.added} -${tool.lines.removed}`;
  const exit = tool.exit === null || tool.exit === 0 ? "" : ` (exit ${tool.exit})`;
  return `${tool.outcome}${exit}  ${formatDuration(tool.ms)}`;
}

function tail(text: string): readonly string[] {
  if (text.trim() === "") return [];
  return printable(text).trimEnd().split("\n").slice(-TAIL_LINES);
}
