import { freshId } from "../ids.ts";
import type { Scenario, World } from "../scenario.ts";
import { textContent } from "../tool_calls.ts";

/** Text in an update for a session that the client has never opened; nobody must see it. */
export const FOREIGN_TEXT = "this belongs to somebody else";

/** Sends updates that no client expects, or that are not what they seem, and then works. */
export function makeUnknownUpdates({ peer, works }: World): Scenario {
  return {
    prompt: (turn) => {
      for (const update of strangeUpdates()) turn.update(update);
      const chunk = { sessionUpdate: "agent_message_chunk", content: text(FOREIGN_TEXT) };
      peer.notify("session/update", { sessionId: "ses_of_somebody_else", update: chunk });
      peer.notify("session/update", { update: chunk });
      peer.notify("session/update", { sessionId: turn.session.id });
      peer.notify("session/update", undefined);
      peer.notify("_fake/telemetry", { anything: [1, null, "x"] });
      return works(turn);
    },
  };
}

function strangeUpdates(): readonly unknown[] {
  const toolCallId = freshId("call");
  return [
    // Kinds of a later protocol.
    { sessionUpdate: "mood_update", mood: "cheerful" },
    { sessionUpdate: "notice", level: "info", message: "the weather is fine" },
    // No kind, or none that is a word.
    {},
    { content: text("an update without a kind") },
    { sessionUpdate: 7, content: text("a number for a kind") },
    null,
    [],
    "agent_message_chunk",
    // Known kinds with missing, mistyped and surplus fields.
    { sessionUpdate: "agent_message_chunk" },
    { sessionUpdate: "agent_message_chunk", messageId: 12, content: { type: "text", text: 34 } },
    { sessionUpdate: "agent_message_chunk", content: "just a string" },
    { sessionUpdate: "agent_message_chunk", content: { type: "hologram", beams: [] } },
    { sessionUpdate: "agent_message_chunk", content: text("with more "), surplus: { a: 1 } },
    { sessionUpdate: "agent_thought_chunk", messageId: null, content: text("an idea ") },
    { sessionUpdate: "tool_call" },
    { sessionUpdate: "tool_call", toolCallId, title: 5, kind: "juggle", status: "pondering" },
    { sessionUpdate: "tool_call_update", toolCallId, content: "text", locations: { path: "x" } },
    { sessionUpdate: "usage_update", used: "many", size: null, cost: "2 USD" },
    { sessionUpdate: "usage_update", used: -1, size: 0, cost: { amount: -5, currency: "EUR" } },
    { sessionUpdate: "config_option_update", configOptions: "none" },
    // A tool call that was never announced.
    {
      sessionUpdate: "tool_call_update",
      toolCallId: freshId("call"),
      status: "completed",
      content: [textContent("out of the blue")],
    },
    // A plan: part of the protocol, though opencode sends none.
    {
      sessionUpdate: "plan",
      entries: [
        { content: "Write the files", priority: "high", status: "in_progress" },
        { content: "Check the files", priority: "low", status: "pending" },
      ],
    },
  ];
}

function text(text: string): Readonly<Record<string, string>> {
  return { type: "text", text };
}
