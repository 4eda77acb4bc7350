import type { StoredEvent } from "../session/event.ts";

/** Turns a run's events into what goes to stdout. */
export interface Renderer {
  /** The text for one event; empty when there is nothing to show. */
  render(event: StoredEvent): string;
  /** Until when the run waits (epoch milliseconds), where that is to be counted down. */
  readonly waitsUntil?: number | undefined;
}
