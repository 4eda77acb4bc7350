import { PROTOCOL_VERSION, RequestError } from "@agentclientprotocol/sdk";
import { AgentError } from "./errors.ts";
import { messageOf, UserError } from "../platform/failure.ts";
import { asNumber, asObject, asText } from "../platform/json.ts";
import { connect, type LinkOptions } from "./link.ts";
import { launch, type LaunchOptions } from "./process.ts";
import { type AgentSession, openSession } from "./session.ts";

const INITIALIZE_MS = 30_000;

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
  /** Ends the process and everything in its group. May be called in any state. */
  close(): Promise<void>;
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
      name: asText(info?.["name"])?.slice(0, 100) ?? options.command[0],
      version: asText(info?.["version"])?.slice(0, 100) ?? "",
      openSession: (model) => openSession(link, options, model),
      close: link.close,
    };
  } catch (error) {
    await link.close();
    throw error instanceof RequestError
      ? new AgentError(`the agent refused the handshake: ${messageOf(error)}`, "")
      : error;
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
