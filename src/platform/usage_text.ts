import { formatCost, formatCount } from "./text.ts";

/** What model calls have cost, as far as it is known. */
export interface UsageFigures {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
  /** US dollars. */
  readonly cost: number;
  /** Whether they are known to miss something. */
  readonly partial: boolean;
}

/** Tokens, those from a cache apart, and dollars; marked when they are known to miss something. */
export function usageText(usage: UsageFigures): string {
  const figures = [
    ...(usage.inputTokens > 0 ? [`${formatCount(usage.inputTokens)} in`] : []),
    ...(usage.cachedTokens > 0 ? [`${formatCount(usage.cachedTokens)} cached`] : []),
    ...(usage.outputTokens > 0 ? [`${formatCount(usage.outputTokens)} out`] : []),
    ...(usage.cost > 0 ? [formatCost(usage.cost)] : []),
  ];
  const partial = usage.partial && figures.length > 0 ? " (at least)" : "";
  return `${figures.join(", ")}${partial}`;
}
