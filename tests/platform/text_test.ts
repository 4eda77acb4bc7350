import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatCost,
  formatCount,
  formatDuration,
  oneLine,
  plural,
  printable,
} from "../../src/platform/text.ts";

Deno.test("formatDuration has at most two units, and never sixty of one", () => {
  const ms = [0, 3400, 12_000, 59_600, 72_000, 368_000, 3_599_600, 7_500_000, 360_000_000];
  assert.deepEqual(ms.map(formatDuration), [
    ...["0.0s", "3.4s", "12s", "1m00s", "1m12s", "6m08s", "1h00m", "2h05m", "100h00m"],
  ]);
  fc.assert(
    fc.property(fc.nat(10 * 24 * 3_600_000), (time) => {
      assert.match(formatDuration(time), /^(\d+\.\ds|[1-5]?\ds|[1-5]?\dm[0-5]\ds|\d+h[0-5]\dm)$/);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("formatCount shortens thousands and millions", () => {
  const counts = [0, 950, 999, 1000, 18_240, 1_300_000, 25_000_000];
  assert.deepEqual(counts.map(formatCount), ["0", "950", "999", "1.0k", "18.2k", "1.3M", "25.0M"]);
});

Deno.test("formatCount never counts a thousand thousands", () => {
  fc.assert(
    fc.property(fc.oneof(fc.nat(2_000_000), fc.integer({ min: 999_000, max: 1_001_000 })), (n) => {
      assert.match(formatCount(n), /^(\d{1,3}|\d{1,3}\.\dk|\d+\.\dM)$/);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("formatCost shows cents, and below a cent the digit that matters", () => {
  const costs = [0, 12.345, 0.01, 0.0042, 0.0099];
  assert.deepEqual(costs.map(formatCost), ["$0.00", "$12.35", "$0.01", "$0.004", "$0.01"]);
});

Deno.test("formatCost never shows an exponent", () => {
  fc.assert(fc.property(fc.nat(1e9), fc.integer({ min: 0, max: 8 }), (n, digits) => {
    const cost = n / 10 ** digits;
    assert.match(formatCost(cost), /^\$\d+\.\d+$/);
  }));
});

Deno.test("plural counts one thing, and several", () => {
  const counts = [0, 1, 2].map((count) => plural(count, "task"));
  assert.deepEqual(counts, ["0 tasks", "1 task", "2 tasks"]);
});

Deno.test("printable leaves no escape sequence and no control character but line break and tab", () => {
  assert.equal(printable("\x1b[31mred\x1b[0m\x07\r\n\tx\x9b2J\x1b]0;title\x07."), "red\n\tx.");
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom("\x1b", "[", "]", "0", "m", "\x9b", "\n"), fc.string()),
  });
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: "binary" })), (any) => {
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(printable(any), /[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
      assert.equal(printable(printable(any)), printable(any));
    }),
    { numRuns: 500 },
  );
});

Deno.test("oneLine fits any text into its width", () => {
  assert.equal(oneLine("  a\n b\t c ", 10), "a b c");
  assert.equal(oneLine("a longer text", 10), "a longe...");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 3, max: 80 }), (text, n) => {
      const line = oneLine(text, n);
      assert.ok(line.length <= n);
      assert.doesNotMatch(line, /[\n\r\t]/);
    }),
  );
});
