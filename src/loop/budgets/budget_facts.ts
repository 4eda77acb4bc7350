import { UserError } from "../../platform/failure.ts";
import { event } from "../../session/event.ts";
import type { Head } from "../../session/state.ts";
import { totalTokens } from "../../session/usage.ts";
import type { RunContext } from "../context.ts";
import type { EndReason } from "../decide.ts";
import type { IterationResult } from "../iteration.ts";
import { amountOf, KINDS, type SpendingKind } from "./spending_limits.ts";

/**
 * Looks whether the agent tells what its turn has spent. A budget that nobody can count on is none, and
 * that must not show when the money is gone.
 *
 * @throws {UserError} when the first turn of a run tells nothing.
 */
export async function checkFigures(
  { plan, recorder, spending, progress }: RunContext,
  { usage, figures, outcome }: IterationResult,
): Promise<void> {
  if (outcome === "interrupted" || outcome === "failed") return;
  const { limits: { spending: limits } } = plan;
  const unknown = KINDS.find((kind) => limits[kind] > 0 && !figures[kind]);
  const isFirst = progress.tally.iterations === 1;
  if (unknown !== undefined && isFirst) {
    throw new UserError(
      `the agent does not report ${WHAT[unknown]}: the ${unknown} budget cannot be enforced`,
      ["Run without --max-tokens and --max-cost, or with --max-time and --iterations instead"],
    );
  }
  const warn = (message: string): Promise<void> => recorder.record(event("warning", { message }));
  if (unknown !== undefined && spending.warnOnce()) {
    await warn(
      `the agent no longer reports ${WHAT[unknown]}: the ${unknown} budget cannot be enforced`,
    );
  }
  // A turn that is known to have taken no tokens costs nothing by rights.
  const hasSpent = totalTokens(usage) > 0 || !figures.tokens;
  if (isFirst && limits.cost > 0 && usage.cost === 0 && hasSpent) {
    await warn(`the agent reports no cost for ${plan.model}: --max-cost will never take effect`);
  }
}

const WHAT: Readonly<Record<SpendingKind, string>> = {
  tokens: "its token usage",
  cost: "its cost",
};

/** Records which budget has ended the run, when it was one. */
export async function recordBudget(
  { plan, recorder, progress }: RunContext,
  why: EndReason,
  { usage }: Head,
): Promise<void> {
  const { spending, timeMs } = plan.limits;
  if (why === "time") {
    const used = Math.round(progress.tally.ms);
    await recorder.record(event("budget.reached", { budget: "time", used, limit: timeMs }));
  } else if (why === "tokens" || why === "cost") {
    const used = amountOf(why, usage);
    await recorder.record(event("budget.reached", { budget: why, used, limit: spending[why] }));
  }
}
