import assert from "node:assert/strict";
import fc from "fast-check";
import { Tail } from "../../src/platform/tail.ts";

function tailOf(limit: number, chunks: readonly string[]): Tail {
  const tail = new Tail(limit);
  for (const chunk of chunks) tail.push(chunk);
  return tail;
}

Deno.test("Tail keeps an end of what was pushed, within its bound, however it came in pieces", () => {
  const chunk = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 12 });
  fc.assert(
    fc.property(fc.array(chunk), fc.integer({ min: 1, max: 20 }), (chunks, limit) => {
      const whole = chunks.join("");
      const kept = tailOf(limit, chunks).text();
      assert.ok(kept.length <= limit && whole.endsWith(kept));
      assert.equal(kept, tailOf(limit, [whole]).text());
    }),
    { numRuns: 500 },
  );
});

Deno.test("Tail keeps whole lines where it can", () => {
  assert.equal(tailOf(10, ["one\ntwo\nthree\n"]).text(), "three\n");
  assert.equal(tailOf(5, ["one long line"]).text(), " line");
  assert.equal(tailOf(100, ["one\n", "two"]).text(), "one\ntwo");
});

Deno.test("Tail keeps everything that its bound has not cut", () => {
  assert.equal(tailOf(8, ["one\ntwo\n"]).text(), "one\ntwo\n");
});

Deno.test("the last lines are harmless, each on a line, and not endless", () => {
  const tail = new Tail(8_000);
  tail.push(`first\na\x1b[31m\rb ${"x".repeat(1_000)}\n`);
  const [first, second = ""] = tail.lastLines(2);
  assert.equal(first, "first");
  assert.match(second, /^ab x+\.\.\.$/);
  assert.equal(second.length, 300);
  assert.equal(tail.lastWords(), second);
});
