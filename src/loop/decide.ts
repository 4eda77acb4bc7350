import type { Outcome } from "../session/event.ts";
import type { Judgement } from "../session/gate.ts";
import { type Head, openTasks } from "../session/state.ts";
import { addUsage, NO_USAGE, type Usage } from "../session/usage.ts";
import {
  exceededBudget,
  type SpendingKind,
  type SpendingLimits,
  spentBudget,
} from "./budgets/spending_limits.ts";

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
  /** Fingerprint of the gates; empty when there are none. */
  readonly gates: string;
  /** Budgets of the session's whole life. */
  readonly spending: SpendingLimits;
  /** Whether gates may fail that failed before the session began; absent: they may not. */
  readonly tolerates?: boolean;
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
  /** Whether a hook of git refused the last commit, and the agent does not know. */
  readonly refused: boolean;
  /** Whether an extra turn has been taken to tell the agent what a hook complained of last. */
  readonly told: boolean;
  /** What the session's last iteration has spent: the next one will probably spend as much. */
  readonly last: Usage;
  /** The budget that the run has seen used up: no turn is begun any more, whatever the account says. */
  readonly spent: SpendingKind | undefined;
}

/** A run that has not begun. */
export const FRESH: Tally = {
  last: NO_USAGE,
  spent: undefined,
  iterations: 0,
  idle: 0,
  withoutTask: 0,
  ms: 0,
  asked: false,
  refused: false,
  told: false,
};

/** What the loop does next. */
export type Step =
  | {
    readonly kind: "iterate";
    /** Only to tell the agent what a hook complained of when everything was done. */
    readonly extra: boolean;
  }
  /** All tasks are closed and nobody said so: the loop declares it. */
  | { readonly kind: "assume-complete" }
  /** The session is declared done: the gates have to say whether it is. */
  | { readonly kind: "judge" }
  | { readonly kind: "end"; readonly why: EndReason };

/** Why the loop itself ends a run. */
export type EndReason =
  | "complete"
  | "unverified"
  | "stopped"
  | "stalled"
  | "no-task-closed"
  | "only-blocked"
  | Limit;

/** A limit that a person has set. */
export type Limit = "time" | SpendingKind | "iterations";

/** So many judgements in a row may fail. */
export const MAX_FAILED_JUDGEMENTS = 5;

const NEXT: Step = { kind: "iterate", extra: false };

/**
 * Decides what comes next. Total, and every run ends: when nothing is left to do, when a limit is
 * reached, or when nothing comes of it any more. Completion outranks a limit.
 */
export function nextStep(limits: Limits, tally: Tally, head: Head): Step {
  const limit = reachedLimit(limits, tally, head);
  const allClosed = head.tasks > 0 && openTasks(head) === 0;
  const mustEnd = limit !== undefined || head.stop !== null;
  if (allClosed && head.complete) {
    const complains = tally.refused || head.held?.some(({ failed }) => failed) === true;
    if (complains && !tally.told && !mustEnd) return { kind: "iterate", extra: true };
    return isProven(head, limits) ? { kind: "end", why: "complete" } : { kind: "judge" };
  }
  const failing = failingJudgement(limits, head);
  if (failing !== undefined && failing.inARow >= MAX_FAILED_JUDGEMENTS) {
    return { kind: "end", why: "unverified" };
  }
  if (allClosed && failing?.iteration === head.iterations) {
    if (head.stop !== null) return { kind: "end", why: "stopped" };
    return limit === undefined ? NEXT : { kind: "end", why: "unverified" };
  }
  if (allClosed && (tally.asked || mustEnd)) return { kind: "assume-complete" };
  const { blocked, remaining, in_progress: inProgress } = head.counts;
  if (blocked > 0 && remaining + inProgress === 0 && head.complete) {
    return { kind: "end", why: "only-blocked" };
  }
  if (head.stop !== null) return { kind: "end", why: "stopped" };
  // While only the gates are in the way, their judgements are counted instead.
  if (!allClosed || failing === undefined) {
    if (tally.idle >= limits.stall) return { kind: "end", why: "stalled" };
    if (tally.withoutTask >= limits.withoutTask) return { kind: "end", why: "no-task-closed" };
  }
  return limit === undefined ? NEXT : { kind: "end", why: limit };
}

function reachedLimit(limits: Limits, tally: Tally, head: Head): Limit | undefined {
  if (limits.timeMs > 0 && tally.ms >= limits.timeMs) return "time";
  const spent = tally.spent ?? spentBudget(limits.spending, head.usage) ??
    exceededBudget(limits.spending, addUsage(head.usage, tally.last));
  if (spent !== undefined) return spent;
  const { iterations } = limits;
  return iterations > 0 && tally.iterations >= iterations ? "iterations" : undefined;
}

function failingJudgement(limits: Limits, { judgement }: Head): Judgement | undefined {
  if (judgement === undefined || judgement.passed || judgement.inARow === 0) return undefined;
  return judgement.gates === limits.gates ? judgement : undefined;
}

/** Whether the gates have passed what the session has come to; without any, nothing is to be proven. */
export function isProven(
  { judgement, iterations }: Head,
  { gates, tolerates = false }: Pick<Limits, "gates" | "tolerates">,
): boolean {
  if (gates === "") return true;
  if (judgement?.passed !== true || judgement.gates !== gates) return false;
  // What was tolerated then need not be now.
  return judgement.iteration === iterations && (tolerates || judgement.tolerated.length === 0);
}

/** Counts an iteration that has ended. */
export function count(
  tally: Tally,
  before: Head,
  after: Head,
  { outcome, usage: last }: { readonly outcome: Outcome; readonly usage: Usage },
): Tally {
  const closed = (head: Head): number => head.counts.completed + head.counts.cancelled;
  return {
    ms: tally.ms,
    iterations: tally.iterations + 1,
    idle: outcome === "progress" ? 0 : tally.idle + 1,
    withoutTask: closed(after) > closed(before) ? 0 : tally.withoutTask + 1,
    asked: before.tasks > 0 && openTasks(before) === 0,
    refused: tally.refused,
    told: tally.told,
    spent: tally.spent,
    last,
  };
}
