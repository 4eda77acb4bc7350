import { formatCost, formatCount } from "../platform/text.ts";
import type { Usage } from "./usage.ts";

/** Tokens, those from a cache apart, and dollars; marked when they are known to miss something. */
export function usageText(usage: Usage): string {
  const figures = [
    ...(usage.inputTokens > 0 ? [`${formatCount(usage.inputTokens)} in`] : []),
    ...(usage.cachedTokens > 0 ? [`${formatCount(usage.cachedTokens)} cached`] : []),
    ...(usage.outputTokens > 0 ? [`${formatCount(usage.outputTokens)} out`] : []),
    ...(usage.cost > 0 ? [formatCost(usage.cost)] : []),
  ];
  const partial = usage.partial && figures.length > 0 ? " (at least)" : "";
  return `${figures.join(", ")}${partial}`;
}
