import assert from "node:assert/strict";
import fc from "fast-check";
import { formatId, type IdPrefix, parseId } from "../../src/session/ids.ts";

const prefix = fc.constantFrom<IdPrefix>("TAS", "NOT");
const number = fc.integer({ min: 1, max: 999_999_999 });

Deno.test("parseId reads back every id that formatId writes, in any case and without its letters", () => {
  fc.assert(fc.property(prefix, number, (letters, n) => {
    const id = formatId(letters, n);
    for (const text of [id, id.toLowerCase(), ` ${id}\n`, String(n)]) {
      assert.equal(parseId(letters, text), n);
    }
  }));
});

Deno.test("parseId refuses the letters of another kind of thing", () => {
  fc.assert(fc.property(number, (n) => {
    assert.equal(parseId("TAS", formatId("NOT", n)), undefined);
    assert.equal(parseId("NOT", formatId("TAS", n)), undefined);
  }));
});

Deno.test("parseId refuses everything that is no whole number from 1 up", () => {
  const texts = ["", " ", "0", "00", "08", "-1", "+1", "1.0", "1e0", "0x1", "abc", "TAS", "TAS-"];
  const more = ["TAS-0", "TAS-01", "TAS--1", "TAS 1", "TAS_1", "1-TAS", "TAS-1-2", "1234567890"];
  for (const text of [...texts, ...more]) assert.equal(parseId("TAS", text), undefined, text);
});

Deno.test("parseId returns a whole number from 1 up or nothing, whatever the text", () => {
  fc.assert(fc.property(prefix, fc.string(), (letters, text) => {
    const n = parseId(letters, text);
    assert.ok(n === undefined || (Number.isSafeInteger(n) && n >= 1));
  }));
});
