import assert from "node:assert/strict";
import fc from "fast-check";
import type { AgentUpdate, ToolSnapshot } from "../../src/agent/update.ts";
import type { Recorder, Unsaved } from "../../src/loop/recorder.ts";
import { Transcript } from "../../src/loop/turn/transcript.ts";
import type { Clock } from "../../src/platform/clock.ts";
import type { EventData, NewEvent } from "../../src/session/event.ts";
import type { NewBlob } from "../../src/store/blob.ts";

/** A clock that goes on only when a test says so. */
class ManualClock implements Clock {
  ms = 0;
  now = (): Date => new Date(this.ms);
  monotonic = (): number => this.ms;
  sleep = (): Promise<void> => Promise.resolve();
}

/** A recorder that keeps what it is given, and can be slow or broken. */
class MemoryRecorder implements Recorder {
  readonly batches: (readonly NewEvent[])[] = [];
  gate: Promise<void> = Promise.resolve();
  failure: Error | undefined;

  readonly unsaved: Unsaved[] = [];
  readonly blobs: NewBlob[] = [];

  recordWith = async (blobs: readonly NewBlob[], ...events: readonly NewEvent[]): Promise<void> => {
    await this.gate;
    if (this.failure !== undefined) {
      this.unsaved.push({ events, blobs });
      throw this.failure;
    }
    this.batches.push(events);
    this.blobs.push(...blobs);
  };
  record = (...events: readonly NewEvent[]): Promise<void> => this.recordWith([], ...events);
  keepUnsaved = (events: readonly NewEvent[]): void =>
    void this.unsaved.push({ events, blobs: [] });
  mask = (text: string): string => text.replaceAll("sk-secret", "***");
  beginIteration = (): Promise<number> => Promise.resolve(1);

  get events(): readonly NewEvent[] {
    return this.batches.flat();
  }
}

/** A transcript with all that it works with. */
class Desk {
  readonly clock = new ManualClock();
  readonly recorder = new MemoryRecorder();
  readonly failures: unknown[] = [];
  readonly transcript = new Transcript(
    this.recorder,
    this.clock,
    (error) => this.failures.push(error),
  );

  take(...updates: readonly AgentUpdate[]): void {
    for (const update of updates) this.transcript.take(update);
  }

  async finished(): Promise<readonly NewEvent[]> {
    await this.transcript.finish();
    return this.recorder.events;
  }
}

function say(text: string, message = "m"): AgentUpdate {
  return { kind: "message", message, text };
}

function think(text: string, message = "t"): AgentUpdate {
  return { kind: "thought", message, text };
}

function tool(call: string, known: Partial<ToolSnapshot> = {}): AgentUpdate {
  return {
    kind: "tool",
    tool: {
      call,
      begins: false,
      status: undefined,
      kind: undefined,
      title: undefined,
      argument: undefined,
      subagent: false,
      steps: undefined,
      exit: undefined,
      lines: undefined,
      output: undefined,
      ...known,
    },
  };
}

/** A call of the shell as opencode shows it, up to its end. */
function bash(call: string, command: string, end: Partial<ToolSnapshot>): readonly AgentUpdate[] {
  return [
    tool(call, { begins: true, status: "pending", title: "bash", kind: "execute" }),
    tool(call, { status: "in_progress", title: command, kind: "execute", argument: command }),
    tool(call, { title: command, argument: command, ...end }),
  ];
}

function message(text: string, id = "m"): NewEvent {
  return { type: "agent.message", data: { message: id, text } };
}

function thought(text: string, ms: number, id = "t"): NewEvent {
  return { type: "agent.thought", data: { message: id, text, ms } };
}

function called(data: Partial<EventData["agent.tool"]>): NewEvent {
  return {
    type: "agent.tool",
    data: {
      call: "c",
      kind: "execute",
      tool: "bash",
      argument: "make",
      subagent: false,
      outcome: "ok",
      exit: 0,
      ms: 0,
      lines: null,
      output: "",
      tail: "",
      ...data,
    },
  };
}

/** The texts of all messages, in order. */
function textOf(events: readonly NewEvent[], type: "agent.message" | "agent.thought"): string {
  return events.map((item) => item.type === type ? item.data.text : "").join("");
}

Deno.test("a message is stored by whole lines, its last one at the end", async () => {
  const desk = new Desk();
  desk.take(say("one "), say("line\ntwo"), say(" lines\nthree\nfo"), say("ur"));
  assert.deepEqual(await desk.finished(), [
    message("one line\n"),
    message("two lines\nthree\n"),
    message("four"),
  ]);
});

Deno.test("a message ends where another one, a thought or a tool begins", async () => {
  const desk = new Desk();
  desk.take(say("a"), say("b", "n"), think("hm"), say("c", "n"));
  desk.take(...bash("c", "make", { status: "completed", exit: 0 }), say("d", "n"));
  assert.deepEqual(await desk.finished(), [
    message("a"),
    message("b", "n"),
    thought("hm", 0),
    message("c", "n"),
    called({}),
    message("d", "n"),
  ]);
});

Deno.test("a thought is one event with the time that it took", async () => {
  const desk = new Desk();
  desk.take(think("let "));
  desk.clock.ms += 1500;
  desk.take(think("me\nsee"));
  desk.clock.ms += 700.4;
  desk.take(say("done"));
  assert.deepEqual(await desk.finished(), [thought("let me\nsee", 2200), message("done")]);
});

Deno.test("a tool call is one event, with its last argument, its time and its exit code", async () => {
  const desk = new Desk();
  const [pending, ...rest] = bash("c", "make check", {
    status: "completed",
    exit: 0,
    output: "ok",
  });
  assert.ok(pending !== undefined);
  desk.take(pending);
  desk.clock.ms += 3400;
  desk.take(...rest);
  assert.deepEqual(await desk.finished(), [
    called({ argument: "make check", ms: 3400, output: "ok" }),
  ]);
});

Deno.test("a command that ends with an exit code has failed, and the end of its output is kept", async () => {
  const desk = new Desk();
  const output = `${"x".repeat(3000)}\nerror: it broke\n`;
  desk.take(...bash("c", "make", { status: "completed", exit: 2, output }));
  const [event, ...others] = await desk.finished();
  assert.deepEqual(others, []);
  assert.ok(event?.type === "agent.tool");
  const { outcome, exit, tail } = event.data;
  assert.deepEqual({ outcome, exit }, { outcome: "failed", exit: 2 });
  assert.ok(output.endsWith(tail) && tail.includes("error: it broke") && tail.length <= 2000);
});

Deno.test("a call that the agent calls failed has failed, whatever its exit code", async () => {
  const desk = new Desk();
  desk.take(...bash("c", "make", { status: "failed", output: "no" }));
  assert.deepEqual(await desk.finished(), [
    called({ outcome: "failed", exit: null, output: "no", tail: "no" }),
  ]);
});

Deno.test("an edit tells its lines", async () => {
  const desk = new Desk();
  desk.take(
    tool("c", { status: "pending", title: "edit", kind: "edit" }),
    tool("c", {
      status: "completed",
      title: "/w/a.ts",
      argument: "/w/a.ts",
      lines: { added: 3, removed: 1 },
    }),
  );
  assert.deepEqual(await desk.finished(), [
    called({
      kind: "edit",
      tool: "edit",
      argument: "/w/a.ts",
      exit: null,
      lines: { added: 3, removed: 1 },
    }),
  ]);
});

Deno.test("calls that run side by side are told as they end", async () => {
  const desk = new Desk();
  const [a1, a2, a3] = bash("a", "one", { status: "completed", exit: 0 });
  const [b1, b2, b3] = bash("b", "two", { status: "completed", exit: 0 });
  assert.ok(a1 && a2 && a3 && b1 && b2 && b3);
  desk.take(a1, b1, a2, b2, b3, a3);
  assert.deepEqual(await desk.finished(), [
    called({ call: "b", argument: "two" }),
    called({ call: "a", argument: "one" }),
  ]);
});

Deno.test("text that streams beside a tool that runs is not torn", async () => {
  const desk = new Desk();
  const [pending, running, ended] = bash("c", "make", { status: "completed", exit: 0 });
  assert.ok(pending && running && ended);
  desk.take(pending, running);
  for (const word of ["This ", "takes ", "a ", "while."]) desk.take(say(word), running);
  desk.take(ended);
  assert.deepEqual(await desk.finished(), [message("This takes a while."), called({})]);
});

Deno.test("a call that the turn's end cuts off is told as failed", async () => {
  const desk = new Desk();
  desk.take(...bash("c", "make", { status: "in_progress", output: "so far" }));
  desk.clock.ms += 10;
  assert.deepEqual(await desk.finished(), [
    called({ outcome: "failed", exit: null, ms: 10, output: "so far", tail: "so far" }),
  ]);
});

Deno.test("of calls without end a thousand are open at once, and one that ends is told all the same", async () => {
  const desk = new Desk();
  for (let n = 0; n < 3_000; n++) desk.take(tool(`c${n}`, { status: "pending", begins: true }));
  desk.take(tool("c2999", { status: "completed" }));
  const calls = (await desk.finished()).flatMap(({ type, data }) =>
    type === "agent.tool" ? [`${data.call} ${data.outcome}`] : []
  );
  assert.deepEqual([calls.length, calls[0], calls.at(-1)], [1_001, "c2999 ok", "c999 failed"]);
});

Deno.test("news of a call that has ended do not tell it a second time", async () => {
  const desk = new Desk();
  desk.take(...bash("c", "make", { status: "completed", exit: 0 }));
  desk.take(tool("c", { output: "a late word" }), tool("c", { status: "completed" }));
  assert.deepEqual(await desk.finished(), [called({})]);
});

Deno.test("an id that is used again is another call", async () => {
  const desk = new Desk();
  for (const n of [0, 1, 2]) {
    desk.take(say(`step ${n}`), ...bash("call_0", `cmd ${n}`, { status: "completed", exit: 0 }));
    desk.take(tool("call_0", { output: "a late word" }));
  }
  desk.take(tool("call_0", { begins: true, title: "bash", kind: "execute", argument: "cmd 3" }));
  assert.deepEqual(await desk.finished(), [
    ...[0, 1, 2].flatMap((n) => [
      message(`step ${n}`),
      called({ call: "call_0", argument: `cmd ${n}` }),
    ]),
    called({ call: "call_0", argument: "cmd 3", exit: null, outcome: "failed" }),
  ]);
});

Deno.test("a tool is called by its first title where that is a name, else by its kind", async () => {
  const named = async (...updates: readonly AgentUpdate[]): Promise<unknown> => {
    const desk = new Desk();
    desk.take(...updates);
    const [event] = await desk.finished();
    return event?.type === "agent.tool" ? [event.data.tool, event.data.argument] : event;
  };
  const done = { status: "completed" } as const;
  assert.deepEqual(await named(tool("c", { title: "web_search", ...done })), ["web_search", ""]);
  assert.deepEqual(await named(tool("c", { title: "Read a.ts", kind: "read", ...done })), [
    ...["read", "Read a.ts"],
  ]);
  assert.deepEqual(await named(tool("c", { title: "Look around", ...done })), [
    ...["tool", "Look around"],
  ]);
  assert.deepEqual(await named(tool("c", done)), ["tool", ""]);
});

Deno.test("a plan, the agent's own or that of its todo tool, is an event", async () => {
  const steps = [{ text: "Look around", status: "in_progress" as const }];
  const desk = new Desk();
  desk.take(say("a"), { kind: "plan", steps }, { kind: "usage", cost: 1 });
  desk.take(tool("c", { title: "todowrite", kind: "other", status: "completed", steps }));
  const plan = { type: "agent.plan", data: { steps } };
  assert.deepEqual(await desk.finished(), [message("a"), plan, plan]);
});

Deno.test("a slow store holds up nobody: what comes meanwhile is written together", async () => {
  const desk = new Desk();
  const { promise, resolve } = Promise.withResolvers<void>();
  desk.recorder.gate = promise;
  for (let n = 0; n < 1000; n++) desk.take(say(`line ${n}\n`));
  await new Promise((wake) => setTimeout(wake, 0));
  assert.deepEqual(desk.recorder.events, []);
  resolve();
  const events = await desk.finished();
  assert.equal(textOf(events, "agent.message").split("\n").length, 1001);
  assert.ok(desk.recorder.batches.length < 500);
});

Deno.test("a store that fails is told once while the turn goes on, and again at its end", async () => {
  const desk = new Desk();
  desk.recorder.failure = new Error("the disk is full");
  desk.take(say("one\n"));
  await new Promise((wake) => setTimeout(wake, 0));
  assert.deepEqual(desk.failures, [desk.recorder.failure]);
  desk.take(say("two\n"), ...bash("c", "make", { status: "completed" }));
  await assert.rejects(desk.finished(), desk.recorder.failure);
  assert.deepEqual(desk.failures, [desk.recorder.failure]);
  // What was lost is handed over, all of it and once.
  assert.deepEqual(desk.recorder.unsaved.flatMap(({ events }) => events), [
    message("one\n"),
    message("two\n"),
    called({ exit: null }),
  ]);
});

/** Pieces of text that are longer than one event takes, now and then. */
const longText = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.tuple(fc.string({ minLength: 1, maxLength: 9 }), fc.integer({ min: 900, max: 4000 }))
    .map(([piece, times]) => piece.repeat(times)),
  fc.constantFrom("\n", "a\n\nb\n"),
);

Deno.test("no text is lost, doubled or out of order, and no event is too large to be stored", async () => {
  const update = fc.oneof(
    fc.tuple(longText, fc.constantFrom("m", "n")).map(([text, id]) => say(text, id)),
    longText.map((text) => think(text)),
    fc.nat({ max: 3 }).map((n) => tool(`c${n}`, { argument: "x".repeat(30_000) })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(update), async (updates) => {
      const desk = new Desk();
      desk.take(...updates);
      const events = await desk.finished();
      for (const kind of ["message", "thought"] as const) {
        const given = updates.map((each) => each.kind === kind ? each.text : "").join("");
        assert.equal(textOf(events, `agent.${kind}`), given);
      }
      const calls = new Set(updates.map((each) => each.kind === "tool" ? each.tool.call : ""));
      calls.delete("");
      assert.equal(events.filter(({ type }) => type === "agent.tool").length, calls.size);
      for (const batch of desk.recorder.batches) assert.ok(batch.length <= 200);
      for (const each of events) assert.ok(JSON.stringify(each).length < 65_536);
    }),
  );
});

Deno.test("no character is cut in two", async () => {
  const desk = new Desk();
  desk.take(say("x"), say("🎉".repeat(20_000)), think("x"), think("🎉".repeat(20_000)));
  for (const item of await desk.finished()) {
    if (item.type === "agent.message" || item.type === "agent.thought") {
      assert.ok(item.data.text.isWellFormed());
    }
  }
});

Deno.test("of an output beyond all bounds the beginning and the end are kept, and the cut is told", async () => {
  const desk = new Desk();
  const lines = Array.from({ length: 400_000 }, (_, index) => `line ${index}\n`);
  for (let at = 0; at < lines.length; at += 1000) {
    desk.take(say(lines.slice(at, at + 1000).join("")));
  }
  const events = await desk.finished();
  const cut = events.findIndex(({ type }) => type === "agent.omitted");
  assert.ok(cut > 0 && events.filter(({ type }) => type === "agent.omitted").length === 1);
  const [before, after] = [events.slice(0, cut), events.slice(cut + 1)]
    .map((part) => textOf(part, "agent.message"));
  const whole = lines.join("");
  assert.ok(before !== undefined && after !== undefined);
  assert.ok(before.length > 1_000_000 && whole.startsWith(before));
  assert.ok(after.length > 400_000 && whole.endsWith(after));
  assert.ok(before.length + after.length <= 2 * 2 ** 20);
});

Deno.test("of one call's output the middle is left out, and secrets are masked", async () => {
  const desk = new Desk();
  const output = `begin sk-secret ${"x".repeat(100_000)} end`;
  desk.take(...bash("c", "make", { status: "completed", exit: 0, output }));
  const [event] = await desk.finished();
  assert.ok(event?.type === "agent.tool");
  const [blob] = desk.recorder.blobs;
  assert.ok(blob !== undefined);
  assert.deepEqual(event.data.output, blob.ref);
  const kept = await new Blob(blob.parts.map((part) => part.slice())).text();
  assert.match(kept, /^begin \*\*\* x+\n\[\.\.\. \d+ characters left out \.\.\.\]\nx+ end$/);
  assert.ok(kept.length < 40_000);
});
