import { adviceFor } from "../../agent/advice.ts";
import { AgentError } from "../../agent/errors.ts";
import { faultOf } from "../../agent/fault.ts";
import { messageOf } from "../../platform/failure.ts";
import { NO_USAGE, type Usage } from "../../session/usage.ts";
import type { Attempt, AttemptEnd } from "./attempt_end.ts";
import type { RunContext } from "../context.ts";
import type { NextPrompt } from "../next_prompt.ts";
import { ALL_KNOWN } from "./usage_meter.ts";
import { type WatchedTurn, watchTurn } from "./watched_turn.ts";

/** What an attempt needs besides the run. */
export interface AttemptPlan {
  /** The iteration's number, asked for once a session is open. */
  begin(isModelKnown: boolean): Promise<number>;
  /** Renders the prompt. */
  prompt(n: number): Promise<NextPrompt>;
  /** What earlier attempts at the iteration have spent. */
  readonly before: Usage;
}

/**
 * One attempt: a new session of the agent, a prompt, and its turn, which is watched.
 *
 * @throws what is not the agent's fault: a store that fails, a model that is unknown.
 */
export async function attempt(context: RunContext, plan: AttemptPlan): Promise<Attempt> {
  let watched: WatchedTurn | undefined;
  try {
    const session = await context.agents.openSession(context.plan.model);
    const n = await plan.begin(session.isModelKnown);
    const prompt = await plan.prompt(n);
    if (hasToEnd(context)) return NOT_SENT;
    const turn = { n, before: plan.before, through: prompt.through };
    watched = watchTurn(context, session.id, turn);
    return await watched.end(await session.prompt(prompt.text, watched.take, watched.signal));
  } catch (error) {
    if (!(error instanceof AgentError)) {
      await watched?.giveUp();
      throw error;
    }
    return watched === undefined
      ? { ...NOT_SENT, end: failedUnseen(error, context) }
      : await watched.fail(error);
  }
}

/** Whether the run has come to its end while the turn was being prepared. */
function hasToEnd({ world, time, spending }: RunContext): boolean {
  return world.stop.aborted || time.up.aborted || spending.up.aborted;
}

/** A turn that was not begun, as one that was cut short at once. */
export const NOT_SENT: Attempt = {
  end: { kind: "ended", stop: "cancelled", question: undefined, figures: ALL_KNOWN },
  session: undefined,
  usage: NO_USAGE,
  models: [],
  hasHeard: false,
};

/** An agent's failure before there was a turn to look at. */
export function failedUnseen(
  error: AgentError,
  { plan, world }: Pick<RunContext, "plan" | "world">,
): AttemptEnd {
  if (error.rpc === undefined) {
    return { kind: "failed", error, fault: { kind: "transient", message: messageOf(error) } };
  }
  const facts = { rpc: error.rpc, provider: undefined, waiting: undefined };
  const now = world.clock.now().getTime();
  const fault = faultOf(facts, now, adviceFor(plan.agent.command));
  return { kind: "failed", error, fault };
}
