import {
  client,
  type ClientContext,
  PROTOCOL_VERSION,
  RequestError,
} from "@agentclientprotocol/sdk";
import type { Clock } from "../platform/clock.ts";
import { messageOf, UserError } from "../platform/failure.ts";
import { asNumber, asObject, asText } from "../platform/json.ts";
import { nearest } from "../platform/nearest.ts";
import { AgentError } from "./errors.ts";
import { frameStream } from "./frames.ts";
import { readModelChoice } from "./model.ts";
import { type AgentProcess, endProcess, launch, type LaunchOptions } from "./process.ts";
import { answerRequest } from "./requests.ts";
import { type PromptResult, readPromptResult } from "./turn.ts";
import { type AgentUpdate, readUpdate } from "./update.ts";

const INITIALIZE_MS = 30_000;
const NEW_SESSION_MS = 60_000;
const CANCEL_MS = 2_000;
const AUTH_REQUIRED = -32000;

/** How to start an agent and what to tell it. */
export interface AgentOptions extends LaunchOptions {
  readonly clock: Clock;
  /** iteratr's own version. */
  readonly version: string;
  /** Gives up waiting for the agent. A turn has a signal of its own, and ends in order. */
  readonly stop: AbortSignal;
  /** Oddities of the protocol: dropped lines and the like. */
  onOddity(what: string): void;
}

/** An agent that has shaken hands. One process serves many sessions, one after the other. */
export interface Agent {
  readonly pid: number;
  readonly name: string;
  readonly version: string;
  /**
   * Opens a session with an empty context and the given model.
   *
   * @throws {UserError} when the model is unknown or a login is missing.
   * @throws {AgentError} when the agent fails.
   */
  openSession(model: string): Promise<AgentSession>;
  /** Ends the process and everything in its group. May be called in any state. */
  close(): Promise<void>;
}

/** One session of an agent. */
export interface AgentSession {
  readonly id: string;
  /**
   * Sends a prompt and waits until the turn is over.
   *
   * @param onUpdate gets the news in order; none arrive after the result.
   * @param signal asks the agent to stop; a short while later the turn counts as cancelled.
   * @throws {AgentError} when the agent crashes or answers with an error.
   */
  prompt(
    text: string,
    onUpdate: (update: AgentUpdate) => void,
    signal: AbortSignal,
  ): Promise<PromptResult>;
}

/**
 * Starts an agent and shakes hands.
 *
 * @throws {UserError} when it cannot be started or speaks another version of the protocol.
 * @throws {AgentError} when it crashes or does not answer in time.
 */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const process = launch(options);
  const link = connect(process, options);
  try {
    const answer = asObject(
      await link.ask("initialize", {
        protocolVersion: PROTOCOL_VERSION,
        clientCapabilities: {},
        clientInfo: { name: "iteratr", version: options.version },
      }, INITIALIZE_MS),
    );
    checkProtocol(asNumber(answer?.["protocolVersion"]));
    const info = asObject(answer?.["agentInfo"]);
    return {
      pid: process.pid,
      name: asText(info?.["name"]) ?? options.command[0],
      version: asText(info?.["version"]) ?? "",
      openSession: (model) => openSession(link, options, model),
      close: link.close,
    };
  } catch (error) {
    await link.close();
    throw error;
  }
}

function checkProtocol(version: number | undefined): void {
  if (version === PROTOCOL_VERSION) return;
  throw new UserError(
    `the agent speaks version ${version ?? "(none)"} of the Agent Client Protocol; ` +
      `iteratr speaks ${PROTOCOL_VERSION}`,
    ["Use another version of the agent: --agent-command"],
  );
}

/** The connection below agent and sessions. */
interface Link {
  /** Asks and waits, but not longer than so many milliseconds (0 = as long as it takes). */
  ask(method: string, params: unknown, ms: number): Promise<unknown>;
  tell(method: string, params: unknown): Promise<void>;
  /** Where updates of a session go; `undefined` when nobody listens. */
  readonly listeners: Map<string, (update: AgentUpdate) => void>;
  close(): Promise<void>;
}

function connect(process: AgentProcess, options: AgentOptions): Link {
  const listeners = new Map<string, (update: AgentUpdate) => void>();
  const connection = client({ name: "iteratr" })
    // First in the list, so that it runs before anything that waits for an answer goes on.
    .onNotification("session/update", (params) => params, ({ params }) => {
      const fields = asObject(params);
      const update = readUpdate(fields?.["update"]);
      if (update !== undefined) listeners.get(asText(fields?.["sessionId"]) ?? "")?.(update);
    })
    .onNotification("*", () => undefined)
    .onRequest("*", ({ method, params }) => answerRequest(method, params))
    .connect(frameStream(process, options.onOddity));
  const agent: ClientContext = connection.agent;
  let closing: Promise<void> | undefined;
  const crash = async (): Promise<never> => {
    const exit = await endProcess(process, options.clock);
    throw new AgentError(
      exit.signal === null
        ? `the agent's process ended with code ${exit.code}`
        : `the agent's process was ended by ${exit.signal}`,
      process.stderr().lastWords(),
    );
  };
  return {
    listeners,
    ask: async (method, params, ms) => {
      const answer = agent.request<unknown>(method, params);
      try {
        return ms === 0 ? await answer : await withLimit(options, ms, method, answer);
      } catch (error) {
        if (error instanceof RequestError || error instanceof AgentError) throw error;
        return await crash();
      }
    },
    tell: (method, params) => agent.notify(method, params),
    close: () =>
      closing ??= (async () => {
        await endProcess(process, options.clock);
        connection.close();
      })(),
  };
}

async function withLimit<T>(
  { clock, stop }: AgentOptions,
  ms: number,
  method: string,
  work: Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const late = clock.sleep(ms, AbortSignal.any([done.signal, stop])).then((): never | undefined => {
    if (done.signal.aborted) return undefined;
    if (stop.aborted) throw new AgentError(`${method} was given up`, "");
    throw new AgentError(`the agent did not answer ${method} within ${ms / 1000} s`, "");
  });
  try {
    return await Promise.race([work, late as Promise<never>]);
  } finally {
    done.abort();
  }
}

async function openSession(
  link: Link,
  options: AgentOptions,
  model: string,
): Promise<AgentSession> {
  const answer = await link
    .ask("session/new", { cwd: options.cwd, mcpServers: [] }, NEW_SESSION_MS)
    .catch((error: unknown) => {
      throw sessionError(error);
    });
  const id = asText(asObject(answer)?.["sessionId"]);
  if (id === undefined) throw new AgentError("the agent gave its new session no id", "");
  await chooseModel(link, id, answer, model);
  return {
    id,
    prompt: (text, onUpdate, signal) => prompt(link, options.clock, id, text, onUpdate, signal),
  };
}

function sessionError(error: unknown): unknown {
  if (!(error instanceof RequestError)) return error;
  return error.code === AUTH_REQUIRED
    ? new UserError(`the agent wants a login first: ${messageOf(error)}`, [
      "Log in: opencode auth login",
    ])
    : new AgentError(`the agent opened no session: ${messageOf(error)}`, "");
}

async function chooseModel(
  link: Link,
  sessionId: string,
  session: unknown,
  model: string,
): Promise<void> {
  const choice = readModelChoice(session);
  if (choice === undefined || choice.current === model) return;
  if (!choice.available.includes(model)) throw unknownModel(model, choice.available);
  const { via } = choice;
  try {
    const answer = via.kind === "option"
      ? await link.ask(
        "session/set_config_option",
        { sessionId, configId: via.configId, value: model },
        NEW_SESSION_MS,
      )
      : await link.ask("session/set_model", { sessionId, modelId: model }, NEW_SESSION_MS);
    const current = readModelChoice(answer)?.current ?? model;
    if (current === model) return;
    throw new AgentError(`the agent was told to use ${model} and uses ${current}`, "");
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    throw new UserError(`the agent refuses the model "${model}": ${messageOf(error)}`);
  }
}

function unknownModel(model: string, available: readonly string[]): UserError {
  const meant = nearest(model, available);
  const shown = available.slice(0, 10).join(", ");
  const more = available.length > 10 ? ` and ${available.length - 10} more` : "";
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  return new UserError(`the agent knows no model "${model}"${hint}`, [
    `It knows: ${shown}${more}`,
  ]);
}

async function prompt(
  link: Link,
  clock: Clock,
  sessionId: string,
  text: string,
  onUpdate: (update: AgentUpdate) => void,
  signal: AbortSignal,
): Promise<PromptResult> {
  link.listeners.set(sessionId, onUpdate);
  try {
    const answer = link.ask(
      "session/prompt",
      { sessionId, prompt: [{ type: "text", text }] },
      0,
    ).then(readPromptResult, (error: unknown): PromptResult => {
      if (!(error instanceof RequestError)) throw error;
      const name = asText(asObject(error.data)?.["errorName"]);
      const kind = name === undefined ? "" : `${name}: `;
      throw new AgentError(`the agent's turn failed: ${kind}${messageOf(error)}`, "");
    });
    const cancelled = whenCancelled(link, clock, sessionId, signal, answer);
    return await Promise.race([answer, cancelled]);
  } finally {
    link.listeners.delete(sessionId);
  }
}

/** Once the signal aborts: asks the agent to stop, and gives it a moment to say that it did. */
function whenCancelled(
  link: Link,
  clock: Clock,
  sessionId: string,
  signal: AbortSignal,
  answer: Promise<PromptResult>,
): Promise<PromptResult> {
  const settled = new AbortController();
  const finish = (): void => settled.abort();
  answer.then(finish, finish);
  return new Promise((resolve, reject) => {
    const cancel = async (): Promise<void> => {
      await link.tell("session/cancel", { sessionId }).catch(() => undefined);
      await clock.sleep(CANCEL_MS, settled.signal);
      if (settled.signal.aborted) await answer.then(() => undefined, () => undefined);
      resolve({ stop: "cancelled", usage: undefined });
    };
    const onAbort = (): void => void cancel().catch(reject);
    if (signal.aborted) onAbort();
    else {
      signal.addEventListener("abort", onAbort, { once: true });
      settled.signal.addEventListener("abort", () => signal.removeEventListener("abort", onAbort));
    }
  });
}
