import { asArray, asNumber, asObject, asText, type JsonObject } from "../platform/json.ts";
import { addUsage, type ModelUsage, NO_USAGE, totalTokens, type Usage } from "../session/usage.ts";
import { ModelCalls } from "./model_calls.ts";
import type { AgentMonitor, MonitorListener, ProviderError } from "./monitor.ts";
import { followEvents } from "./opencode_events.ts";
import { ask, MAX_DEPTH, type OpencodeServer, sessionUsage, usageOf } from "./opencode_server.ts";

const ANSWER_MS = 2_000;
/** The messages of a session with all their text can be many megabytes. */
const MESSAGES_MS = 5_000;
const MAX_HEADERS = 200;
const MAX_HEADER_CHARS = 2_000;
const MAX_MESSAGE_CHARS = 4_000;
const MAX_BODY_CHARS = 64 * 1024;
const MAX_WAITING_SESSIONS = 1_000;
/** opencode's name for a call that somebody else has ended. */
const ABORTED = "MessageAbortedError";

/** What opencode tells through its own server on loopback. */
export function opencodeMonitor(server: OpencodeServer): AgentMonitor {
  return {
    usage: (session) => sessionUsage(server, session),
    usageByModel: (session) =>
      inTime(MESSAGES_MS, async (signal) => {
        const usages = new Map<string, Usage>();
        await addSession(server, session, usages, signal, 0);
        return [...usages]
          .filter(([, usage]) => totalTokens(usage) > 0 || usage.cost > 0)
          .map(([model, usage]): ModelUsage => ({ model, usage }));
      }),
    lastError: (session) =>
      inTime(ANSWER_MS, async (signal) => {
        const path = `/session/${encodeURIComponent(session)}/message`;
        return errorOf(asArray(await ask(server, path, signal, { limit: "1" })).at(-1));
      }),
    follow: (listener, signal) => follow(server, listener, signal),
  };
}

/** What the work gives, or `undefined` when it fails or takes too long. */
async function inTime<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ms);
  try {
    return await work(late.signal);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    // What is still being asked, because something beside it has failed, ends with it.
    late.abort();
  }
}

async function addSession(
  server: OpencodeServer,
  session: string,
  usages: Map<string, Usage>,
  signal: AbortSignal,
  depth: number,
): Promise<void> {
  const path = `/session/${encodeURIComponent(session)}`;
  for (const message of listOf(await ask(server, `${path}/message`, signal))) {
    const info = asObject(asObject(message)?.["info"]);
    if (info === undefined || info["role"] !== "assistant") continue;
    const model = `${asText(info["providerID"]) ?? "?"}/${asText(info["modelID"]) ?? "?"}`;
    usages.set(model, addUsage(usages.get(model) ?? NO_USAGE, usageOf(info)));
  }
  if (depth >= MAX_DEPTH) return;
  // One after the other: two long sessions at once would have to be kept in memory at once.
  for (const child of listOf(await ask(server, `${path}/children`, signal))) {
    const id = asText(asObject(child)?.["id"]);
    if (id !== undefined) await addSession(server, id, usages, signal, depth + 1);
  }
}

/** @throws {Error} when the answer is no list, so that nobody takes a part for the whole. */
function listOf(answer: unknown): readonly unknown[] {
  if (!Array.isArray(answer)) throw new Error("opencode's server answered with no list");
  return answer;
}

function errorOf(message: unknown): ProviderError | undefined {
  const info = asObject(asObject(message)?.["info"]);
  const error = info?.["role"] === "assistant" ? asObject(info["error"]) : undefined;
  const name = asText(error?.["name"]) ?? "UnknownError";
  if (error === undefined || name === ABORTED) return undefined;
  const data = asObject(error["data"]);
  return {
    name: name.slice(0, 100),
    message: (asText(data?.["message"]) ?? "").slice(0, MAX_MESSAGE_CHARS),
    status: asNumber(data?.["statusCode"]),
    headers: headersOf(asObject(data?.["responseHeaders"]) ?? {}),
    body: (asText(data?.["responseBody"]) ?? "").slice(0, MAX_BODY_CHARS),
  };
}

function headersOf(headers: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).slice(0, MAX_HEADERS).flatMap(([name, value]) =>
      typeof value === "string" || typeof value === "number"
        ? [[name.toLowerCase(), String(value).slice(0, MAX_HEADER_CHARS)]]
        : []
    ),
  );
}

async function follow(
  server: OpencodeServer,
  listener: MonitorListener,
  signal: AbortSignal,
): Promise<void> {
  const tell = (act: () => void): void => {
    try {
      act();
    } catch {
      // A listener's mistake must not keep the rest from being told.
    }
  };
  const calls = new ModelCalls((isEmpty) => tell(() => listener.onModelCall(isEmpty)));
  /** What each session has announced last. */
  const announced = new Map<string, string>();
  const onStatus = (session: string, status: JsonObject | undefined): void => {
    const until = asNumber(status?.["next"]);
    if (status?.["type"] !== "retry" || until === undefined) return;
    const message = (asText(status["message"]) ?? "").slice(0, MAX_MESSAGE_CHARS);
    const announcement = `${until} ${message}`;
    if (announced.get(session) === announcement) return;
    if (announced.size >= MAX_WAITING_SESSIONS) announced.clear();
    announced.set(session, announcement);
    tell(() => listener.onWaiting(until, message));
  };
  // A wait that had begun before the stream opened is told of by no event.
  const lookUp = async (): Promise<void> => {
    const statuses = await inTime(
      ANSWER_MS,
      async (late) =>
        asObject(await ask(server, "/session/status", AbortSignal.any([late, signal]))),
    );
    for (const [session, status] of Object.entries(statuses ?? {})) {
      if (!signal.aborted) onStatus(session, asObject(status));
    }
  };
  const lookingUp = new Set<Promise<void>>();
  await followEvents(server, {
    onOpen: () => {
      const looking = lookUp().finally(() => lookingUp.delete(looking));
      lookingUp.add(looking);
    },
    onData: (data) => {
      const event = asObject(JSON.parse(data));
      const properties = asObject(event?.["properties"]);
      const session = asText(properties?.["sessionID"]);
      if (properties === undefined || session === undefined) return;
      if (event?.["type"] === "session.status") onStatus(session, asObject(properties["status"]));
      calls.take(asText(event?.["type"]) ?? "", session, properties);
    },
  }, signal);
  await Promise.all(lookingUp);
}
