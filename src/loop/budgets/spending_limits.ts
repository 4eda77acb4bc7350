import { totalTokens, type Usage } from "../../session/usage.ts";

/** Budgets of a session's whole life; 0 = unlimited. */
export interface SpendingLimits {
  readonly tokens: number;
  /** US dollars. */
  readonly cost: number;
}

/** Which of the two. */
export type SpendingKind = keyof SpendingLimits;

/** Both of them, in the order in which they are looked at. */
export const KINDS: readonly SpendingKind[] = ["tokens", "cost"];

/** How much of a budget a usage takes. */
export function amountOf(kind: SpendingKind, usage: Usage): number {
  return kind === "tokens" ? totalTokens(usage) : usage.cost;
}

/** The budget that a usage has used up; `undefined` when there is room. */
export function spentBudget(limits: SpendingLimits, usage: Usage): SpendingKind | undefined {
  return KINDS.find((kind) => limits[kind] > 0 && isReached(amountOf(kind, usage), limits[kind]));
}

/** Sums of prices are not exact in their last digits: a billionth of a dollar does not count. */
export function isReached(amount: number, limit: number): boolean {
  return amount >= limit - 1e-9;
}

/** The budget that a usage would exceed; `undefined` when all of it fits. */
export function exceededBudget(limits: SpendingLimits, usage: Usage): SpendingKind | undefined {
  return KINDS.find((kind) => limits[kind] > 0 && amountOf(kind, usage) > limits[kind] + 1e-9);
}
