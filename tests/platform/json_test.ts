import assert from "node:assert/strict";
import fc from "fast-check";
import { asArray, asNumber, asObject, asText } from "../../src/platform/json.ts";

Deno.test("each of the four takes its own kind of value, and none throws for any other", () => {
  fc.assert(fc.property(fc.anything(), (value) => {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    assert.equal(asObject(value), isObject ? value : undefined);
    assert.deepEqual(asArray(value), Array.isArray(value) ? value : []);
    assert.equal(asText(value), typeof value === "string" ? value : undefined);
    assert.equal(asNumber(value), Number.isFinite(value) ? value : undefined);
  }));
});
