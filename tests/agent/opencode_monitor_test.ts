import assert from "node:assert/strict";
import type { AgentMonitor, MonitorListener } from "../../src/agent/monitor.ts";
import { EventReader, followEvents } from "../../src/agent/opencode_events.ts";
import { opencodeMonitor } from "../../src/agent/opencode_monitor.ts";
import { freePort } from "../../src/agent/opencode_server.ts";
import { soon } from "../support/soon.ts";
import { type Answers, CannedServer, EventStream, frame } from "./_canned_server.ts";

/** A listener that writes down what it is told: `call`, `empty`, `until message`. */
class Told implements MonitorListener {
  readonly lines: string[] = [];
  readonly #waiting: { count: number; wake: () => void }[] = [];

  onWaiting(until: number, message: string): void {
    this.#tell(`${until} ${message}`);
  }

  onModelCall(isEmpty: boolean): void {
    this.#tell(isEmpty ? "empty" : "call");
  }

  /** Resolves when so many lines are there. */
  async count(count: number): Promise<void> {
    await soon(
      `${count} lines, of which there are ${this.lines.length}`,
      new Promise<void>((wake) => {
        this.#waiting.push({ count, wake });
        this.#wake();
      }),
    );
  }

  #tell(line: string): void {
    this.lines.push(line);
    this.#wake();
  }

  #wake(): void {
    for (const { count, wake } of this.#waiting) if (this.lines.length >= count) wake();
  }
}

/** The events of one call of the model, in opencode's order. */
function callEvents(
  message: string,
  parts: readonly Readonly<Record<string, unknown>>[],
  session = "ses_1",
): string {
  const info = { id: message, role: "assistant", time: { created: 1 } };
  const whole = { ...info, time: { created: 1, completed: 2 }, finish: "unknown" };
  const part = (rest: Readonly<Record<string, unknown>>): string =>
    frame("message.part.updated", {
      sessionID: session,
      part: { messageID: message, sessionID: session, ...rest },
    });
  const updated = (info: unknown): string => frame("message.updated", { sessionID: session, info });
  return [
    // An event shows its message as it is when the event leaves: complete before its parts.
    updated(whole),
    part({ type: "step-start" }),
    ...parts.map(part),
    part({ type: "step-finish", reason: "unknown" }),
    updated(whole),
    updated(whole),
  ].join("");
}

const TEXT = { id: "prt_1", type: "text", text: "hello" };
const TOOL = { id: "prt_2", type: "tool", tool: "bash", state: { status: "pending" } };
const REASONING = { id: "prt_3", type: "reasoning", text: "hm" };
const BLANK = { id: "prt_4", type: "text", text: " \n" };

/** Follows a canned server whose event streams the scene writes, one after the other. */
async function following(
  streams: readonly EventStream[],
  scene: (told: Told, server: CannedServer) => Promise<void>,
  answers: Answers = () => undefined,
): Promise<void> {
  const left = [...streams];
  await using server = new CannedServer((url, request) =>
    url.pathname === "/event" && left.length > 0 ? left.shift()?.respond() : answers(url, request)
  );
  const told = new Told();
  const end = new AbortController();
  const followed = opencodeMonitor(server.opencode).follow(told, end.signal);
  try {
    await scene(told, server);
  } finally {
    end.abort();
    await soon("the end of following", followed);
  }
}

Deno.test("each call of the model is told of once, and whether anything came of it", async () => {
  const stream = new EventStream();
  await following([stream], async (told, server) => {
    await stream.opened;
    stream.write(
      frame("message.updated", { sessionID: "ses_1", info: { id: "msg_0", role: "user" } }),
      frame("message.part.updated", {
        sessionID: "ses_1",
        part: { ...TEXT, messageID: "msg_0" },
      }),
      callEvents("msg_1", [TEXT]),
      callEvents("msg_2", [TOOL]),
      callEvents("msg_3", []),
      callEvents("msg_4", [REASONING]),
      callEvents("msg_5", [BLANK], "ses_child"),
      callEvents("msg_6", [REASONING, BLANK, TEXT]),
      frame("session.status", { sessionID: "ses_1", status: { type: "idle" } }),
      frame("session.idle", { sessionID: "ses_1" }),
      callEvents("msg_7", [TOOL]),
    );
    await told.count(7);
    assert.deepEqual(told.lines, ["call", "call", "empty", "empty", "empty", "call", "call"]);
    assert.equal(server.asked[0], "/event?directory=%2Fa+b");
  });
});

Deno.test("a call without an end is told of when its session falls idle", async () => {
  const stream = new EventStream();
  await following([stream], async (told) => {
    await stream.opened;
    const begun = (id: string, sessionID = "ses_1"): string =>
      frame("message.updated", { sessionID, info: { id, role: "assistant", time: {} } });
    const delta = (partID: string): string =>
      frame("message.part.delta", {
        sessionID: "ses_1",
        messageID: "msg_2",
        partID,
        field: "text",
        delta: "well",
      });
    const part = (rest: unknown): string =>
      frame("message.part.updated", {
        sessionID: "ses_1",
        part: { messageID: "msg_2", ...Object(rest) },
      });
    const idle = frame("session.idle", { sessionID: "ses_1" });
    stream.write(begun("msg_1"), begun("msg_other", "ses_2"), idle);
    await told.count(1);
    stream.write(begun("msg_2"), part({ ...REASONING, text: "" }), part({ ...TEXT, text: "" }));
    stream.write(delta("prt_3"), delta("prt_1"), idle, idle);
    await told.count(2);
    stream.write(callEvents("msg_3", []));
    await told.count(3);
    assert.deepEqual(told.lines, ["empty", "call", "empty"]);
  });
});

Deno.test("a wait is told of once, however often it is announced", async () => {
  const stream = new EventStream();
  const status = (sessionID: string, status: unknown): string =>
    frame("session.status", { sessionID, status });
  const retry = (next: number): unknown => ({ type: "retry", attempt: 1, message: "slow", next });
  await following([stream], async (told) => {
    await told.count(1);
    stream.write(
      status("ses_0", retry(100)),
      status("ses_1", retry(200)),
      status("ses_1", { type: "busy" }),
      status("ses_1", retry(200)),
      status("ses_1", { type: "retry", next: "soon" }),
      status("ses_1", { type: "retry", next: 300 }),
      status("ses_child", retry(400)),
    );
    await told.count(4);
    assert.deepEqual(told.lines, ["100 slow", "200 slow", "300 ", "400 slow"]);
  }, (url) => {
    if (url.pathname !== "/session/status") return undefined;
    return Response.json({ ses_0: retry(100), ses_1: { type: "busy" }, ses_2: null });
  });
});

Deno.test("events arrive whole, however the stream is cut, and garbage among them is passed over", async () => {
  const stream = new EventStream();
  await following([stream], async (told) => {
    await stream.opened;
    const text = [
      ": a comment\n\n",
      "data: {not json\n\n",
      "data: null\n\ndata: 12\n\ndata: []\n\ndata:\n\n",
      frame("session.status", null),
      frame("session.status", { sessionID: 12, status: {} }),
      frame("message.updated", { sessionID: "ses_1", info: 12 }),
      frame("message.part.updated", { sessionID: "ses_1", part: { type: "step-finish" } }),
      frame("message.part.updated", { sessionID: "ses_1" }),
      "event: x\nid: 1\nretry: 0\ndata\n\n",
      frame("session.status", {
        sessionID: "ses_1",
        status: { type: "retry", message: "zu schnell, 太快了 𝄞", next: 7 },
      }).replaceAll("\n", "\r\n"),
      callEvents("msg_1", [TEXT]),
    ].join("");
    for (const byte of new TextEncoder().encode(text)) stream.writeBytes(Uint8Array.of(byte));
    await told.count(2);
    assert.deepEqual(told.lines, ["7 zu schnell, 太快了 𝄞", "call"]);
  });
});

Deno.test("a stream that breaks off is opened anew, and nothing is counted twice", async () => {
  const streams = [new EventStream(), new EventStream(), new EventStream()];
  const [first, second, third] = streams;
  await following(streams, async (told) => {
    await first?.opened;
    first?.write(callEvents("msg_1", [TEXT]), "data: {half an ev");
    first?.close();
    await second?.opened;
    second?.write(callEvents("msg_1", [TEXT]), callEvents("msg_2", []));
    await told.count(2);
    second?.close();
    await third?.opened;
    third?.write(callEvents("msg_3", [TOOL]));
    await told.count(3);
    assert.deepEqual(told.lines, ["call", "empty", "call"]);
  });
});

Deno.test("a server that is not up yet is waited for", async () => {
  const port = freePort();
  const opencode = { port, password: "secret", directory: "/a b" };
  const told = new Told();
  const end = new AbortController();
  const followed = opencodeMonitor(opencode).follow(told, end.signal);
  await new Promise((resolve) => setTimeout(resolve, 250));
  const stream = new EventStream();
  await using _server = new CannedServer(
    (url) => url.pathname === "/event" ? stream.respond() : undefined,
    port,
  );
  await soon("the stream", stream.opened);
  stream.write(callEvents("msg_1", [TEXT]));
  await told.count(1);
  end.abort();
  await soon("the end of following", followed);
});

Deno.test("a request that is never answered, as opencode does while it starts, is made anew", async () => {
  const stream = new EventStream();
  let asked = 0;
  const answers: Answers = ({ pathname }) => {
    if (pathname !== "/event") return undefined;
    asked += 1;
    return asked === 1 ? new Promise(() => {}) : stream.respond();
  };
  await following([], async (told) => {
    await soon("the stream", stream.opened);
    stream.write(callEvents("msg_1", []));
    await told.count(1);
  }, answers);
});

Deno.test("following ends at once, whatever is going on", async () => {
  const hangs = (): Promise<Response> => new Promise(() => {});
  const stream = new EventStream();
  const scenes: readonly (readonly [string, Answers])[] = [
    ["no answer", hangs],
    ["a silent stream", (url) => url.pathname === "/event" ? stream.respond() : hangs()],
    ["failures", () => new Response("no", { status: 500 })],
    ["an empty stream", () => new Response("")],
  ];
  for (const [what, answers] of scenes) {
    await using server = new CannedServer(answers);
    const end = new AbortController();
    const followed = opencodeMonitor(server.opencode).follow(new Told(), end.signal);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const start = performance.now();
    end.abort();
    await soon(`the end of ${what}`, followed);
    assert.ok(performance.now() - start < 1_000, what);
  }
  await opencodeMonitor({ port: 1, password: "", directory: "" })
    .follow(new Told(), AbortSignal.abort());
  await opencodeMonitor({ port: NaN, password: "", directory: "" })
    .follow(new Told(), AbortSignal.timeout(50));
});

Deno.test("a stream that has gone silent is given up for a new one", async () => {
  await using server = new CannedServer(() => new EventStream().respond());
  const end = new AbortController();
  const reopened = Promise.withResolvers<void>();
  let opened = 0;
  const onOpen = (): void => {
    opened += 1;
    if (opened === 2) reopened.resolve();
  };
  const followed = followEvents(server.opencode, { onOpen, onData: () => {} }, end.signal, 100);
  await soon("the second stream", reopened.promise);
  end.abort();
  await followed;
});

Deno.test("a listener that throws is told of everything that follows", async () => {
  const stream = new EventStream();
  await using server = new CannedServer((url) =>
    url.pathname === "/event" ? stream.respond() : undefined
  );
  const end = new AbortController();
  const third = Promise.withResolvers<void>();
  let told = 0;
  const fail = (): void => {
    told += 1;
    if (told === 3) third.resolve();
    throw new Error("a listener's mistake");
  };
  const followed = opencodeMonitor(server.opencode)
    .follow({ onModelCall: fail, onWaiting: fail }, end.signal);
  await stream.opened;
  const status = { type: "retry", message: "slow", next: 7 };
  stream.write(callEvents("msg_1", []), frame("session.status", { sessionID: "ses_1", status }));
  stream.write(callEvents("msg_2", []));
  await soon("the third news", third.promise);
  end.abort();
  await followed;
});

Deno.test("an event that is too long is dropped, and the next one is read", () => {
  const seen: string[] = [];
  const reader = new EventReader((data) => seen.push(data));
  const chunk = "x".repeat(1024 * 1024);
  reader.take("data: ");
  for (let i = 0; i < 20; i++) reader.take(chunk);
  reader.take("\ndata: its end\n\r");
  reader.take("\ndata: a\r\ndata:b\r\n\r");
  reader.take("\n");
  assert.deepEqual(seen, ["a\nb"]);
});

/** The parts of a session's messages that count for usage. */
function message(providerID: string, modelID: string, input: number, cost: number): unknown {
  const tokens = { input, output: 2, reasoning: 3, cache: { read: 4, write: 5 } };
  return { info: { role: "assistant", providerID, modelID, cost, tokens }, parts: [] };
}

Deno.test("usage by model sums the messages of a session and of its sub-agents", async () => {
  const answers: Readonly<Record<string, unknown>> = {
    "/session/ses_1/message": [
      { info: { role: "user", tokens: { input: 1_000 } } },
      message("a", "big", 10, 0.5),
      message("a", "big", 20, 0.25),
      null,
      { info: { role: "assistant", providerID: "a", modelID: "none", cost: 0, tokens: {} } },
    ],
    "/session/ses_1/children": [{ id: "ses_2" }, {}, null],
    "/session/ses_2/message": [message("b", "org/small", 100, 0), message("a", "big", 1, 1)],
    "/session/ses_2/children": [],
  };
  await using server = new CannedServer((url) => Response.json(answers[url.pathname] ?? []));
  assert.deepEqual(await opencodeMonitor(server.opencode).usageByModel("ses_1"), [
    {
      model: "a/big",
      usage: {
        inputTokens: 10 + 20 + 1 + 3 * 5,
        outputTokens: 3 * 5,
        cachedTokens: 3 * 4,
        cost: 1.75,
        partial: false,
      },
    },
    {
      model: "b/org/small",
      usage: { inputTokens: 105, outputTokens: 5, cachedTokens: 4, cost: 0, partial: false },
    },
  ]);
});

Deno.test("the last error is that of the newest message, in a form that can be relied on", async () => {
  const data = {
    message: "The usage limit has been reached",
    statusCode: 429,
    isRetryable: true,
    responseHeaders: { "Retry-After": "3600", odd: 12, none: null },
    responseBody: "{}",
  };
  const failed = { role: "assistant", error: { name: "APIError", data } };
  const said = {
    name: "APIError",
    message: data.message,
    status: 429,
    headers: { "retry-after": "3600", odd: "12" },
    body: "{}",
  };
  const bare = { name: "UnknownError", message: "", status: undefined, headers: {}, body: "" };
  const table: readonly (readonly [unknown, unknown])[] = [
    [[{ info: failed }], said],
    [[{ info: { role: "assistant", error: {} } }], bare],
    [[{ info: { role: "assistant", error: { name: 1, data: [] } } }], bare],
    [[{ info: { role: "assistant" } }], undefined],
    [[{ info: { role: "user", error: {} } }], undefined],
    [[{ info: { role: "assistant", error: { name: "MessageAbortedError" } } }], undefined],
    [[], undefined],
    ["what?", undefined],
    [{ info: failed }, undefined],
  ];
  for (const [messages, expected] of table) {
    await using server = new CannedServer(() => Response.json(messages));
    const found = await opencodeMonitor(server.opencode).lastError("ses/1");
    assert.deepEqual(found, expected, JSON.stringify(messages));
    assert.deepEqual(server.asked, ["/session/ses%2F1/message?limit=1&directory=%2Fa+b"]);
  }
});

Deno.test("what the server cannot tell is not known, and nobody waits long for it", async () => {
  const hangs = (): Promise<Response> => new Promise(() => {});
  const trickles = (): Response =>
    new Response(
      new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode("[")) }),
    );
  const answers: readonly Answers[] = [
    () => undefined,
    () => new Response("{ broken"),
    () => Response.json(12),
    () => new Response(null, { status: 204 }),
    hangs,
    trickles,
  ];
  const ask = async (monitor: AgentMonitor): Promise<void> => {
    const { usage, lastError, usageByModel } = monitor;
    assert.deepEqual(
      await Promise.all([usage("ses_1"), lastError("ses_1"), usageByModel("ses_1")]),
      [undefined, undefined, undefined],
    );
  };
  await Promise.all(answers.map(async (answer) => {
    await using server = new CannedServer(answer);
    await soon("what is not known", ask(opencodeMonitor(server.opencode)));
  }));
  await ask(opencodeMonitor({ port: freePort(), password: "", directory: "" }));
  await ask(opencodeMonitor({ port: NaN, password: "\u{1d11e}", directory: "" }));
});
