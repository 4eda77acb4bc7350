import { client, type ClientContext, RequestError } from "@agentclientprotocol/sdk";
import type { Clock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import { asObject, asText } from "../platform/json.ts";
import { AgentError } from "./errors.ts";
import { frameStream } from "./frames.ts";
import { type AgentExit, type AgentProcess, endProcess } from "./process.ts";
import { answerRequest } from "./requests.ts";
import { type AgentUpdate, readUpdate } from "./update.ts";

/** What an agent has written before its death is read within this time. */
const LAST_WORDS_MS = 100;

/** What a connection needs to know. */
export interface LinkOptions {
  readonly clock: Clock;
  /** Gives up waiting for the agent. A turn has a signal of its own, and ends in order. */
  readonly stop: AbortSignal;
  readonly log: Log;
}

/** So much of a protocol message goes into the log. */
const LOGGED_CHARS = 500;

/** The connection below agent and sessions. */
export interface Link {
  /** Asks and waits, but not longer than so many milliseconds (0 = as long as it takes). */
  ask(method: string, params: unknown, ms: number): Promise<unknown>;
  tell(method: string, params: unknown): Promise<void>;
  /** Where updates of a session go; `undefined` when nobody listens. */
  readonly listeners: Map<string, (update: AgentUpdate) => void>;
  close(): Promise<AgentExit>;
}

/** Connects to an agent's process. */
export function connect(process: AgentProcess, options: LinkOptions): Link {
  const { log } = options;
  const listeners = new Map<string, (update: AgentUpdate) => void>();
  const connection = client({ name: "iteratr" })
    .onRequest("*", ({ method, params }) => answerRequest(method, params))
    .connect(frameStream(process, {
      onOddity: (what) => log.record("warn", "agent", `dropped ${what}`),
      ...(log.writes("debug")
        ? {
          onLine: (direction, line) =>
            log.record("debug", "acp", log.mask(line).slice(0, LOGGED_CHARS), {
              direction,
              length: line.length,
            }),
        }
        : {}),
      onNotification: (method, params) => {
        if (method !== "session/update") return;
        const fields = asObject(params);
        listeners.get(asText(fields?.["sessionId"]) ?? "")?.(readUpdate(fields?.["update"]));
      },
    }));
  const agent: ClientContext = connection.agent;
  let closing: Promise<AgentExit> | undefined;
  // A child may keep the agent's pipes open after its death, so their end is not to be waited for.
  process.exited.then(async () => {
    await options.clock.sleep(LAST_WORDS_MS);
    connection.close();
  });
  const crash = async (): Promise<never> => {
    const byItself = await Promise.race([
      process.exited.then(() => true),
      options.clock.sleep(2 * LAST_WORDS_MS).then(() => false),
    ]);
    const exit = await endProcess(process, options.clock);
    if (!byItself) {
      throw new AgentError("the agent has closed the connection", process.stderr().lastWords());
    }
    throw new AgentError(
      exit.signal === null
        ? `the agent's process ended with code ${exit.code}`
        : `the agent's process was ended by ${signalName(exit.signal)}`,
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
        const exit = await endProcess(process, options.clock);
        connection.close();
        return exit;
      })(),
  };
}

/** A signal that has no name is told by its number. */
function signalName(signal: string): string {
  return /^[0-9]/.test(signal) ? `signal ${signal}` : signal;
}

async function withLimit<T>(
  { clock, stop }: LinkOptions,
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
