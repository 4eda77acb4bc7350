import assert from "node:assert/strict";
import fc from "fast-check";
import { readModelChoice } from "../../src/agent/model.ts";

const MODE = {
  id: "mode",
  category: "mode",
  type: "select",
  currentValue: "build",
  options: [{ value: "build" }, { value: "plan" }],
};

const MODEL = {
  id: "model",
  category: "model",
  type: "select",
  currentValue: "fake/m1",
  options: [{ value: "fake/m1", name: "Fake/M1" }, { value: "fake/r1", name: "Fake/R1" }],
};

const CHOICE = {
  current: "fake/m1",
  available: ["fake/m1", "fake/r1"],
  via: { kind: "option", configId: "model" },
};

Deno.test("the choice of models stands among the options, wherever", () => {
  assert.deepEqual(readModelChoice({ configOptions: [MODEL, MODE] }), CHOICE);
  assert.deepEqual(readModelChoice({ configOptions: [MODE, null, 5, MODEL] }), CHOICE);
});

Deno.test("an option is the choice of models by its category, or by its id where it has none", () => {
  const { category: _category, ...bare } = MODEL;
  assert.deepEqual(readModelChoice({ configOptions: [MODE, bare] }), CHOICE);
  assert.deepEqual(readModelChoice({ configOptions: [{ ...MODEL, id: "llm" }] }), {
    ...CHOICE,
    via: { kind: "option", configId: "llm" },
  });
});

Deno.test("options in groups are one list", () => {
  const options = [
    { group: "a", name: "A", options: [{ value: "a/1" }, { value: "a/2" }] },
    { value: "b/1" },
    { group: "c", name: "C", options: [{ group: "d", options: [{ value: "d/1" }] }, "x", null] },
  ];
  const choice = readModelChoice({ configOptions: [{ ...MODEL, options }] });
  assert.deepEqual(choice?.available, ["a/1", "a/2", "b/1", "d/1"]);
});

Deno.test("the older shape has a method of its own", () => {
  const models = {
    currentModelId: "fake/m1",
    availableModels: [{ modelId: "fake/m1", name: "M1" }, { modelId: "fake/r1" }, { name: "?" }],
  };
  assert.deepEqual(readModelChoice({ sessionId: "s", models, modes: {} }), {
    ...CHOICE,
    via: { kind: "method" },
  });
});

Deno.test("today's shape outranks the older one", () => {
  const models = { currentModelId: "x", availableModels: [] };
  assert.deepEqual(readModelChoice({ configOptions: [MODEL], models }), CHOICE);
  assert.equal(readModelChoice({ configOptions: [MODE], models })?.current, "x");
});

Deno.test("an agent that offers no choice gives none", () => {
  for (
    const answer of [
      { sessionId: "s" },
      { configOptions: [] },
      { configOptions: [MODE] },
      { configOptions: "none" },
      { models: null },
      {},
      null,
      undefined,
      "x",
      [],
    ]
  ) {
    assert.equal(readModelChoice(answer), undefined);
  }
});

Deno.test("whatever an agent answers, reading its models does not fail", () => {
  const option = fc.record({
    id: fc.oneof(fc.constant("model"), fc.jsonValue()),
    category: fc.oneof(fc.constant("model"), fc.jsonValue()),
    currentValue: fc.jsonValue(),
    options: fc.oneof(fc.array(fc.record({ options: fc.jsonValue() })), fc.jsonValue()),
  }, { requiredKeys: [] });
  const answer = fc.record({
    configOptions: fc.oneof(fc.array(option), fc.jsonValue()),
    models: fc.oneof(fc.record({ availableModels: fc.jsonValue() }), fc.jsonValue()),
  }, { requiredKeys: [] });
  fc.assert(fc.property(fc.oneof(answer, fc.jsonValue()), (session) => {
    const choice = readModelChoice(session);
    assert.ok(choice?.available.every((model) => typeof model === "string") ?? true);
  }));
});
