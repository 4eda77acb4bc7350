import assert from "node:assert/strict";
import fc from "fast-check";
import { type Kind, placeholder, readValue, writeValue } from "../../src/config/kinds.ts";
import { SPECS } from "../../src/config/table.ts";
import { samplesOf } from "./_samples.ts";

const KINDS: readonly Kind[] = [
  ...new Map(SPECS.map(({ kind }) => [JSON.stringify(kind), kind] as const)).values(),
];

for (const kind of KINDS) {
  const name = JSON.stringify(kind);

  Deno.test(`a value of the kind ${name} is read as it is meant, and written so that it is read again`, () => {
    for (const { text, value } of samplesOf(kind).good) {
      assert.deepEqual(readValue(kind, text), { ok: true, value }, text);
      assert.deepEqual(readValue(kind, writeValue(kind, value)), { ok: true, value }, text);
    }
  });

  Deno.test(`a text that is no value of the kind ${name} is refused with what is allowed`, () => {
    const { bad, must } = samplesOf(kind);
    for (const text of bad) assert.deepEqual(readValue(kind, text), { ok: false, must }, text);
  });

  Deno.test(`whatever is read as a value of the kind ${name} can be written and read again`, () => {
    const letters = fc.constantFrom(..."0123456789smhdBKMGi-+.e ".split(""));
    const text = fc.oneof(fc.string(), fc.string({ unit: letters, maxLength: 8 }));
    fc.assert(fc.property(text, (given) => {
      const reading = readValue(kind, given);
      if (!reading.ok) return;
      assert.deepEqual(readValue(kind, writeValue(kind, reading.value)), reading);
    }));
  });

  Deno.test(`a flag of the kind ${name} ${kind.kind === "switch" ? "needs no" : "says that it takes a"} value`, () => {
    assert.equal(placeholder(kind) === undefined, kind.kind === "switch");
  });
}
