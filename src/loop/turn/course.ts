import type { Clock } from "../../platform/clock.ts";
import type { KnownFigures } from "./usage_meter.ts";
import type { Outcome } from "../../session/event.ts";
import { addModels, addUsage, type ModelUsage, NO_USAGE, type Usage } from "../../session/usage.ts";

/** An iteration while it goes on. */
export interface Course {
  /** Its number; `undefined` before it has begun. */
  n: number | undefined;
  /** The commit that HEAD was at when it began. */
  commit: string | undefined;
  /** When it began, on the monotonic clock. */
  start: number;
  /** Milliseconds that it has waited for a provider. */
  waitedMs: number;
  /** What all attempts together have spent. */
  usage: Usage;
  models: readonly ModelUsage[];
}

/** How the turn of an iteration ended, after all attempts. */
export interface TurnEnd {
  /** Progress, until a look at what has changed says otherwise. */
  readonly outcome: Outcome;
  readonly stop: string;
  readonly question: string | undefined;
  readonly figures: KnownFigures;
}

/** An iteration that has not begun. */
export function newCourse(clock: Clock): Course {
  const start = clock.monotonic();
  return { n: undefined, commit: undefined, start, waitedMs: 0, usage: NO_USAGE, models: [] };
}

/** Adds what an attempt has spent to the iteration that it belongs to. */
export function spend(
  course: Course,
  spent: { readonly usage: Usage; readonly models: readonly ModelUsage[] },
): void {
  course.usage = addUsage(course.usage, spent.usage);
  course.models = addModels(course.models, spent.models);
}
