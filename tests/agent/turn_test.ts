import assert from "node:assert/strict";
import fc from "fast-check";
import { type PromptUsage, readPromptResult } from "../../src/agent/turn.ts";

function usageOf(usage: unknown): PromptUsage | undefined {
  return readPromptResult({ stopReason: "end_turn", usage }).usage;
}

function tokens(inputTokens: number, outputTokens: number, cachedTokens = 0): PromptUsage {
  return { inputTokens, outputTokens, cachedTokens };
}

Deno.test("tokens are read as the protocol names them", () => {
  assert.deepEqual(
    usageOf({ inputTokens: 100, outputTokens: 20, totalTokens: 120 }),
    tokens(100, 20),
  );
  assert.deepEqual(usageOf({ inputTokens: 0, outputTokens: 0, totalTokens: 0 }), tokens(0, 0));
  assert.deepEqual(
    usageOf({ inputTokens: 5, outputTokens: 2, cachedReadTokens: 3, totalTokens: 10 }),
    tokens(5, 2, 3),
  );
});

Deno.test("what was thought counts as written, what went into a cache as read", () => {
  const all = { inputTokens: 100, outputTokens: 20, thoughtTokens: 7, cachedWriteTokens: 50 };
  assert.deepEqual(usageOf({ ...all, totalTokens: 177 }), tokens(150, 27));
  assert.deepEqual(usageOf(all), tokens(150, 27));
});

Deno.test("thoughts that are part of the output already are not counted twice", () => {
  const usage = { inputTokens: 100, outputTokens: 20, thoughtTokens: 7, totalTokens: 120 };
  assert.deepEqual(usageOf(usage), tokens(100, 20));
});

Deno.test("where only the sum is told, or more of it than its parts, the sum counts", () => {
  assert.deepEqual(usageOf({ totalTokens: 950_000 }), tokens(950_000, 0));
  assert.deepEqual(usageOf({ outputTokens: 20, totalTokens: 100 }), tokens(80, 20));
});

Deno.test("figures that cannot be read are none", () => {
  const none = [
    ...[undefined, null, {}, [], "900000", { inputTokens: "900000", outputTokens: null }],
    ...[{ inputTokens: -1 }, { totalTokens: 1e300 }, { surplus: 5 }],
  ];
  for (const usage of none) assert.equal(usageOf(usage), undefined, JSON.stringify(usage));
});

Deno.test("however an agent adds up, no less is counted than the sum that it tells", () => {
  const figure = fc.option(fc.nat({ max: 1_000_000 }), { nil: undefined });
  const usage = fc.record({
    ...{ inputTokens: figure, outputTokens: figure, thoughtTokens: figure },
    ...{ cachedReadTokens: figure, cachedWriteTokens: figure, totalTokens: figure },
  });
  fc.assert(fc.property(usage, (given) => {
    const read = usageOf(given);
    if (read === undefined) return;
    const { inputTokens, outputTokens, cachedTokens } = read;
    assert.ok(inputTokens + outputTokens + cachedTokens >= (given.totalTokens ?? 0));
    assert.ok(outputTokens >= (given.outputTokens ?? 0));
  }));
});
