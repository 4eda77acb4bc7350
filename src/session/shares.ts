import { addUsage, type ModelUsage, type Usage } from "./usage.ts";

/** Costs are added and shared in whole billionths of a dollar: so their sums are exact. */
const NANO = 1e9;

function nanosOf(dollars: number): number {
  return Math.round(dollars * NANO);
}

/** The same usage, its cost in whole billionths of a dollar. */
export function rounded(usage: Usage): Usage {
  return { ...usage, cost: nanosOf(usage.cost) / NANO };
}

/** The sum of two usages that are {@linkcode rounded}; it is so too. */
export function addExactly(a: Usage, b: Usage): Usage {
  return rounded(addUsage(a, b));
}

/** A whole number in so many parts that differ by at most 1 and add up to it; the first are larger. */
export function split(whole: number, parts: number): readonly number[] {
  const least = Math.floor(whole / parts);
  const rest = whole - least * parts;
  return Array.from({ length: parts }, (_, at) => least + Math.min(1, Math.max(0, rest - at)));
}

/** A {@linkcode rounded} usage in equal parts, which add up to it exactly. */
export function splitUsage(usage: Usage, parts: number): readonly Usage[] {
  const inputs = split(usage.inputTokens, parts);
  const outputs = split(usage.outputTokens, parts);
  const cached = split(usage.cachedTokens, parts);
  const costs = split(nanosOf(usage.cost), parts);
  return inputs.map((inputTokens, at) => ({
    inputTokens,
    outputTokens: outputs[at] ?? 0,
    cachedTokens: cached[at] ?? 0,
    cost: (costs[at] ?? 0) / NANO,
    partial: usage.partial,
  }));
}

/**
 * A {@linkcode rounded} usage by model, in parts that add up to it exactly: to each model what is told
 * of it, as far as there is so much, and what is left to the one that was asked for.
 *
 * @param asked the model of the run; null when nobody knows it.
 */
export function usageByModel(
  usage: Usage,
  told: readonly ModelUsage[],
  asked: string | null,
): ReadonlyMap<string | null, Usage> {
  const parts = new Map<string | null, Usage>();
  const give = (model: string | null, part: Usage): void => {
    const before = parts.get(model);
    parts.set(model, before === undefined ? part : addExactly(before, part));
  };
  let left = usage;
  for (const { model, usage: wanted } of told) {
    const part = least(rounded(wanted), left);
    give(model, { ...part, partial: wanted.partial || usage.partial });
    left = minus(left, part);
  }
  const hasTokens = left.inputTokens > 0 || left.outputTokens > 0 || left.cachedTokens > 0;
  // Each rounding may have left a billionth: that is no model of its own.
  const isDust = !hasTokens && nanosOf(left.cost) <= told.length;
  const last = told.at(-1);
  if (last === undefined || !isDust) give(asked, left);
  else if (left.cost > 0) give(last.model, left);
  return parts;
}

function least(a: Usage, b: Usage): Usage {
  return {
    inputTokens: Math.min(a.inputTokens, b.inputTokens),
    outputTokens: Math.min(a.outputTokens, b.outputTokens),
    cachedTokens: Math.min(a.cachedTokens, b.cachedTokens),
    cost: Math.min(a.cost, b.cost),
    partial: b.partial,
  };
}

function minus(a: Usage, b: Usage): Usage {
  return rounded({
    inputTokens: a.inputTokens - b.inputTokens,
    outputTokens: a.outputTokens - b.outputTokens,
    cachedTokens: a.cachedTokens - b.cachedTokens,
    cost: a.cost - b.cost,
    partial: a.partial,
  });
}
