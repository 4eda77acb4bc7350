import assert from "node:assert/strict";
import fc from "fast-check";
import { isSessionName, MAX_NAME, sessionNameFromStem } from "../../src/session/name.ts";

/** Characters of which a name can hold none, so that nothing readable is left of them. */
const unreadable = fc.string({
  unit: fc.constantFrom("ж", "仕", "様", "🚀", "é", " ", ".", "!", "\u0301", "\n", "/"),
  minLength: 1,
  maxLength: 80,
});
const stem = fc.oneof(
  fc.string({ unit: "binary", maxLength: 100 }),
  fc.string({ unit: "grapheme", maxLength: 100 }),
  fc.string({ maxLength: 200 }),
  unreadable,
);

Deno.test("sessionNameFromStem gives a valid name, and the same one every time, for any stem", () => {
  fc.assert(
    fc.property(stem, (text) => {
      const name = sessionNameFromStem(text);
      assert.ok(isSessionName(name), name);
      assert.equal(sessionNameFromStem(text), name);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("sessionNameFromStem leaves a stem that is a readable name as it is", () => {
  const readable = fc.stringMatching(/^[A-Za-z0-9_-]{0,32}[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/);
  fc.assert(fc.property(readable, (text) => {
    assert.equal(sessionNameFromStem(text), text);
  }));
});

Deno.test("sessionNameFromStem puts a dash for each character that a name cannot hold", () => {
  assert.equal(sessionNameFromStem("my spec.v2"), "my-spec-v2");
  assert.equal(sessionNameFromStem("plan🚀b"), "plan-b");
  assert.equal(sessionNameFromStem("naïve"), "na-ve");
});

Deno.test("sessionNameFromStem tells stems apart of which nothing readable is left", () => {
  fc.assert(fc.property(fc.uniqueArray(unreadable, { minLength: 2, maxLength: 20 }), (stems) => {
    assert.equal(new Set(stems.map(sessionNameFromStem)).size, stems.length);
  }));
  for (const text of ["", "---", "___", "仕様", "план"]) {
    assert.match(sessionNameFromStem(text), /^spec-[0-9a-f]{8}$/);
  }
});

Deno.test("sessionNameFromStem tells long stems apart that begin alike", () => {
  const start = "s".repeat(MAX_NAME);
  fc.assert(fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2 }), (ends) => {
    const names = ends.map((end) => sessionNameFromStem(start + end));
    assert.equal(new Set(names).size, ends.length);
  }));
});

Deno.test("isSessionName takes 1 to 64 letters, digits, dashes and underscores, nothing else", () => {
  for (const name of ["a", "A-b_9", "-", "x".repeat(64)]) assert.ok(isSessionName(name), name);
  for (const name of ["", "x".repeat(65), "a b", "a.b", "a/b", "..", "ä", "a\n", "a\0"]) {
    assert.ok(!isSessionName(name), JSON.stringify(name));
  }
});
