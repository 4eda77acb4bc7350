import assert from "node:assert/strict";
import fc from "fast-check";
import { makeOutput } from "../../src/platform/output.ts";

/** Longer than any test takes. */
const LONG_MS = 1e6;

/** A reader that takes at most so many bytes at a time, and closes its end after so many in all. */
class SlowReader {
  readonly #bytes: number[] = [];
  readonly #atOnce: number;
  readonly #limit: number;

  constructor(atOnce: number, limit = Infinity) {
    this.#atOnce = atOnce;
    this.#limit = limit;
  }

  get text(): string {
    return new TextDecoder().decode(new Uint8Array(this.#bytes));
  }

  async write(bytes: Uint8Array): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (this.#bytes.length >= this.#limit) throw new Deno.errors.BrokenPipe();
    const part = bytes.subarray(0, this.#atOnce);
    this.#bytes.push(...part);
    return part.length;
  }
}

Deno.test("an output delivers everything in order to a slow reader, without waiting for it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ maxLength: 8 }), { maxLength: 8 }), async (texts) => {
      const reader = new SlowReader(7);
      const output = makeOutput(reader, () => assert.fail("nobody closed"));
      for (const text of texts) output.write(text);
      assert.equal(reader.text, "");
      await output.drained(LONG_MS);
      assert.equal(reader.text, texts.join(""));
    }),
    { numRuns: 20 },
  );
});

Deno.test("an output that was drained takes more, also while it is being drained", async () => {
  const reader = new SlowReader(2);
  const output = makeOutput(reader, () => assert.fail("nobody closed"));
  await output.drained(LONG_MS);
  output.write("one ");
  const drained = output.drained(LONG_MS);
  output.write("two ");
  await drained;
  output.write("three");
  await output.drained(LONG_MS);
  assert.equal(reader.text, "one two three");
});

Deno.test("an output tells once that its reader has gone, and drops what comes later", async () => {
  const reader = new SlowReader(4, 8);
  let closed = 0;
  const output = makeOutput(reader, () => {
    closed++;
  });
  for (let i = 0; i < 5; i++) output.write("12345678");
  await output.drained(LONG_MS);
  output.write("more");
  await output.drained(LONG_MS);
  assert.deepEqual([closed, reader.text], [1, "12345678"]);
});

Deno.test("an output gives a reader up that takes nothing at all, but not a slow one", async () => {
  const { promise: never, resolve } = Promise.withResolvers<number>();
  const output = makeOutput({ write: () => never }, () => assert.fail("nobody closed"));
  await output.stuck(1, AbortSignal.abort());
  output.write("unread");
  await output.drained(10);
  await output.stuck(10, new AbortController().signal);
  const stop = new AbortController();
  const waiting = output.stuck(LONG_MS, stop.signal);
  stop.abort();
  await waiting;
  resolve(6);
  await output.drained(LONG_MS);
});

Deno.test("an output is ready for more when not much is waiting", async () => {
  const reader = new SlowReader(10_000);
  const output = makeOutput(reader, () => assert.fail("nobody closed"));
  await output.ready();
  for (let i = 0; i < 10; i++) output.write("x".repeat(10_000));
  await output.ready();
  assert.ok(reader.text.length >= 10_000, "it has waited");
  await output.drained(LONG_MS);
  assert.equal(reader.text.length, 100_000);
});
