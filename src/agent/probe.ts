import type { Clock } from "../platform/clock.ts";
import { NO_LOG } from "../platform/log.ts";
import { startAgent } from "./agent.ts";
import type { LaunchOptions } from "./process.ts";

/** What an agent says of itself when it is tried out. */
export interface Probe {
  readonly name: string;
  readonly version: string;
  /** Milliseconds from the start until it was ready for a prompt. */
  readonly ms: number;
}

/**
 * Starts an agent, shakes hands, opens a session with a model, and ends it again. No prompt is sent.
 *
 * @param model left out, the agent's own choice stands.
 * @throws {UserError | AgentError} as a run would.
 */
export async function probeAgent(
  launch: LaunchOptions,
  options: { readonly clock: Clock; readonly version: string; readonly model: string | undefined },
): Promise<Probe> {
  const start = options.clock.monotonic();
  const agent = await startAgent({
    ...launch,
    clock: options.clock,
    version: options.version,
    stop: new AbortController().signal,
    log: NO_LOG,
  });
  try {
    await agent.openSession(options.model);
    const ms = Math.round(options.clock.monotonic() - start);
    return { name: agent.name, version: agent.version, ms };
  } finally {
    await agent.close();
  }
}
