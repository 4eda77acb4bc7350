import assert from "node:assert/strict";
import fc from "fast-check";
import { shortHash } from "../../src/session/hash.ts";

Deno.test("shortHash is FNV-1a with 64 bits, as its authors' test vectors have it", () => {
  assert.equal(shortHash(""), "cbf29ce484222325");
  assert.equal(shortHash("a"), "af63dc4c8601ec8c");
  assert.equal(shortHash("foobar"), "85944171f73967e8");
});

Deno.test("shortHash gives 16 hex digits and the same ones every time, for any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert.match(shortHash(text), /^[0-9a-f]{16}$/);
    assert.equal(shortHash(text), shortHash(text));
  }));
});

Deno.test("shortHash tells texts apart", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.string(), { maxLength: 50 }), (texts) => {
    assert.equal(new Set(texts.map(shortHash)).size, texts.length);
  }));
});
