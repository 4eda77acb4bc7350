import assert from "node:assert/strict";
import { client } from "@agentclientprotocol/sdk";
import fc from "fast-check";
import { type FrameListener, frameStream, MAX_FRAME_BYTES } from "../../src/agent/frames.ts";

const encoder = new TextEncoder();

/** What came of a stream of bytes. */
interface Read {
  /** Requests and answers. */
  readonly frames: readonly unknown[];
  /** Notifications: their methods and parameters. */
  readonly news: readonly (readonly [method: string, params: unknown])[];
  readonly oddities: readonly string[];
}

/** A pipe that holds these chunks, one for each read, and gives none before it may. */
function pipe(
  chunks: Iterable<Uint8Array>,
  begin: Promise<void> = Promise.resolve(),
): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.iterator]();
  return new ReadableStream({
    pull: async (controller) => {
      await begin;
      const { value, done } = iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

/** Reads all frames that an agent has sent as these chunks, after the client has asked these ids. */
async function read(
  chunks: Iterable<Uint8Array>,
  asked: readonly (number | string)[] = [],
): Promise<Read> {
  const oddities: string[] = [];
  const news: (readonly [string, unknown])[] = [];
  const stdin = new WritableStream<Uint8Array>().getWriter();
  const { promise: begin, resolve: answer } = Promise.withResolvers<void>();
  const stdout = pipe(chunks, begin);
  const stream = frameStream({ stdin, stdout }, {
    onOddity: (what) => oddities.push(what),
    onNotification: (method, params) => news.push([method, params]),
  });
  const writer = stream.writable.getWriter();
  for (const id of asked) await writer.write({ jsonrpc: "2.0", id, method: "ask", params: {} });
  answer();
  const frames: unknown[] = await Array.fromAsync(stream.readable);
  return { frames, news, oddities };
}

async function readText(text: string, asked: readonly (number | string)[] = []): Promise<Read> {
  return await read([encoder.encode(text)], asked);
}

const ASK = { jsonrpc: "2.0", id: "q", method: "session/request_permission", params: { n: 1 } };
const LINE = `${JSON.stringify(ASK)}\n`;

const IGNORANT: FrameListener = { onNotification: () => undefined, onOddity: () => undefined };

Deno.test("a line that is no JSON object is passed over and told, whatever it is", async () => {
  for (
    const junk of ["npm warn config", '{"jsonrpc":', "[]", `[${LINE.trim()}]`, "42", '"x"', "null"]
  ) {
    const { frames, oddities } = await readText(`${junk}\n${LINE}`);
    assert.deepEqual(frames, [ASK], junk);
    assert.equal(oddities.length, 1, junk);
    assert.ok(oddities[0]?.includes(junk), oddities[0]);
  }
});

Deno.test("an empty line and a blank line are passed over without a word", async () => {
  const { frames, oddities } = await readText(`\n   \n\r\n${LINE}\n\t\n${LINE}`);
  assert.deepEqual(frames, [ASK, ASK]);
  assert.deepEqual(oddities, []);
});

Deno.test("a line may end in CRLF", async () => {
  const { frames, oddities } = await readText(`${LINE.trim()}\r\n${LINE}`);
  assert.deepEqual(frames, [ASK, ASK]);
  assert.deepEqual(oddities, []);
});

Deno.test("a notification is told as it comes, whatever it is about, and is no frame for the SDK", async () => {
  const lines = [
    '{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{"n":1}}}',
    '{"method":"_x"}',
    '{"method":"session/update","params":[null]}',
  ];
  const { frames, news, oddities } = await readText(`${lines.join("\n")}\n`);
  assert.deepEqual(news, [
    ["session/update", { sessionId: "s", update: { n: 1 } }],
    ["_x", undefined],
    ["session/update", [null]],
  ]);
  assert.deepEqual([frames, oddities], [[], []]);
});

Deno.test("a frame without its jsonrpc member gets it", async () => {
  const { frames } = await readText('{"id":0,"method":"a"}\n{"id":1,"result":{}}\n', [1]);
  assert.deepEqual(frames, [
    { jsonrpc: "2.0", id: 0, method: "a" },
    { jsonrpc: "2.0", id: 1, result: {} },
  ]);
});

Deno.test("an answer whose id comes back as a text is matched to the number that was asked", async () => {
  const { frames, oddities } = await readText('{"id":"7","result":{"ok":1}}\n', [7]);
  assert.deepEqual(frames, [{ jsonrpc: "2.0", id: 7, result: { ok: 1 } }]);
  assert.deepEqual(oddities, []);
});

Deno.test("an answer that nobody waits for is dropped and told, also a second one", async () => {
  const { frames, oddities } = await readText(
    [
      '{"jsonrpc":"2.0","id":987654,"result":{}}',
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}',
      "{}",
      '{"jsonrpc":"2.0","id":1,"result":{"first":true}}',
      '{"jsonrpc":"2.0","id":1,"result":{"first":false}}',
      "",
    ].join("\n"),
    [1],
  );
  assert.deepEqual(frames, [{ jsonrpc: "2.0", id: 1, result: { first: true } }]);
  assert.equal(oddities.length, 4);
  assert.ok(oddities.every((oddity) => oddity.startsWith("an answer to no question")));
});

Deno.test("a request of the agent may carry an id that the client uses too, of any kind", async () => {
  for (const id of [0, 1, "1", "permission/abc"]) {
    const frame = { jsonrpc: "2.0", id, method: "session/request_permission", params: {} };
    const { frames } = await readText(`${JSON.stringify(frame)}\n{"id":1,"result":{}}\n`, [1]);
    assert.deepEqual(frames, [frame, { jsonrpc: "2.0", id: 1, result: {} }]);
  }
});

Deno.test("what is written goes out as one line of JSON for each message", async () => {
  const written: Uint8Array[] = [];
  const stdin = new WritableStream<Uint8Array>({
    write: (chunk) => {
      written.push(chunk);
    },
  }).getWriter();
  const { writable } = frameStream({ stdin, stdout: pipe([]) }, IGNORANT);
  const writer = writable.getWriter();
  const message = { jsonrpc: "2.0", id: 1, method: "a", params: { text: "two\nlines, Grüße 🎉" } };
  await writer.write({ ...message, jsonrpc: "2.0" });
  await writer.write({ jsonrpc: "2.0", method: "b" });
  const texts = written.map((bytes) => new TextDecoder().decode(bytes));
  assert.deepEqual(texts, [`${JSON.stringify(message)}\n`, '{"jsonrpc":"2.0","method":"b"}\n']);
});

Deno.test("a frame of 20 MiB arrives whole, in pipe-sized pieces and in one", async () => {
  const text = "ü".repeat(10 * 2 ** 20);
  const bytes = encoder.encode(
    `${JSON.stringify({ id: 0, method: "a", params: { text } })}\n${LINE}`,
  );
  for (const size of [64 * 1024 + 1, bytes.length]) {
    const { frames, oddities } = await read(cut(bytes, size));
    assert.equal(frames.length, 2);
    const [big, small] = frames as { params: { text?: string } }[];
    assert.ok(big?.params.text === text);
    assert.deepEqual(small, ASK);
    assert.deepEqual(oddities, []);
  }
});

Deno.test("a frame above the limit is dropped as a whole, and the one after it survives", async () => {
  function* tooLong(size: number): Generator<Uint8Array> {
    const piece = new Uint8Array(2 ** 20).fill(120);
    yield encoder.encode(LINE);
    for (let sent = 0; sent < size; sent += piece.length) yield piece;
    yield encoder.encode(`\n${LINE}`);
  }
  for (const extra of [2 ** 20, 40 * 2 ** 20]) {
    const { frames, oddities } = await read(tooLong(MAX_FRAME_BYTES + extra));
    assert.deepEqual(frames, [ASK, ASK]);
    assert.deepEqual(oddities, [`a message of more than ${MAX_FRAME_BYTES} bytes`]);
  }
});

Deno.test("a frame that the end of the stream has cut off is no frame", async () => {
  const { frames } = await readText(`${LINE}${LINE.slice(0, 20)}`);
  assert.deepEqual(frames, [ASK]);
});

Deno.test("a character that is split over chunks is put together again", async () => {
  const frame = { jsonrpc: "2.0", id: 0, method: "a", params: { text: "Grüße 🎉 日本" } };
  const bytes = encoder.encode(`${JSON.stringify(frame)}\n`);
  const { frames } = await read(cut(bytes, 1));
  assert.deepEqual(frames, [frame]);
});

/** One thing that an agent may print: frames of all kinds, and rubbish. */
const printed = fc.oneof(
  fc.record({ method: fc.string({ unit: "grapheme" }), params: fc.jsonValue() })
    .map((frame) => JSON.stringify(frame)),
  fc.record({ id: fc.jsonValue(), method: fc.string({ unit: "grapheme" }) })
    .map((frame) => JSON.stringify(frame)),
  fc.integer({ min: 0, max: 9 }).map((id) => JSON.stringify({ jsonrpc: "2.0", id, result: {} })),
  fc.integer({ min: 0, max: 9 }).map((id) => JSON.stringify({ id: `${id}`, error: { code: 1 } })),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", " ")),
  fc.constantFrom("", " ", "{", "\u{feff}", "💥"),
);

const output = fc.array(fc.tuple(printed, fc.constantFrom("\n", "\r\n")))
  .map((lines) => encoder.encode(lines.map(([line, end]) => line + end).join("")));

Deno.test("any way of cutting the bytes into chunks gives the same frames and oddities", async () => {
  const asked = [0, 1, 2, 3, 4];
  await fc.assert(
    fc.asyncProperty(output, fc.array(fc.nat()), async (bytes, cuts) => {
      const whole = await read([bytes], asked);
      const ends = cuts.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b);
      const chunks = [...ends, bytes.length]
        .map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
      assert.deepEqual(await read(chunks, asked), whole);
      assert.deepEqual(await read(cut(bytes, 1), asked), whole);
    }),
  );
});

/** Objects whose members have a protocol's names and anything for values. */
const nearlyFrame = fc.record({
  jsonrpc: fc.jsonValue(),
  id: fc.oneof(fc.integer({ min: -1, max: 3 }), fc.jsonValue()),
  method: fc.oneof(
    fc.constantFrom("session/update", "session/request_permission", "_x", ""),
    fc.jsonValue(),
  ),
  params: fc.oneof(
    fc.record({ sessionId: fc.jsonValue(), update: fc.jsonValue() }),
    fc.jsonValue(),
  ),
  result: fc.jsonValue(),
  error: fc.jsonValue(),
}, { requiredKeys: [] });

Deno.test("an answer whose id cannot be made a text is passed over, and the right one still arrives", async () => {
  const odd: readonly unknown[] = [{ toString: "" }, { valueOf: 0, toString: 1 }, [0], null, true];
  const lines = [...odd.map((id) => ({ id, result: 1 })), { id: 0, result: 2 }]
    .map((frame) => `${JSON.stringify(frame)}\n`).join("");
  const seen = await read([encoder.encode(lines)], [0]);
  assert.ok(JSON.stringify(seen).includes('"result":2'), JSON.stringify(seen));
});

Deno.test("no message of an agent ends the connection or keeps an answer back", async () => {
  const silenced = silenceConsole();
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(nearlyFrame, { maxLength: 20 }), async (strange) => {
        // What answers the question itself is no strange message but a wrong answer.
        // As JSON: a value may have members of any name, toString too, and then is no text.
        const others = strange.filter((frame) =>
          "method" in frame || !/^[["]*-?0[\]"]*$/.test(JSON.stringify(frame["id"]) ?? "")
        );
        const text = [...others, { jsonrpc: "2.0", id: 0, result: { here: true } }]
          .map((frame) => `${JSON.stringify(frame)}\n`).join("");
        const stdout = new TransformStream<Uint8Array, Uint8Array>();
        const feeding = stdout.writable.getWriter();
        const stdin = new WritableStream<Uint8Array>({
          // The agent speaks once it was asked.
          write: (chunk) => {
            if (new TextDecoder().decode(chunk).includes('"question"')) {
              feeding.write(encoder.encode(text)).catch(() => undefined);
            }
          },
        }).getWriter();
        const connection = client({ name: "test" })
          .onRequest("*", () => ({}))
          .connect(frameStream({ stdin, stdout: stdout.readable }, IGNORANT));
        const answer = await connection.agent.request<unknown>("question", {});
        assert.deepEqual(answer, { here: true });
        connection.close();
      }),
      { numRuns: 200 },
    );
  } finally {
    silenced[Symbol.dispose]();
  }
});

/** The SDK tells the console of each message that it does not understand. */
function silenceConsole(): Disposable {
  const { console: target } = globalThis;
  const { error } = target;
  target.error = () => undefined;
  return {
    [Symbol.dispose]: () => {
      target.error = error;
    },
  };
}

function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
