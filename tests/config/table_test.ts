import assert from "node:assert/strict";
import { readValue, writeValue } from "../../src/config/kinds.ts";
import { specOf, SPECS } from "../../src/config/table.ts";

Deno.test("the table gives each key, flag, letter and variable once", () => {
  const names = [
    SPECS.map(({ key }) => key),
    SPECS.flatMap(({ flag }) => flag === undefined ? [] : [flag.long]),
    SPECS.flatMap(({ flag }) => flag?.short === undefined ? [] : [flag.short]),
    SPECS.flatMap(({ variable }) => variable === undefined ? [] : [variable]),
  ];
  for (const given of names) assert.deepEqual(given, [...new Set(given)]);
});

Deno.test("no key of the table is a group of others", () => {
  for (const { key } of SPECS) {
    assert.ok(!SPECS.some((other) => other.key.startsWith(`${key}.`)), key);
  }
});

Deno.test("the table names variables ITERATR_..., flags with dashes, and explains every key", () => {
  for (const { key, flag, variable, help } of SPECS) {
    assert.match(key, /^[a-z_]+(\.[a-z_]+)?$/);
    assert.match(variable ?? "ITERATR_X", /^ITERATR_[A-Z_]+$/, key);
    assert.match(flag?.long ?? "x", /^[a-z][a-z-]*$/, key);
    assert.match(help, /^[^\n]{10,}[^.\n]$/, key);
  }
});

Deno.test("every default of the table can be written as a person would write it", () => {
  for (const { key, kind, fallback } of SPECS) {
    // No gates are what nobody writes.
    if (fallback === undefined || (Array.isArray(fallback) && fallback.length === 0)) continue;
    assert.deepEqual(
      readValue(kind, writeValue(kind, fallback)),
      { ok: true, value: fallback },
      key,
    );
  }
});

Deno.test("the table knows its keys by their whole names only", () => {
  for (const spec of SPECS) assert.equal(specOf(spec.key), spec);
  for (const name of ["", "stall", "prompt", "Model", "model ", "constructor", "__proto__"]) {
    assert.equal(specOf(name), undefined, name);
  }
});
