import { shellQuote } from "../../src/platform/words.ts";
import type { Finished } from "../build/_run.ts";
import type { Stage, StartOptions } from "../build/_stage.ts";

const AGENT = new URL("./_planned_agent.ts", import.meta.url).pathname;

type Fields = Readonly<Record<string, unknown>>;

/** What a planned agent does in a turn: the script, then the updates, then the answer. */
export interface PlannedTurn {
  readonly script?: string;
  readonly updates?: readonly Fields[];
  /** What is in the answer beside the stop reason. */
  readonly result?: Fields;
  /** Ends the process with this code, once the answer is sent. */
  readonly exits?: number;
  /** A JSON-RPC error, instead. */
  readonly error?: Fields;
}

/** What a planned agent does. */
export interface Plan {
  /** The errors that `initialize` is answered with, before it is served. */
  readonly greeted?: readonly Fields[];
  /** What is in the answer to `session/new` beside the id. */
  readonly session?: Fields;
  /** The errors that `session/set_config_option` is answered with, before it is served. */
  readonly unset?: readonly Fields[];
  /** The errors that `session/new` is answered with, before it is served. */
  readonly refused?: readonly Fields[];
  /** The last one is for all that follow, too. */
  readonly turns: readonly PlannedTurn[];
}

/** A turn that answers with an error, without any sign of life before. */
export const BREAKS: PlannedTurn = { error: { code: -32603, message: "fake 500" } };

/** Models on offer, of which the first one is used when nobody chooses, as `session/new` tells. */
export function offers(...models: readonly string[]): Fields {
  const options = models.map((value) => ({ value, name: value }));
  const model = {
    id: "model",
    category: "model",
    type: "select",
    currentValue: models[0],
    options,
  };
  return { configOptions: [model] };
}

/** What an agent says. */
export function says(text: string, messageId = "msg_1"): Fields {
  return { sessionUpdate: "agent_message_chunk", messageId, content: { type: "text", text } };
}

/** What an agent has spent in its session, in US dollars. */
export function spent(amount: number): Fields {
  return { sessionUpdate: "usage_update", used: 1, size: 1000, cost: { amount, currency: "USD" } };
}

/** Tokens of a turn, as an answer has them. */
export function tokens(inputTokens: number, outputTokens: number): Fields {
  return { usage: { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens } };
}

/** Writes a plan down; gives the command of an agent that follows it. */
export async function planned(stage: Stage, plan: Plan): Promise<string> {
  const path = stage.join("plan.json");
  await Deno.writeTextFile(path, JSON.stringify(plan));
  return [Deno.execPath(), "run", "-A", AGENT, path, stage.join("log")].map(shellQuote).join(" ");
}

/** Runs `iteratr build` with such an agent to its end. `$OUT` is the stage's directory. */
export async function buildPlanned(
  stage: Stage,
  plan: Plan,
  flags: readonly string[] = [],
  { env = {}, ...options }: StartOptions = {},
): Promise<Finished> {
  const agent = ["--agent-command", await planned(stage, plan)];
  const usual = ["build", "--model", "fake/m1", "--no-auto-commit", ...agent];
  return await stage.run([...usual, ...flags], { ...options, env: { OUT: stage.root, ...env } });
}
