import { printable } from "../platform/text.ts";
import type { PlanStep } from "../session/event.ts";
import { continued, fit, labelled } from "./layout.ts";

const MARKS: Readonly<Record<PlanStep["status"], string>> = {
  pending: "[ ]",
  "in_progress": "[~]",
  completed: "[x]",
  cancelled: "[-]",
};

/** The agent's own list of steps, a line each. */
export function planLines(steps: readonly PlanStep[], width: number): readonly string[] {
  return steps.map(({ text, status }, index) => {
    const line = `${MARKS[status]} ${fit(printable(text), width - 12)}`;
    return index === 0 ? labelled("plan", line) : continued(line);
  });
}
