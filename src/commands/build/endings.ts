import { goOnHint } from "../../loop/ending_text.ts";
import { relativeTo } from "../../platform/paths.ts";
import type { Ending, EndingSignal } from "../../session/ending.ts";
import type { BuildSettings } from "./settings.ts";

/** The ending of a run whose reader has gone. */
export const CLOSED: Ending = {
  reason: "closed",
  message: "the reader of the output has closed it.",
  hints: [],
};

/** The ending of a run that a signal has ended. */
export function interrupted(signal: EndingSignal, settings: BuildSettings): Ending {
  const spec = relativeTo(settings.root, settings.spec);
  return {
    reason: "interrupted",
    signal,
    message: `${signal} was received.`,
    hints: [goOnHint(settings.session, spec, settings.flagsToGoOn)],
  };
}
