import { oneLine, printable } from "../platform/text.ts";
import { isSuccess } from "../session/command.ts";
import { isKnown, type StoredEvent } from "../session/event.ts";
import { gateLines, hookLines } from "./command_lines.ts";
import { labelled, PIPE_WIDTH } from "./layout.ts";
import type { Renderer } from "./renderer.ts";
import { PLAIN } from "./style.ts";

/** Prints problems only: warnings, and iterations, hooks and gates that failed. */
export class QuietRenderer implements Renderer {
  render(event: StoredEvent): string {
    if (!isKnown(event)) return "";
    if (event.type === "warning") return `${labelled("warning", printable(event.data.message))}\n`;
    if (event.type === "iteration.ended" && event.data.outcome === "failed") {
      const { n, stop } = event.data;
      return `-- iteration ${n}: failed: ${printable(oneLine(stop, 160))}\n`;
    }
    if (event.type === "hook.ended" && !isSuccess(event.data)) {
      return `${hookLines(event.data, OPTIONS).join("\n")}\n`;
    }
    if (event.type === "gate.ended" && !event.data.passed) {
      return `${gateLines(event.data, OPTIONS).join("\n")}\n`;
    }
    return "";
  }
}

const OPTIONS = { width: PIPE_WIDTH, style: PLAIN };
