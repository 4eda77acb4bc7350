/** Events of what bounds a run: retries, guards, quotas and budgets. */
export interface GuardEvents {
  /** An attempt at an iteration has failed; it is tried again with a new agent. */
  readonly "retry.scheduled": {
    /** The number of the retry, from 1, and how many there are at most. */
    readonly attempt: number;
    readonly max: number;
    readonly delayMs: number;
    readonly error: string;
  };
  /** A guard has ended the turn. */
  readonly "watchdog.fired": {
    readonly kind: WatchdogKind;
    /** What was exceeded: milliseconds, or a number of messages. */
    readonly limit: number;
  };
  /** The provider takes nothing more until then; the run waits. */
  readonly "quota.waiting": { readonly until: string; readonly error: string };
  readonly "quota.over": {
    readonly waitedMs: number;
    readonly why: "reset" | "resumed" | "stopped";
  };
  /** Most of a budget is used up. */
  readonly "budget.warned": BudgetFacts;
  /** All of it is, or the next iteration would probably use it up. */
  readonly "budget.reached": BudgetFacts;
}

/** What ended a turn: silence, a tool call or a turn that took too long, or too many model messages. */
export type WatchdogKind = "silence" | "tool-call" | "turn" | "messages" | "empty-messages";

/** How far a budget is used up: milliseconds, tokens, or US dollars. */
export interface BudgetFacts {
  readonly budget: "time" | "tokens" | "cost";
  readonly used: number;
  readonly limit: number;
}
