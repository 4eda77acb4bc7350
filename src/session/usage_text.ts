import { formatCost, formatCount } from "../platform/text.ts";
import type { Usage } from "./usage.ts";

/** Tokens and dollars; marked when they are known to miss something. */
export function usageText(usage: Usage): string {
  const input = usage.inputTokens + usage.cachedTokens;
  const figures = [
    ...(input > 0 ? [`${formatCount(input)} in`] : []),
    ...(usage.outputTokens > 0 ? [`${formatCount(usage.outputTokens)} out`] : []),
    ...(usage.cost > 0 ? [formatCost(usage.cost)] : []),
  ];
  const partial = usage.partial && figures.length > 0 ? " (at least)" : "";
  return `${figures.join(", ")}${partial}`;
}
