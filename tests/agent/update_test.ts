import assert from "node:assert/strict";
import fc from "fast-check";
import { readUpdate, type ToolSnapshot } from "../../src/agent/update.ts";

const OTHER = { kind: "other" };

/** A snapshot that tells nothing but what is given. */
function snapshot(known: Partial<ToolSnapshot> & Pick<ToolSnapshot, "call">): unknown {
  return {
    kind: "tool",
    tool: {
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

function textContent(text: string): unknown {
  return { type: "content", content: { type: "text", text } };
}

Deno.test("a message chunk and a thought chunk give their text and their message's id", () => {
  assert.deepEqual(
    readUpdate({
      sessionUpdate: "agent_message_chunk",
      messageId: "msg_1f71",
      content: { type: "text", text: "hi " },
    }),
    { kind: "message", message: "msg_1f71", text: "hi " },
  );
  assert.deepEqual(
    readUpdate({
      sessionUpdate: "agent_thought_chunk",
      messageId: "prt_1f71",
      content: { type: "text", text: "let " },
    }),
    { kind: "thought", message: "prt_1f71", text: "let " },
  );
});

Deno.test("a chunk without a message's id belongs to the message without a name", () => {
  const content = { type: "text", text: "hi" };
  for (const messageId of [undefined, null, 12]) {
    assert.deepEqual(
      readUpdate({ sessionUpdate: "agent_message_chunk", messageId, content, surplus: { a: 1 } }),
      { kind: "message", message: "", text: "hi" },
    );
  }
});

Deno.test("an empty chunk is a message that the model was called for", () => {
  const update = { sessionUpdate: "agent_message_chunk", messageId: "m", content: { text: "" } };
  assert.deepEqual(readUpdate(update), { kind: "message", message: "m", text: "" });
});

Deno.test("a chunk without text is a sign of life, and no more", () => {
  for (
    const content of [undefined, null, "text", [], { type: "image", data: "" }, {
      type: "text",
      text: 34,
    }]
  ) {
    assert.deepEqual(readUpdate({ sessionUpdate: "agent_message_chunk", content }), OTHER);
  }
});

Deno.test("a tool call that is announced has a name, a kind and no argument yet", () => {
  assert.deepEqual(
    readUpdate({
      sessionUpdate: "tool_call",
      toolCallId: "call_6316",
      title: "bash",
      kind: "execute",
      status: "pending",
      locations: [{ path: "/w" }],
      rawInput: { cwd: "/w" },
    }),
    snapshot({
      ...{ call: "call_6316", begins: true, status: "pending", kind: "execute", title: "bash" },
    }),
  );
});

Deno.test("a tool call in progress has its argument and what it has printed so far", () => {
  assert.deepEqual(
    readUpdate({
      sessionUpdate: "tool_call_update",
      toolCallId: "call_6316",
      status: "in_progress",
      kind: "execute",
      title: "echo hi",
      locations: [],
      rawInput: { command: "echo hi", cwd: "/w" },
      content: [textContent("hi\n")],
    }),
    snapshot({
      call: "call_6316",
      status: "in_progress",
      kind: "execute",
      title: "echo hi",
      argument: "echo hi",
      output: "hi\n",
    }),
  );
});

Deno.test("a tool call that has ended has its exit code and its raw output", () => {
  assert.deepEqual(
    readUpdate({
      sessionUpdate: "tool_call_update",
      toolCallId: "call_6316",
      status: "completed",
      title: "echo hi",
      content: [textContent("hi")],
      rawOutput: { output: "hi\n", metadata: { output: "hi\n", exit: 3, truncated: false } },
    }),
    snapshot({
      call: "call_6316",
      status: "completed",
      title: "echo hi",
      exit: 3,
      output: "hi\n",
    }),
  );
});

Deno.test("a command that was cut off has the exit code null, one that nobody told has none", () => {
  const exitOf = (metadata: unknown): unknown => {
    const update = readUpdate({
      sessionUpdate: "tool_call_update",
      toolCallId: "c",
      rawOutput: { metadata },
    });
    return update.kind === "tool" ? update.tool.exit : "no tool";
  };
  assert.equal(exitOf({ exit: null }), null);
  assert.equal(exitOf({ exit: 0 }), 0);
  assert.equal(exitOf({ exit: "0" }), undefined);
  assert.equal(exitOf({}), undefined);
  assert.equal(exitOf(undefined), undefined);
});

Deno.test("several blocks of content are one output, line by line", () => {
  const update = readUpdate({
    sessionUpdate: "tool_call_update",
    toolCallId: "c",
    content: [textContent("one"), { type: "terminal", terminalId: "t" }, textContent("two")],
  });
  assert.deepEqual(update, snapshot({ call: "c", output: "one\ntwo" }));
});

Deno.test("the argument of a call is what tells it apart, whatever the tool", () => {
  const argumentOf = (rawInput: unknown): unknown => {
    const update = readUpdate({ sessionUpdate: "tool_call", toolCallId: "c", rawInput });
    return update.kind === "tool" ? update.tool.argument : "no tool";
  };
  assert.equal(argumentOf({ description: "x", command: "make" }), "make");
  assert.equal(argumentOf({ filePath: "/w/a.ts", content: "x" }), "/w/a.ts");
  assert.equal(argumentOf({ path: "src", pattern: "**" }), "src");
  assert.equal(argumentOf({ file_path: "a" }), "a");
  assert.equal(argumentOf({ pattern: "*.ts" }), "*.ts");
  assert.equal(argumentOf({ url: "http://localhost" }), "http://localhost");
  assert.equal(argumentOf({ query: "q" }), "q");
  assert.equal(argumentOf({ command: "", path: 5, url: "u" }), "u");
  assert.equal(argumentOf({ todos: [] }), undefined);
  assert.equal(argumentOf("make"), undefined);
});

/** The lines that an edit shown like this has changed. */
function linesOf(fields: Readonly<Record<string, unknown>>): unknown {
  const update = readUpdate({ sessionUpdate: "tool_call_update", toolCallId: "c", ...fields });
  return update.kind === "tool" ? update.tool.lines : "no tool";
}

Deno.test("an edit's lines are counted from its diffs, all of them together", () => {
  const diff = (oldText: string | null, newText: string): unknown => ({
    type: "diff",
    path: "/w/a.ts",
    oldText,
    newText,
  });
  const changed = (...content: readonly unknown[]): unknown => linesOf({ kind: "edit", content });
  assert.deepEqual(changed(diff("a\nb\nc\n", "a\nx\ny\nc\n")), { added: 2, removed: 1 });
  assert.deepEqual(changed(diff(null, "a\nb\n")), { added: 2, removed: 0 });
  assert.deepEqual(changed(diff("a\n", "")), { added: 0, removed: 1 });
  assert.deepEqual(changed(diff("a\n", "a\n")), { added: 0, removed: 0 });
  assert.deepEqual(changed(diff("a\na\n", "a\na\na\n")), { added: 1, removed: 0 });
  assert.deepEqual(changed(diff("a\n", "b\n"), textContent("ok"), diff("", "c\n")), {
    added: 2,
    removed: 1,
  });
});

Deno.test("an edit's lines are those that the agent has counted, where it has", () => {
  const filediff = { additions: 3, deletions: 1 };
  assert.deepEqual(linesOf({ kind: "edit", rawOutput: { metadata: { filediff } } }), {
    added: 3,
    removed: 1,
  });
});

Deno.test("a file that is written counts all of its lines, and other calls count none", () => {
  const rawInput = { filePath: "/w/a", content: "one\ntwo\n" };
  assert.deepEqual(linesOf({ kind: "edit", rawInput }), { added: 2, removed: 0 });
  assert.deepEqual(linesOf({ rawInput }), { added: 2, removed: 0 });
  assert.equal(linesOf({ kind: "execute", rawInput }), undefined);
  assert.equal(linesOf({ kind: "edit", rawInput: { filePath: "/w/a" } }), undefined);
});

Deno.test("a usage update gives the cost so far, where the agent tells it", () => {
  const costOf = (cost: unknown): unknown => {
    const update = readUpdate({ sessionUpdate: "usage_update", used: 1, size: 200_000, cost });
    return update.kind === "usage" ? update.cost : "no usage";
  };
  assert.equal(costOf({ amount: 0.00028, currency: "USD" }), 0.00028);
  assert.equal(costOf({ amount: 0 }), 0);
  for (const cost of [undefined, null, "2 USD", {}, { amount: "2" }, { amount: null }]) {
    assert.equal(costOf(cost), undefined);
  }
});

Deno.test("a usage update whose amount is no price in US dollars tells no cost", () => {
  for (const cost of [{ amount: -5, currency: "USD" }, { amount: 3, currency: "EUR" }]) {
    assert.deepEqual(readUpdate({ sessionUpdate: "usage_update", used: 1, size: 1, cost }), {
      kind: "usage",
      cost: undefined,
    });
  }
});

Deno.test("a plan gives its steps, and so does the list that a todo tool is called with", () => {
  const list = [
    { content: "Write", status: "in_progress", priority: "high" },
    { content: "Check", status: "pending" },
    { content: "Ship", status: "pondering" },
    { status: "completed" },
    "Rest",
    null,
  ];
  const steps = [
    { text: "Write", status: "in_progress" },
    { text: "Check", status: "pending" },
    { text: "Ship", status: "pending" },
  ];
  assert.deepEqual(readUpdate({ sessionUpdate: "plan", entries: list }), { kind: "plan", steps });
  assert.deepEqual(readUpdate({ sessionUpdate: "plan" }), { kind: "plan", steps: [] });
  const todo = { sessionUpdate: "tool_call", toolCallId: "c", rawInput: { todos: list } };
  const update = readUpdate(todo);
  assert.deepEqual(update.kind === "tool" ? update.tool.steps : update, steps);
});

Deno.test("a call that hands work to a sub-agent is told by whom and by what for", () => {
  const rawInput = { "subagent_type": "explore", description: "find tests", prompt: "Find all." };
  const update = readUpdate({ sessionUpdate: "tool_call", toolCallId: "c", rawInput });
  assert.ok(update.kind === "tool");
  assert.deepEqual([update.tool.subagent, update.tool.argument], [true, "explore: find tests"]);
});

Deno.test("updates of other and unknown kinds are signs of life, and no more", () => {
  const content = { type: "text", text: "x" };
  for (
    const update of [
      { sessionUpdate: "available_commands_update", availableCommands: [{ name: "init" }] },
      { sessionUpdate: "config_option_update", configOptions: [] },
      { sessionUpdate: "user_message_chunk", content },
      { sessionUpdate: "current_mode_update", currentModeId: "build" },
      { sessionUpdate: "mood_update", mood: "cheerful" },
      { sessionUpdate: 7, content },
      { content },
      { sessionUpdate: "tool_call" },
      { sessionUpdate: "tool_call_update", toolCallId: 5 },
      {},
      [],
      null,
      undefined,
      "agent_message_chunk",
      5,
    ]
  ) {
    assert.deepEqual(readUpdate(update), OTHER, JSON.stringify(update));
  }
});

const FIELDS = [
  "messageId",
  "content",
  "toolCallId",
  "status",
  "kind",
  "title",
  "rawInput",
  "rawOutput",
  "cost",
  "locations",
];

/** Objects with a protocol's names and anything for values, nested as the protocol nests them. */
const nearlyUpdate = fc.tuple(
  fc.constantFrom(
    "agent_message_chunk",
    "agent_thought_chunk",
    "tool_call",
    "tool_call_update",
    "usage_update",
  ),
  fc.dictionary(
    fc.constantFrom(...FIELDS),
    fc.oneof(
      fc.jsonValue(),
      fc.array(fc.oneof(
        fc.record({ type: fc.constantFrom("content", "diff"), content: fc.jsonValue() }),
        fc.record({ type: fc.constant("diff"), oldText: fc.jsonValue(), newText: fc.jsonValue() }),
      )),
      fc.record({ metadata: fc.jsonValue(), output: fc.jsonValue() }),
      fc.record({ metadata: fc.record({ exit: fc.jsonValue(), filediff: fc.jsonValue() }) }),
      fc.record({ command: fc.jsonValue(), path: fc.jsonValue(), content: fc.jsonValue() }),
      fc.record({ amount: fc.jsonValue() }),
      fc.record({
        todos: fc.oneof(fc.array(fc.record({ content: fc.jsonValue() })), fc.jsonValue()),
      }),
    ),
  ),
).map(([sessionUpdate, fields]) => ({ ...fields, sessionUpdate }));

Deno.test("whatever an agent sends, reading it gives an update of the promised shape", () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), nearlyUpdate), (value) => {
      const update = readUpdate(value);
      switch (update.kind) {
        case "message":
        case "thought":
          assert.equal(typeof update.message, "string");
          assert.notEqual(update.text, "");
          break;
        case "tool": {
          const { call, status, kind, title, argument, exit, lines, output, steps } = update.tool;
          for (const { text } of steps ?? []) assert.equal(typeof text, "string");
          assert.equal(typeof call, "string");
          assert.ok(
            [undefined, "pending", "in_progress", "completed", "failed"].includes(status),
          );
          for (const text of [kind, title, argument, output]) {
            assert.ok(text === undefined || typeof text === "string");
          }
          assert.ok(exit === undefined || exit === null || Number.isFinite(exit));
          for (const count of [lines?.added ?? 0, lines?.removed ?? 0]) {
            assert.ok(Number.isFinite(count));
          }
          break;
        }
        case "usage":
          assert.ok(update.cost === undefined || Number.isFinite(update.cost));
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("the lines of a diff add up: before - removed + added = after", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 8 })
    .map((lines) => lines.map((line) => `${line}\n`).join(""));
  fc.assert(fc.property(text, text, (oldText, newText) => {
    const content = [{ type: "diff", oldText, newText }];
    const update = readUpdate({ sessionUpdate: "tool_call", toolCallId: "c", content });
    assert.ok(update.kind === "tool" && update.tool.lines !== undefined);
    const { added, removed } = update.tool.lines;
    const count = (of: string): number => of.split("\n").length - 1;
    assert.equal(count(oldText) - removed + added, count(newText));
    assert.ok(added >= 0 && removed >= 0);
    assert.equal(added + removed === 0, oldText === newText);
  }));
});
