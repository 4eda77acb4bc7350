import { PROTOCOL_VERSION, RequestError } from "@agentclientprotocol/sdk";
import { lineOf } from "./error_words.ts";
import { AgentError, isLoginMissing, isRefusal } from "./errors.ts";
import { UserError } from "../platform/failure.ts";
import { asNumber, asObject, asText } from "../platform/json.ts";
import { connect, type LinkOptions } from "./link.ts";
import { type AgentExit, launch, type LaunchOptions } from "./process.ts";
import { type AgentSession, loginMissing, openSession, rpcOf } from "./session.ts";

const INITIALIZE_MS = 30_000;
/** So much of stderr goes with a failure, out of so much that is looked at. */
const LAST_LINES = 5;
const READ_LINES = 60;

/** How to start an agent and what to tell it. */
export interface AgentOptions extends LaunchOptions, LinkOptions {
  /** iteratr's own version. */
  readonly version: string;
}

/** An agent that has shaken hands. One process serves many sessions, one after the other. */
export interface Agent {
  readonly pid: number;
  readonly name: string;
  readonly version: string;
  /**
   * Opens a session with an empty context and the given model; without one, the agent's choice stands.
   *
   * @throws {UserError} when the model is unknown or a login is missing.
   * @throws {AgentError} when the agent fails.
   */
  openSession(model: string | undefined): Promise<AgentSession>;
  /** The last lines that it has printed on stderr. */
  lastLines(): readonly string[];
  /** How its process has ended; `undefined` while it runs. */
  exit(): AgentExit | undefined;
  /** Ends the process and everything in its group. May be called in any state. */
  close(): Promise<AgentExit>;
}

/**
 * Starts an agent and shakes hands.
 *
 * @throws {UserError} when it cannot be started or speaks another version of the protocol.
 * @throws {AgentError} when it crashes, fails, or does not answer in time.
 */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const process = launch(options);
  const link = connect(process, options);
  let exit: AgentExit | undefined;
  process.exited.then((ended) => exit = ended);
  const lastLines = (): readonly string[] =>
    withoutAnswers(process.stderr().lastLines(READ_LINES)).slice(-LAST_LINES);
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
      name: asText(info?.["name"])?.slice(0, 100) ?? options.command[0],
      version: asText(info?.["version"])?.slice(0, 100) ?? "",
      openSession: (model) => openSession(link, options, model),
      lastLines,
      exit: () => exit,
      close: link.close,
    };
  } catch (error) {
    await link.close();
    if (error instanceof RequestError) throw failedHandshake(error, options, lastLines());
    if (!(error instanceof AgentError)) throw error;
    throw new AgentError(error.message, error.lastWords, error.rpc, lastLines());
  }
}

/** Whoever does not want to speak with us will not want to a moment later; whoever has failed may. */
function failedHandshake(
  error: RequestError,
  { command }: AgentOptions,
  lines: readonly string[],
): Error {
  if (isLoginMissing(error)) return loginMissing(error, command);
  if (!isRefusal(error)) {
    return new AgentError(`the agent's start failed: ${lineOf(error)}`, "", rpcOf(error), lines);
  }
  return new UserError(`the agent refused the handshake: ${lineOf(error)}`, [
    "Is it logged in, and does its version speak this protocol? Try: iteratr doctor",
  ]);
}

/** opencode prints each error that it answers with over many lines, which say no more than the answer. */
function withoutAnswers(lines: readonly string[]): readonly string[] {
  let isAnswer = false;
  return lines.filter((line) => {
    isAnswer ||= line.startsWith("Error handling request");
    const isPart = isAnswer;
    if (line === "}") isAnswer = false;
    return !isPart;
  });
}

function checkProtocol(version: number | undefined): void {
  if (version === PROTOCOL_VERSION) return;
  throw new UserError(
    `the agent speaks version ${version ?? "(none)"} of the Agent Client Protocol; ` +
      `iteratr speaks ${PROTOCOL_VERSION}`,
    ["Use another version of the agent: --agent-command"],
  );
}
