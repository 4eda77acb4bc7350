import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { Capture } from "../../src/platform/capture.ts";

const encoder = new TextEncoder();
const CUT = /\n?\[\.\.\. ([0-9]+) bytes left out \.\.\.\]\n/;

function captured(kept: number, chunks: readonly Uint8Array[]): Capture {
  const capture = new Capture(kept);
  for (const chunk of chunks) capture.push(chunk);
  return capture;
}

function textOf(kept: number, ...chunks: readonly string[]): string {
  return captured(kept, chunks.map((chunk) => encoder.encode(chunk))).text();
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
}

Deno.test("Capture gives the same text, count and hash, however the bytes came in pieces", () => {
  const chunk = fc.uint8Array({ maxLength: 12 });
  const letters = fc.uint8Array({ min: 0x7e, max: 0xf1, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(fc.oneof(chunk, letters)), fc.nat({ max: 40 }), (chunks, kept) => {
      const all = joined(chunks);
      const pieces = captured(kept, chunks);
      const text = pieces.text();
      assert.equal(text, captured(kept, [all]).text());
      assert.equal(pieces.bytes, all.length);
      assert.equal(pieces.sha256(), createHash("sha256").update(all).digest("hex"));
      assert.ok(text.length <= kept + "\n[... 1234567 bytes left out ...]\n".length);
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("Capture keeps whole characters of both ends, and counts what it leaves out", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "é", "€", "😀"), maxLength: 40 });
  fc.assert(
    fc.property(word, fc.nat({ max: 60 }), (whole, kept) => {
      const text = textOf(kept, whole);
      const sizeOf = (part: string): number => encoder.encode(part).length;
      if (sizeOf(whole) <= kept) return assert.equal(text, whole);
      const [head = "", leftOut, tail = ""] = text.split(CUT);
      assert.ok(whole.startsWith(head) && whole.endsWith(tail));
      assert.equal(sizeOf(whole) - sizeOf(head) - sizeOf(tail), Number(leftOut));
      // A character that does not fit whole costs three bytes at most.
      for (
        const [part, half] of [[head, Math.ceil(kept / 2)], [tail, Math.floor(kept / 2)]] as const
      ) {
        assert.ok(sizeOf(part) <= half && sizeOf(part) >= half - 3);
      }
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("Capture marks a cut with a line of its own", () => {
  assert.equal(textOf(4, "ab", "cdef", "gh"), "ab\n[... 4 bytes left out ...]\ngh");
  assert.equal(textOf(4, "a\nbcdefg\n"), "a\n[... 5 bytes left out ...]\ng\n");
  assert.equal(textOf(3, "abcdef"), "ab\n[... 3 bytes left out ...]\nf");
  assert.equal(textOf(0, "abc"), "[... 3 bytes left out ...]\n");
});

Deno.test("Capture leaves a character out that a cut goes through", () => {
  assert.equal(textOf(8, "ab€def€gh"), "ab\n[... 9 bytes left out ...]\ngh");
});

Deno.test("Capture gives everything that its bound has not cut", () => {
  assert.equal(textOf(8, "one\n", "two\n"), "one\ntwo\n");
  assert.equal(textOf(8), "");
  assert.equal(textOf(0), "");
  assert.equal(textOf(8, "\ufeffa"), "\ufeffa");
  // The character lies across the middle, at which nothing is cut.
  assert.equal(textOf(6, "ab€c"), "ab€c");
});

Deno.test("Capture reads as U+FFFD what is no UTF-8", () => {
  const bytes = Uint8Array.of(0xff, 0x61, 0x00, 0x80, 0xe2, 0x82);
  assert.equal(captured(100, [bytes]).text(), "\ufffda\0\ufffd\ufffd");
});
