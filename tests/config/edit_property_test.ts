import assert from "node:assert/strict";
import fc from "fast-check";
import { setInText, unsetInText } from "../../src/config/edit.ts";
import { readConfigText } from "../../src/config/file.ts";
import { readValue } from "../../src/config/kinds.ts";
import { SPECS } from "../../src/config/table.ts";
import { documents, wish } from "./_documents.ts";
import { valuesOf } from "./_edit.ts";

Deno.test("the files that these tests make up are sound", () => {
  fc.assert(fc.property(documents, ({ text }) => {
    assert.deepEqual(readConfigText(text, "f").problems, [], text);
  }));
});

Deno.test("whatever is set in whatever file is there afterwards, and all else is as before", () => {
  fc.assert(
    fc.property(documents, wish, ({ text, places }, { spec, value }) => {
      const after = setInText(text, spec.key, value, "f");
      const show = JSON.stringify({ text, key: spec.key, value, after });
      assert.deepEqual(readConfigText(after, "f").problems, [], show);
      const reading = readValue(spec.kind, value);
      assert.ok(reading.ok);
      const expected = new Map(valuesOf(text)).set(spec.key, reading.value);
      assert.deepEqual(sorted(valuesOf(after)), sorted(expected), show);
      // Only the lines of the key have changed, or one has been put in.
      const [from, to] = places.get(spec.key) ?? [undefined, undefined];
      if (from !== undefined) {
        assert.ok(after.startsWith(text.slice(0, from)) && after.endsWith(text.slice(to)), show);
      } else assert.ok(isInserted(text, after), show);
      if (/\r\n/.test(text)) assert.doesNotMatch(after, /[^\r]\n/, show);
    }),
    { numRuns: 400 },
  );
});

Deno.test("whatever is unset in whatever file is gone afterwards, and all else is as before", () => {
  fc.assert(
    fc.property(documents, fc.constantFrom(...SPECS), ({ text, places }, { key }) => {
      const after = unsetInText(text, key, "f");
      const place = places.get(key);
      assert.equal(after === undefined, place === undefined);
      if (after === undefined || place === undefined) return;
      const show = JSON.stringify({ text, key, after });
      assert.deepEqual(readConfigText(after, "f").problems, [], show);
      const expected = new Map(valuesOf(text));
      expected.delete(key);
      assert.deepEqual(sorted(valuesOf(after)), sorted(expected), show);
      // The key of a group that has no other may go with it.
      const [group = ""] = key.split(".");
      const rest = text.slice(0, place[0]) + text.slice(place[1]);
      const without = rest.replace(new RegExp(`(^|\\n)${group}:\\r?\\n`), "$1");
      assert.ok(after === rest || after === without, show);
    }),
    { numRuns: 400 },
  );
});

function sorted(values: ReadonlyMap<string, unknown>): unknown {
  return [...values].toSorted(([a], [b]) => a < b ? -1 : 1);
}

/** Whether one text is the other with something put in. */
function isInserted(before: string, after: string): boolean {
  let head = 0;
  while (head < before.length && before[head] === after[head]) head++;
  return after.endsWith(before.slice(head));
}
