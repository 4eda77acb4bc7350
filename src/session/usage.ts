/**
 * What model calls cost, as far as it is known. `partial` marks figures that are known to miss
 * something (an agent that reports only its last call, a turn that was cut short).
 */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
  /** US dollars, as the agent prices its calls. */
  readonly cost: number;
  readonly partial: boolean;
}

/** What one model has spent. */
export interface ModelUsage {
  /** As `provider/model`. */
  readonly model: string;
  readonly usage: Usage;
}

/** Nothing spent. */
export const NO_USAGE: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  cost: 0,
  partial: false,
};

/** The sum of two usages; partial when either is. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    cost: a.cost + b.cost,
    partial: a.partial || b.partial,
  };
}

/** A usage that has more of nothing taken back: of each figure the larger one, and partial as told last. */
export function atLeast(told: Usage, before: Usage): Usage {
  return {
    inputTokens: Math.max(told.inputTokens, before.inputTokens),
    outputTokens: Math.max(told.outputTokens, before.outputTokens),
    cachedTokens: Math.max(told.cachedTokens, before.cachedTokens),
    cost: Math.max(told.cost, before.cost),
    partial: told.partial,
  };
}

/** What a usage has more than another: of each figure the surplus, and nothing where it has less. */
export function beyond(whole: Usage, told: Usage): Usage {
  return {
    inputTokens: Math.max(0, whole.inputTokens - told.inputTokens),
    outputTokens: Math.max(0, whole.outputTokens - told.outputTokens),
    cachedTokens: Math.max(0, whole.cachedTokens - told.cachedTokens),
    cost: Math.max(0, whole.cost - told.cost),
    partial: whole.partial,
  };
}

/** All tokens that were processed: read anew, read from a cache, and written. */
export function totalTokens({ inputTokens, outputTokens, cachedTokens }: Usage): number {
  return inputTokens + outputTokens + cachedTokens;
}

/** What two lists of models have spent together. */
export function addModels(
  a: readonly ModelUsage[],
  b: readonly ModelUsage[],
): readonly ModelUsage[] {
  const sums = new Map<string, Usage>();
  for (const { model, usage } of [...a, ...b]) {
    sums.set(model, addUsage(sums.get(model) ?? NO_USAGE, usage));
  }
  return Array.from(sums, ([model, usage]) => ({ model, usage }));
}
