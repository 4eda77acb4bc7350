import assert from "node:assert/strict";
import fc from "fast-check";
import { messageOf, UserError } from "../../src/platform/failure.ts";

Deno.test("messageOf gives one line for whatever was thrown", () => {
  assert.equal(messageOf(new Error("a\n  b\r\nc\n")), "a b c");
  assert.equal(messageOf(new UserError("bad flag", ["hint"])), "bad flag");
  assert.deepEqual(["text", undefined, null, 3].map(messageOf), ["text", "undefined", "null", "3"]);
  fc.assert(fc.property(fc.string(), (text) => {
    assert.doesNotMatch(messageOf(new Error(text)), /\n/);
  }));
});
