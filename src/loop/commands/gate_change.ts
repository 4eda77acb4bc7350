import { event, type NewEvent } from "../../session/event.ts";
import type { Head, Info } from "../../session/state.ts";
import type { RunPlan } from "../plan.ts";

/**
 * Warns when the gates of a run are not those of the session's last run, or when it has none although the
 * session was begun with some. Flags are easily left out, and an agent can change the file that the gates
 * of the next run come from.
 */
export function gateWarnings(
  { gates, limits }: Pick<RunPlan, "gates" | "limits">,
  standing: { readonly head: Head; readonly info: Info } | undefined,
): readonly NewEvent[] {
  if (standing === undefined) return [];
  const { head, info } = standing;
  const hadGates = info.gates !== undefined || head.gatesMark !== undefined;
  if (gates.length === 0) return hadGates ? [warning(NONE)] : [];
  const isOther = head.gatesMark !== undefined && head.gatesMark !== limits.gates;
  return isOther ? [warning(OTHER)] : [];
}

const NONE = "this session has had gates, and this run has none: nothing will prove that it is " +
  "done. Give them again with --verify, or keep them in iteratr.yml";
const OTHER = "the gates are not those of the last run of this session: make sure that you have " +
  "changed them, and not the agent";

function warning(message: string): NewEvent {
  return event("warning", { message });
}
