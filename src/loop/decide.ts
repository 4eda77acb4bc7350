import type { Outcome } from "../session/event.ts";
import { type Head, openTasks } from "../session/state.ts";

/** What bounds a run. */
export interface Limits {
  /** Iterations of this run; 0 = unlimited. */
  readonly iterations: number;
  /** Iterations in a row without progress that end it. */
  readonly stall: number;
  /** Time of this run in milliseconds; 0 = unlimited. */
  readonly timeMs: number;
  /** Iterations in a row without a task closed that end it, whatever else has changed. */
  readonly withoutTask: number;
}

/** What a run has seen so far. */
export interface Tally {
  /** Iterations begun by this run. */
  readonly iterations: number;
  /** Iterations in a row that brought no progress. */
  readonly idle: number;
  /** Iterations in a row that closed no task. */
  readonly withoutTask: number;
  /** Milliseconds that the run has taken. */
  readonly ms: number;
  /** Whether a turn has been taken with all tasks closed, which asks for `session-complete`. */
  readonly asked: boolean;
}

/** A run that has not begun. */
export const FRESH: Tally = { iterations: 0, idle: 0, withoutTask: 0, ms: 0, asked: false };

/** What the loop does next. */
export type Step =
  | { readonly kind: "iterate" }
  /** All tasks are closed and nobody said so: the loop declares it. */
  | { readonly kind: "assume-complete" }
  | { readonly kind: "end"; readonly why: EndReason };

/** Why the loop itself ends a run. */
export type EndReason =
  | "complete"
  | "stopped"
  | "stalled"
  | "no-task-closed"
  | "only-blocked"
  | "time"
  | "iterations";

/**
 * Decides what comes next. Total, and every run ends: when nothing is left to do, when a limit is
 * reached, or when nothing comes of it any more. Completion outranks a limit.
 */
export function nextStep(limits: Limits, tally: Tally, head: Head): Step {
  const { blocked, remaining, in_progress: inProgress } = head.counts;
  const timeIsUp = limits.timeMs > 0 && tally.ms >= limits.timeMs;
  const noMoreIterations = limits.iterations > 0 && tally.iterations >= limits.iterations;
  const limitReached = timeIsUp || noMoreIterations || head.stop !== null;
  const allClosed = head.tasks > 0 && openTasks(head) === 0;
  if (allClosed && head.complete) return { kind: "end", why: "complete" };
  if (allClosed && (tally.asked || limitReached)) return { kind: "assume-complete" };
  if (blocked > 0 && remaining + inProgress === 0 && head.complete) {
    return { kind: "end", why: "only-blocked" };
  }
  if (head.stop !== null) return { kind: "end", why: "stopped" };
  if (tally.idle >= limits.stall) return { kind: "end", why: "stalled" };
  if (tally.withoutTask >= limits.withoutTask) return { kind: "end", why: "no-task-closed" };
  if (timeIsUp) return { kind: "end", why: "time" };
  if (noMoreIterations) return { kind: "end", why: "iterations" };
  return { kind: "iterate" };
}

/** Counts an iteration that has ended. */
export function count(tally: Tally, before: Head, after: Head, outcome: Outcome): Tally {
  const closed = (head: Head): number => head.counts.completed + head.counts.cancelled;
  return {
    ms: tally.ms,
    iterations: tally.iterations + 1,
    idle: outcome === "progress" ? 0 : tally.idle + 1,
    withoutTask: closed(after) > closed(before) ? 0 : tally.withoutTask + 1,
    asked: before.tasks > 0 && openTasks(before) === 0,
  };
}
