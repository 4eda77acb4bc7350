import {
  formatCost,
  formatCount,
  formatDuration,
  oneLine,
  plural,
  printable,
} from "../platform/text.ts";
import type { BudgetFacts, EventData } from "../session/event.ts";
import { labelled, momentOf } from "./layout.ts";

/** `retry   1 of 3 in 5s: the agent's process ended with code 7`. */
export function retryLine(
  { attempt, max, delayMs, error }: EventData["retry.scheduled"],
): string {
  const when = delayMs === 0 ? "at once" : `in ${formatDuration(delayMs)}`;
  return labelled("retry", `${attempt} of ${max} ${when}: ${words(error)}`);
}

/** What a guard has seen, and that the turn is ended for it. */
export function watchdogLine({ kind, limit }: EventData["watchdog.fired"]): string {
  return labelled("guard", `${watchdogText(kind, limit)}: the turn is ended`);
}

function watchdogText(kind: EventData["watchdog.fired"]["kind"], limit: number): string {
  switch (kind) {
    case "silence":
      return `no sign of life for ${formatDuration(limit)}`;
    case "tool-call":
      return `a tool call has taken ${formatDuration(limit)}`;
    case "turn":
      return `the turn has taken ${formatDuration(limit)}`;
    case "messages":
      return `more than ${plural(limit, "model message")} in the turn`;
    case "empty-messages":
      return `${plural(limit, "model message")} in a row without text or tool`;
  }
}

/** The agent waits for its provider. `at` is when the event was. */
export function agentWaitingLine(
  { until, message }: EventData["agent.waiting"],
  at: string,
): string {
  const next = clock(until, at);
  return labelled("wait", `the agent asks its provider again at ${next}: ${words(message)}`);
}

/** The run waits for its provider. `at` is when the event was. */
export function quotaWaitingLine({ until, error }: EventData["quota.waiting"], at: string): string {
  return labelled("quota", `used up until ${clock(until, at)}, the run waits: ${words(error)}`);
}

/** The wait is over. */
export function quotaOverLine({ waitedMs, why }: EventData["quota.over"]): string {
  const after = `after ${formatDuration(waitedMs)}`;
  switch (why) {
    case "reset":
      return labelled("quota", `the run goes on ${after}`);
    case "resumed":
      return labelled("quota", `the run goes on ${after}, as asked`);
    case "stopped":
      return labelled("quota", `the wait was ended ${after}`);
  }
}

/** Most of a budget is used up, or all of it. */
export function budgetLine(facts: BudgetFacts, isReached: boolean): string {
  const { used, limit } = amounts(facts);
  const what = `the ${facts.budget} budget`;
  if (!isReached) return labelled("warning", `most of ${what} is used up: ${used} of ${limit}`);
  // A run also ends when what is left would not do for another iteration.
  return facts.used < facts.limit
    ? labelled("budget", `${used} of ${what} of ${limit} is used: too little is left to go on`)
    : labelled("budget", `${what} of ${limit} is used up: ${used}`);
}

function amounts({ budget, used, limit }: BudgetFacts): {
  readonly used: string;
  readonly limit: string;
} {
  const write = (value: number): string => {
    switch (budget) {
      case "time":
        return formatDuration(value);
      case "tokens":
        return `${formatCount(value)} tokens`;
      case "cost":
        return formatCost(value);
    }
  };
  return { used: write(used), limit: write(limit) };
}

function clock(until: string, at: string): string {
  const date = new Date(until);
  return Number.isNaN(date.getTime()) ? words(until) : momentOf(date, new Date(at));
}

function words(text: string): string {
  return oneLine(printable(text), 200);
}
