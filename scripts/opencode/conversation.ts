/** What a request to the scripted model says, parsed out of the OpenAI-compatible wire format. */
import { z } from "zod";

/** A tool call of the model. `result` is what came back, once it has been carried out. */
export type ToolCall = Readonly<{
  id: string;
  name: string;
  /** Parsed arguments; empty when the model's text was no JSON object. */
  args: Readonly<Record<string, unknown>>;
  result: string | undefined;
}>;

/** One message of the request; `toolCalls` is filled for `assistant` only. */
export type Message = Readonly<{
  role: "system" | "developer" | "user" | "assistant" | "tool";
  /** All text parts, joined with newlines; of a `tool` message the call's result. */
  text: string;
  toolCalls: readonly ToolCall[];
}>;

/** What a brain sees: one request, parsed. */
export type Conversation = Readonly<{
  /** `title` requests are answered by the server itself and never reach the brain. */
  kind: "chat" | "title";
  model: string;
  /** opencode's `x-session-id`, the same text as the ACP session id. */
  sessionId: string | undefined;
  system: string;
  messages: readonly Message[];
  /** The messages after the last user message: empty when the model is to begin. */
  turn: readonly Message[];
  tools: readonly Readonly<{ name: string; description: string; parameters: unknown }>[];
}>;

/** The body of a chat request, as far as it matters. */
export const Wire = z.object({
  model: z.string(),
  stream: z.boolean().default(false),
  messages: z.array(z.object({
    role: z.enum(["system", "developer", "user", "assistant", "tool"]),
    content: z.union([
      z.string(),
      z.array(z.object({ text: z.string().default("") })).transform((parts) =>
        parts.map((part) => part.text).join("\n")
      ),
      z.null().transform(() => ""),
    ]).default(""),
    "tool_call_id": z.string().optional(),
    "tool_calls": z.array(z.object({
      id: z.string(),
      function: z.object({ name: z.string(), arguments: z.string() }),
    })).default([]),
  })),
  tools: z.array(z.object({
    function: z.object({
      name: z.string(),
      description: z.string().default(""),
      parameters: z.unknown(),
    }),
  })).default([]),
});
/** A parsed {@linkcode Wire} body. */
export type WireRequest = z.infer<typeof Wire>;

function parsedArgs(text: string): Readonly<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Reads a conversation out of a request; `sessionId` comes from its headers. */
export function conversationOf(wire: WireRequest, sessionId: string | undefined): Conversation {
  const results = new Map(wire.messages.map((m) => [m["tool_call_id"], m.content]));
  const messages = wire.messages.map((m): Message => ({
    role: m.role,
    text: m.content,
    toolCalls: m["tool_calls"].map((call) => ({
      id: call.id,
      name: call.function.name,
      args: parsedArgs(call.function.arguments),
      result: results.get(call.id),
    })),
  }));
  const system = messages.filter((m) => m.role === "system" || m.role === "developer")
    .map((m) => m.text).join("\n");
  return {
    kind: system.includes("You are a title generator") ? "title" : "chat",
    model: wire.model,
    sessionId,
    system,
    messages,
    turn: messages.slice(messages.findLastIndex((m) => m.role === "user") + 1),
    tools: wire.tools.map((tool) => tool.function),
  };
}
