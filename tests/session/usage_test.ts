import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addModels,
  addUsage,
  atLeast,
  beyond,
  type ModelUsage,
  NO_USAGE,
  totalTokens,
  type Usage,
} from "../../src/session/usage.ts";

function usage(tokens: number): Usage {
  return { ...NO_USAGE, inputTokens: tokens };
}

const models = fc.array(
  fc.record({
    model: fc.constantFrom("a/one", "a/two", "b/three", "__proto__"),
    usage: fc.nat({ max: 1_000 }).map(usage),
  }),
  { maxLength: 6 },
);

Deno.test("all tokens are those read anew, those from a cache, and those written", () => {
  const spent = { inputTokens: 1, outputTokens: 20, cachedTokens: 300, cost: 4, partial: true };
  assert.equal(totalTokens(spent), 321);
  assert.equal(totalTokens(NO_USAGE), 0);
});

Deno.test("what was told before and what is told beyond it make what is told at least", () => {
  const figure = fc.nat({ max: 1_000 });
  const any = fc.record({
    ...{ inputTokens: figure, outputTokens: figure, cachedTokens: figure, cost: figure },
    partial: fc.constant(false),
  });
  fc.assert(fc.property(any, any, (told, before) => {
    assert.deepEqual(addUsage(before, beyond(told, before)), atLeast(told, before));
  }));
});

Deno.test("what models have spent is added up by their names, in the order of their first mention", () => {
  const one: ModelUsage = { model: "a/one", usage: usage(1) };
  const two: ModelUsage = { model: "a/two", usage: { ...usage(2), partial: true } };
  assert.deepEqual(addModels([], []), []);
  assert.deepEqual(addModels([two], [one, two]), [
    { model: "a/two", usage: { ...usage(4), partial: true } },
    one,
  ]);
});

Deno.test("no token is lost or counted twice, and each model stands there once", () => {
  const sum = (list: readonly ModelUsage[]): number =>
    list.reduce((all, { usage: each }) => all + totalTokens(each), 0);
  fc.assert(fc.property(models, models, (a, b) => {
    const both = addModels(a, b);
    assert.equal(sum(both), sum(a) + sum(b));
    const names = both.map(({ model }) => model);
    assert.deepEqual(names, [...new Set([...a, ...b].map(({ model }) => model))]);
    assert.deepEqual(addModels(both, []), both);
  }));
});
