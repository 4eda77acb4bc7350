import { asAmount, asArray, asObject, asText, type JsonObject } from "../platform/json.ts";
import { addUsage, NO_USAGE, type Usage } from "../session/usage.ts";

/** opencode's own server on loopback, which knows what a session has spent as a whole. */
export interface OpencodeServer {
  /** Of the last start; read for each request. */
  readonly port: number;
  readonly password: string;
  /** The directory that its sessions belong to. */
  readonly directory: string;
}

const ANSWER_MS = 2_000;
/** All messages of a long session come in one answer. */
const MAX_ANSWER_CHARS = 64 * 1024 * 1024;
/** Sub-agents of sub-agents; deeper than this nothing is counted. */
export const MAX_DEPTH = 5;

/** Picks a port that is free just now. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/**
 * What a session and its sub-agents have spent so far. The protocol would only tell of the last model
 * call, and nothing of sub-agents.
 *
 * @returns `undefined` when the server does not answer as expected.
 */
export async function sessionUsage(
  server: OpencodeServer,
  session: string,
): Promise<Usage | undefined> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  try {
    const root = asObject(await ask(server, `/session/${encodeURIComponent(session)}`, signal));
    return root === undefined ? undefined : await withChildren(server, root, signal, 0);
  } catch {
    return undefined;
  }
}

async function withChildren(
  server: OpencodeServer,
  session: JsonObject,
  signal: AbortSignal,
  depth: number,
): Promise<Usage> {
  const own = usageOf(session);
  const id = asText(session["id"]);
  if (id === undefined || depth >= MAX_DEPTH) return own;
  const children = asArray(
    await ask(server, `/session/${encodeURIComponent(id)}/children`, signal),
  );
  const spent = await Promise.all(children.map(async (child) => {
    const fields = asObject(child);
    return fields === undefined ? NO_USAGE : await withChildren(server, fields, signal, depth + 1);
  }));
  return spent.reduce(addUsage, own);
}

/**
 * The usage of a session or of a message: opencode counts cached input apart from `input`, and reasoning
 * apart from `output`.
 */
export function usageOf(session: JsonObject): Usage {
  const tokens = asObject(session["tokens"]);
  const cache = asObject(tokens?.["cache"]);
  const count = (value: unknown): number => asAmount(value) ?? 0;
  return {
    inputTokens: count(tokens?.["input"]) + count(cache?.["write"]),
    outputTokens: count(tokens?.["output"]) + count(tokens?.["reasoning"]),
    cachedTokens: count(cache?.["read"]),
    cost: count(session["cost"]),
    partial: tokens === undefined,
  };
}

/**
 * Asks for a path, and resolves once the server begins to answer.
 *
 * @throws {Error} when it does not answer, or with a failure.
 */
export async function openAnswer(
  server: OpencodeServer,
  path: string,
  signal: AbortSignal,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const query = new URLSearchParams({ ...parameters, directory: server.directory });
  const response = await fetch(`http://127.0.0.1:${server.port}${path}?${query}`, {
    signal,
    headers: { authorization: `Basic ${btoa(`opencode:${server.password}`)}` },
  });
  if (response.ok) return response;
  await response.body?.cancel();
  throw new Error(`opencode's server answered ${response.status}`);
}

/**
 * Asks for a path and gives the JSON of the answer.
 *
 * @throws {Error} when there is none, or more than can be meant.
 */
export async function ask(
  server: OpencodeServer,
  path: string,
  signal: AbortSignal,
  parameters: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const response = await openAnswer(server, path, signal, parameters);
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > MAX_ANSWER_CHARS) throw new Error("opencode's server answers without end");
  }
  return JSON.parse(text + decoder.decode());
}
