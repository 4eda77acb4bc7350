/**
 * A language model made of code: an OpenAI-compatible server on loopback whose answers are decided
 * by a function. It lets the real opencode run without a key, a network or chance.
 */
import { type Conversation, conversationOf, Wire, type WireRequest } from "./conversation.ts";
import { aborted, framesOf, type SpokenStep, type Step, wholeOf } from "./step.ts";

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
