import { RequestError } from "@agentclientprotocol/sdk";
import type { Clock } from "../platform/clock.ts";
import { messageOf, UserError } from "../platform/failure.ts";
import { asObject, asText } from "../platform/json.ts";
import { nearest } from "../platform/nearest.ts";
import { adviceFor } from "./advice.ts";
import { lineOf, printableLine } from "./error_words.ts";
import { AgentError, isLoginMissing, isRefusal, type RpcFailure } from "./errors.ts";
import type { Link } from "./link.ts";
import { readModelChoice } from "./model.ts";
import type { LaunchOptions } from "./process.ts";
import { type PromptResult, readPromptResult } from "./turn.ts";
import type { AgentUpdate } from "./update.ts";

const NEW_SESSION_MS = 60_000;
/** For every other request but a prompt. */
const ANSWER_MS = 30_000;
const CANCEL_MS = 2_000;

/** One session of an agent. */
export interface AgentSession {
  readonly id: string;
  /** Whether the agent has said which model it uses; some offer no choice and do not tell. */
  readonly isModelKnown: boolean;
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

/** Opens a session in a directory, with the given model. See `Agent.openSession`. */
export async function openSession(
  link: Link,
  options: Pick<LaunchOptions, "command" | "cwd"> & { readonly clock: Clock },
  model: string | undefined,
): Promise<AgentSession> {
  const answer = await link
    .ask("session/new", { cwd: options.cwd, mcpServers: [] }, NEW_SESSION_MS)
    .catch((error: unknown) => {
      throw sessionError(error, options.command);
    });
  const id = asText(asObject(answer)?.["sessionId"]);
  if (id === undefined) throw new AgentError("the agent gave its new session no id", "");
  if (model !== undefined) await chooseModel(link, options.command, { id, answer, model });
  return {
    id,
    isModelKnown: readModelChoice(answer) !== undefined,
    prompt: (text, onUpdate, signal) => prompt(link, options.clock, id, text, onUpdate, signal),
  };
}

function sessionError(error: unknown, command: LaunchOptions["command"]): unknown {
  if (!(error instanceof RequestError)) return error;
  return isLoginMissing(error)
    ? loginMissing(error, command)
    : new AgentError(`the agent opened no session: ${lineOf(error)}`, "", rpcOf(error));
}

/** What to say when an agent wants somebody to log in. */
export function loginMissing(error: RequestError, command: LaunchOptions["command"]): UserError {
  const { logIn } = adviceFor(command);
  return new UserError(`the agent requires you to log in: ${lineOf(error)}`, [logIn]);
}

/** An agent's error as the rest of iteratr knows it. */
export function rpcOf(error: RequestError): RpcFailure {
  const { code, data } = error;
  return { code, message: messageOf(error), data };
}

async function chooseModel(
  link: Link,
  command: LaunchOptions["command"],
  session: { readonly id: string; readonly answer: unknown; readonly model: string },
): Promise<void> {
  const { id: sessionId, model } = session;
  const choice = readModelChoice(session.answer);
  if (choice === undefined || choice.current === model) return;
  if (!choice.available.includes(model)) throw unknownModel(model, choice.available);
  const { via } = choice;
  try {
    const answer = via.kind === "option"
      ? await link.ask(
        "session/set_config_option",
        { sessionId, configId: via.configId, value: model },
        ANSWER_MS,
      )
      : await link.ask("session/set_model", { sessionId, modelId: model }, ANSWER_MS);
    const current = readModelChoice(answer)?.current ?? model;
    if (current === model) return;
    throw new AgentError(`the agent was told to use ${model} and uses ${shownName(current)}`, "");
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (isLoginMissing(error)) throw loginMissing(error, command);
    if (isRefusal(error)) {
      throw new UserError(`the agent refuses the model "${model}": ${lineOf(error)}`);
    }
    throw new AgentError(`the agent took no model: ${lineOf(error)}`, "", rpcOf(error));
  }
}

const SHOWN_MODELS = 10;

function unknownModel(model: string, available: readonly string[]): UserError {
  const meant = nearest(model, available);
  const shown = available.slice(0, SHOWN_MODELS).map(shownName).join(", ");
  const left = available.length - SHOWN_MODELS;
  const more = left > 0 ? ` and ${left} more` : "";
  const hint = meant === undefined ? "" : `; did you mean ${shownName(meant)}?`;
  return new UserError(`the agent knows no model "${model}"${hint}`, [
    `It knows: ${shown}${more}`,
  ]);
}

/** An agent may call its models whatever it likes. */
function shownName(model: string): string {
  return printableLine(model, 80);
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
      const rpc = rpcOf(error);
      throw new AgentError(`the agent's turn failed: ${kind}${rpc.message}`, "", rpc);
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
      // Not waited for: it queues behind a prompt that an agent which reads no more has not taken.
      link.tell("session/cancel", { sessionId }).catch(() => undefined);
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
