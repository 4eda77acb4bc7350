/**
 * A language model made of code: an OpenAI-compatible server on loopback whose answers are decided
 * by a function. It lets the real opencode run without a key, a network or chance.
 */
import { setTimeout as delay } from "node:timers/promises";
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

/** Token counts of one call. `cached` is part of `input`, `reasoning` part of `output`. */
export type Usage = Readonly<{
  input: number;
  output: number;
  cached?: number;
  reasoning?: number;
}>;

/**
 * How an answer is delivered: its text in `chunks` pieces (default 1) with `delayMs` before each
 * (default 0). `finish: null` leaves the finish reason out, which makes opencode ask again for ever.
 */
type Delivery = Readonly<{
  chunks?: number;
  delayMs?: number;
  usage?: Usage;
  finish?: string | null;
}>;

/** What the model does next. `hang` and `drop` first stream their `text`, when they have one. */
export type Step =
  | (Delivery & Readonly<{ kind: "text"; text: string }>)
  | (Delivery & Readonly<{ kind: "reasoning"; reasoning: string; text?: string }>)
  | (
    & Delivery
    & Readonly<{
      kind: "tools";
      calls: readonly Readonly<{ name: string; args: Readonly<Record<string, unknown>> }>[];
      text?: string;
    }>
  )
  | Readonly<
    { kind: "http"; status: number; body?: string; headers?: Readonly<Record<string, string>> }
  >
  | (Delivery & Readonly<{ kind: "hang" | "drop"; text?: string }>)
  | Readonly<{ kind: "raw"; frames: readonly string[] }>;

/** Decides the next step. A throw is answered with HTTP 400 and the error's message. */
export type Brain = (conversation: Conversation) => Step | Promise<Step>;

/** One logged request; `body` is the JSON as it came. */
export type ModelRequest = Readonly<{
  kind: Conversation["kind"];
  sessionId: string | undefined;
  messageCount: number;
  body: unknown;
}>;

/** A running server. Closing it ends every open answer, a hanging one too. */
export type ScriptedModel = AsyncDisposable & {
  /** The base URL for a provider's configuration: `http://127.0.0.1:<port>/v1`. */
  readonly url: string;
  /** All requests so far, in order; it grows while the server runs. */
  readonly requests: readonly ModelRequest[];
  close(): Promise<void>;
};

const MAX_BODY_BYTES = 32 * 1024 * 1024;

const Wire = z.object({
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
type WireRequest = z.infer<typeof Wire>;

function parsedArgs(text: string): Readonly<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    return {};
  }
}

function conversationOf(wire: WireRequest, sessionId: string | undefined): Conversation {
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

/** Resolves when the signal aborts. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Resolves after `ms` milliseconds, or at once when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal }).catch(() => {});
}

function pieces(text: string, count: number): readonly string[] {
  const letters = [...text];
  const size = Math.max(1, Math.ceil(letters.length / Math.max(1, count)));
  return Array.from(
    { length: Math.ceil(letters.length / size) },
    (_, i) => letters.slice(i * size, (i + 1) * size).join(""),
  );
}

function usageOf(usage: Usage): Record<string, unknown> {
  return {
    "prompt_tokens": usage.input,
    "completion_tokens": usage.output,
    "total_tokens": usage.input + usage.output,
    "prompt_tokens_details": { "cached_tokens": usage.cached ?? 0 },
    "completion_tokens_details": { "reasoning_tokens": usage.reasoning ?? 0 },
  };
}

type SpokenStep = Exclude<Step, { kind: "http" | "raw" }>;
type Answer = Readonly<{
  text: string;
  reasoning: string;
  calls: readonly unknown[];
  finish: string | null;
  usage: Record<string, unknown>;
}>;

function answerOf(step: SpokenStep): Answer {
  const calls = step.kind === "tools" ? step.calls : [];
  return {
    text: step.text ?? "",
    reasoning: step.kind === "reasoning" ? step.reasoning : "",
    calls: calls.map(({ name, args }, index) => ({
      index,
      // Random, because a session can outlive this server.
      id: `call_${crypto.randomUUID()}`,
      type: "function",
      function: { name, arguments: JSON.stringify(args) },
    })),
    finish: step.finish === undefined ? (calls.length > 0 ? "tool_calls" : "stop") : step.finish,
    usage: usageOf(step.usage ?? { input: 100, output: 20 }),
  };
}

/** The server-sent events of one step; they end early when the step breaks off or nobody listens. */
async function* framesOf(
  step: SpokenStep,
  model: string,
  gone: AbortSignal,
): AsyncGenerator<string> {
  const { text, reasoning, calls, finish, usage } = answerOf(step);
  const head = { id: "scripted", object: "chat.completion.chunk", created: 0, model };
  const frame = (rest: unknown): string => `data: ${JSON.stringify(rest)}\n\n`;
  const delta = (value: unknown, reason: string | null = null): string =>
    frame({ ...head, choices: [{ index: 0, delta: value, "finish_reason": reason }] });

  if (step.kind !== "hang" || step.text) yield delta({ role: "assistant", content: "" });
  for (const [key, whole] of [["reasoning_content", reasoning], ["content", text]] as const) {
    for (const piece of pieces(whole, step.chunks ?? 1)) {
      await pause(step.delayMs ?? 0, gone);
      if (gone.aborted) return;
      yield delta({ [key]: piece });
    }
  }
  if (step.kind === "hang") await aborted(gone);
  // A cut right behind the text would overtake it: the reader would see nothing but an error.
  if (step.kind === "drop") await pause(50, gone);
  if (step.kind === "hang" || step.kind === "drop") return;
  if (calls.length > 0) yield delta({ "tool_calls": calls });
  if (finish !== null) yield delta({}, finish);
  yield frame({ ...head, choices: [], usage });
  yield "data: [DONE]\n\n";
}

/** The same step as one JSON object, for a request that did not ask for a stream. */
async function wholeOf(step: SpokenStep, model: string, gone: AbortSignal): Promise<Response> {
  await pause(step.delayMs ?? 0, gone);
  const { text, reasoning, calls, finish, usage } = answerOf(step);
  const message = {
    role: "assistant",
    content: text,
    ...(reasoning === "" ? {} : { "reasoning_content": reasoning }),
    ...(calls.length === 0 ? {} : { "tool_calls": calls }),
  };
  const choices = [{ index: 0, message, "finish_reason": finish }];
  return Response.json({
    id: "scripted",
    object: "chat.completion",
    created: 0,
    model,
    choices,
    usage,
  });
}

const EVENT_STREAM = { "content-type": "text/event-stream" };

function streamed(step: SpokenStep, model: string, closing: AbortSignal): Response {
  const left = new AbortController();
  const frames = framesOf(step, model, AbortSignal.any([closing, left.signal]));
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      const { done, value } = await frames.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: () => left.abort(),
  });
  // A length that never arrives cuts the connection without a word on stderr, unlike an error in
  // the stream, of which Deno prints the stack.
  const headers = step.kind === "drop"
    ? { ...EVENT_STREAM, "content-length": String(MAX_BODY_BYTES) }
    : EVENT_STREAM;
  return new Response(body, { headers });
}

function respond(
  step: Step,
  wire: WireRequest,
  closing: AbortSignal,
): Response | Promise<Response> {
  if (step.kind === "http") {
    const body = step.body ?? JSON.stringify({ error: { message: `scripted ${step.status}` } });
    const headers = { "content-type": "application/json", ...step.headers };
    return new Response(body, { status: step.status, headers });
  }
  if (step.kind === "raw") return new Response(step.frames.join(""), { headers: EVENT_STREAM });
  const breaks = step.kind === "hang" || step.kind === "drop";
  return wire.stream || breaks
    ? streamed(step, wire.model, closing)
    : wholeOf(step, wire.model, closing);
}

function failure(status: number, message: string): Response {
  return Response.json({ error: { message, type: "scripted_model" } }, { status });
}

/**
 * Starts a scripted model on a free port of 127.0.0.1.
 *
 * After `maxRequests` chat requests (default 500) every further one is answered with HTTP 500 and
 * not logged, so that opencode can never spin for ever.
 */
export function startScriptedModel(
  brain: Brain,
  { maxRequests = 500 }: Readonly<{ maxRequests?: number }> = {},
): Promise<ScriptedModel> {
  const requests: ModelRequest[] = [];
  const closing = new AbortController();
  let admitted = 0;

  const chat = async (request: Request): Promise<Response> => {
    if (admitted >= maxRequests) return failure(500, `more than ${maxRequests} requests`);
    admitted += 1;
    if (Number(request.headers.get("content-length")) > MAX_BODY_BYTES) {
      return failure(413, "body too large");
    }
    const body: unknown = await request.json();
    const wire = Wire.parse(body);
    const conversation = conversationOf(wire, request.headers.get("x-session-id") ?? undefined);
    const { kind, sessionId, messages } = conversation;
    requests.push({ kind, sessionId, messageCount: messages.length, body });

    const step = kind === "title"
      ? { kind: "text", text: "Scripted session" } as const
      : await Promise.race([brain(conversation), aborted(closing.signal)]);
    return step ? await respond(step, wire, closing.signal) : failure(503, "closed");
  };

  const answer = async (request: Request): Promise<Response> => {
    const path = new URL(request.url).pathname;
    if (path === "/v1/models") return Response.json({ object: "list", data: [{ id: "m1" }] });
    if (path !== "/v1/chat/completions") return failure(404, `no such path: ${path}`);
    try {
      return await chat(request);
    } catch (error) {
      return failure(400, error instanceof Error ? error.message : String(error));
    }
  };

  const server = Deno.serve(
    // The signal ends open connections; `shutdown()` would wait for a reader that has stopped.
    { hostname: "127.0.0.1", port: 0, signal: closing.signal, onListen: (): void => {} },
    answer,
  );
  const close = async (): Promise<void> => {
    closing.abort();
    await server.finished;
  };
  return Promise.resolve({
    url: `http://127.0.0.1:${server.addr.port}/v1`,
    requests,
    close,
    [Symbol.asyncDispose]: close,
  });
}
