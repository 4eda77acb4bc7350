import { oneLine, printable } from "../platform/text.ts";
import { isKnown, type StoredEvent } from "../session/event.ts";
import { labelled } from "./layout.ts";
import type { Renderer } from "./renderer.ts";

/** Prints problems only: warnings, and iterations that failed. */
export class QuietRenderer implements Renderer {
  render(event: StoredEvent): string {
    if (!isKnown(event)) return "";
    if (event.type === "warning") return `${labelled("warning", printable(event.data.message))}\n`;
    if (event.type === "iteration.ended" && event.data.outcome === "failed") {
      const { n, stop } = event.data;
      return `-- iteration ${n}: failed: ${printable(oneLine(stop, 160))}\n`;
    }
    return "";
  }
}
