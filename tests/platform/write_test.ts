import assert from "node:assert/strict";
import { writeAllSync } from "../../src/platform/write.ts";

Deno.test("writeAllSync writes all of a text, however little is taken at a time", () => {
  const taken: number[] = [];
  const slow = {
    writeSync: (bytes: Uint8Array): number => {
      const part = bytes.subarray(0, 3);
      taken.push(...part);
      return part.length;
    },
  };
  writeAllSync(slow, "größer 🚀\n");
  writeAllSync(slow, "");
  assert.equal(new TextDecoder().decode(new Uint8Array(taken)), "größer 🚀\n");
});
