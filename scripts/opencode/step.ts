/** What the scripted model can answer, and how that looks on the wire. */
import { setTimeout as delay } from "node:timers/promises";

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

/** A call of a tool; without an id it gets one that no other has. */
type Call = Readonly<{ id?: string; name: string; args: Readonly<Record<string, unknown>> }>;

/** What the model does next. `hang` and `drop` first stream their `text`, when they have one. */
export type Step =
  | (Delivery & Readonly<{ kind: "text"; text: string }>)
  | (Delivery & Readonly<{ kind: "reasoning"; reasoning: string; text?: string }>)
  | (
    & Delivery
    & Readonly<{
      kind: "tools";
      calls: readonly Call[];
      text?: string;
    }>
  )
  | Readonly<
    { kind: "http"; status: number; body?: string; headers?: Readonly<Record<string, string>> }
  >
  | (Delivery & Readonly<{ kind: "hang" | "drop"; text?: string }>)
  | Readonly<{ kind: "raw"; frames: readonly string[] }>;

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
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

/** A step that is an answer in the model's own words. */
export type SpokenStep = Exclude<Step, { kind: "http" | "raw" }>;
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
    calls: calls.map(({ id, name, args }, index) => ({
      index,
      // Random, because a session can outlive this server.
      id: id ?? `call_${crypto.randomUUID()}`,
      type: "function",
      function: { name, arguments: JSON.stringify(args) },
    })),
    finish: step.finish === undefined ? (calls.length > 0 ? "tool_calls" : "stop") : step.finish,
    usage: usageOf(step.usage ?? { input: 100, output: 20 }),
  };
}

/** The server-sent events of one step; they end early when the step breaks off or nobody listens. */
export async function* framesOf(
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
export async function wholeOf(
  step: SpokenStep,
  model: string,
  gone: AbortSignal,
): Promise<Response> {
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
