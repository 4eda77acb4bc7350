import assert from "node:assert/strict";
import { type AgentUpdate, readUpdate } from "../../src/agent/update.ts";
import { MessageCounter } from "../../src/loop/turn/message_counter.ts";

const said = (message: string, text = "x"): AgentUpdate => ({ kind: "message", message, text });
const thought = (message: string): AgentUpdate => ({ kind: "thought", message, text: "hm" });

function tool(): AgentUpdate {
  return readUpdate({ sessionUpdate: "tool_call", toolCallId: "c", title: "bash" });
}

/** What is told of messages: `true` for each that was empty. */
function counted(...updates: readonly AgentUpdate[]): readonly boolean[] {
  const told: boolean[] = [];
  const counter = new MessageCounter((isEmpty) => told.push(isEmpty));
  for (const update of updates) counter.take(update);
  return told;
}

Deno.test("a message is told once the next one begins, however many pieces it came in", () => {
  assert.deepEqual(counted(), []);
  assert.deepEqual(counted(said("1"), said("1"), said("1")), []);
  assert.deepEqual(counted(said("1"), said("1"), said("2"), thought("3")), [false, false]);
});

Deno.test("a message is empty without text and without a tool call; thoughts and blanks fill nothing", () => {
  assert.deepEqual(counted(thought("1"), said("2", " \n"), said("3", ""), said("4")), [
    ...[true, true, true],
  ]);
  assert.deepEqual(counted(thought("1"), tool(), thought("2"), said("2"), thought("3")), [
    ...[false, false],
  ]);
  assert.deepEqual(counted(said("1"), said("1", ""), thought("2"), thought("3")), [false, true]);
});

Deno.test("messages without an id are not counted, nor are lists and figures", () => {
  assert.deepEqual(
    counted(
      ...[said(""), said(""), thought("")],
      { kind: "plan", steps: [] },
      { kind: "usage", cost: 1 },
      tool(),
    ),
    [],
  );
  assert.deepEqual(counted(said("1"), said(""), { kind: "usage", cost: 1 }, said("1")), []);
});
