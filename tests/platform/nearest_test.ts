import assert from "node:assert/strict";
import fc from "fast-check";
import { nearest } from "../../src/platform/nearest.ts";

const NAMES = ["task-add", "task-batch-add", "task-list", "note-add", "session-complete"];

Deno.test("nearest finds the word with one letter left out, doubled, replaced or in another case", () => {
  fc.assert(fc.property(fc.constantFrom(...NAMES), fc.nat(30), (name, at) => {
    const i = at % name.length;
    const [start, end] = [name.slice(0, i), name.slice(i + 1)];
    const typos = [start + end, `${start}#${end}`, name.slice(0, i + 1) + name.slice(i)];
    for (const typo of [name, name.toUpperCase(), ...typos]) {
      assert.equal(nearest(typo, NAMES), name, typo);
    }
  }));
});

Deno.test("nearest finds nothing for a word that is like no other", () => {
  for (const word of ["frobnicate", "x", ""]) assert.equal(nearest(word, NAMES), undefined, word);
  assert.equal(nearest("task-add", []), undefined);
});

Deno.test("nearest returns one of the candidates or nothing, whatever they are", () => {
  fc.assert(fc.property(fc.string(), fc.array(fc.string()), (word, candidates) => {
    const found = nearest(word, candidates);
    assert.ok(found === undefined || candidates.includes(found));
    if (candidates.includes(word)) assert.equal(found?.toLowerCase(), word.toLowerCase());
  }));
});
