import { adviceFor } from "../../agent/advice.ts";
import { AgentError } from "../../agent/errors.ts";
import { faultOf } from "../../agent/fault.ts";
import type { PromptResult } from "../../agent/turn.ts";
import { hasEnded } from "../../agent/update.ts";
import { event } from "../../session/event.ts";
import type { Usage } from "../../session/usage.ts";
import type { Attempt } from "./attempt_end.ts";
import type { RunContext } from "../context.ts";
import { MessageCounter } from "./message_counter.ts";
import { Transcript } from "./transcript.ts";
import { breachText, TurnGuard } from "./turn_guard.ts";
import { UsageMeter } from "./usage_meter.ts";

/** How long the agent may take to tell what a turn has cost: usually, and when the run has to end. */
const PATIENCE_MS = 5_000;
const HURRY_MS = 300;

/** An agent that waits longer for its provider is ended, and the run waits in its place. */
const LONG_WAIT_MS = 120_000;

/** A turn that is going on, and everything that looks at it. */
export interface WatchedTurn {
  /** Ends the turn. */
  readonly signal: AbortSignal;
  take(this: void, update: Parameters<Transcript["take"]>[0]): void;
  end(turn: PromptResult): Promise<Attempt>;
  fail(error: AgentError): Promise<Attempt>;
  giveUp(): Promise<void>;
}

/** What a turn belongs to, and what is told in it. */
export interface Turn {
  readonly n: number;
  /** What earlier attempts at the iteration have spent. */
  readonly before: Usage;
  /** The last event whose held output is in the prompt; 0 when there is none. */
  readonly through: number;
}

/**
 * Begins to watch a turn: what the agent says goes into the log, what it spends into the account, and the
 * guards look at both.
 *
 * @param session the agent's id of the session.
 */
export function watchTurn(
  context: RunContext,
  session: string,
  { n, before, through }: Turn,
): WatchedTurn {
  const { plan, world, recorder, spending, time } = context;
  const { monitor } = plan;
  const failed = new AbortController();
  const over = new AbortController();
  const transcript = new Transcript(recorder, world.clock, (error) => failed.abort(error));
  const guard = new TurnGuard(world.clock, plan.guards);
  const meter = new UsageMeter(
    {
      ...{ monitor, before, agentSession: session, iteration: n },
      onFigures: (usage) => spending.note(usage),
    },
    recorder,
    world.clock,
  );
  const counter = new MessageCounter((isEmpty) => guard.countMessage(isEmpty));
  let waiting: { readonly until: number; readonly message: string } | undefined;
  let delivered: Promise<void> | undefined;
  /** A prompt that no model has ever answered to has told nobody anything. */
  const deliver = (): Promise<void> => {
    delivered ??= through === 0
      ? Promise.resolve()
      : recorder.record(event("hook.delivered", { through }));
    return delivered;
  };
  const long = new AbortController();
  const following = monitor?.follow({
    onWaiting: (until, message) => {
      waiting = { until, message };
      if (until - world.clock.now().getTime() > LONG_WAIT_MS) return long.abort();
      guard.excuse(until);
      const at = new Date(until).toISOString();
      // A store that fails is noticed by whoever writes what must not be lost.
      recorder.record(event("agent.waiting", { until: at, message })).catch(() => undefined);
    },
    onModelCall: (isEmpty) => {
      // Whatever it waited for is over, unless it is what the turn is left for.
      if (!long.signal.aborted) waiting = undefined;
      guard.countMessage(isEmpty);
      meter.note(undefined);
      meter.look();
    },
  }, over.signal);
  /** The news stop, and what has come is written down. */
  const close = async (): Promise<void> => {
    over.abort();
    const watched = guard.finish();
    // Thrown where it is waited for; what is still to be written comes first.
    watched.catch(() => undefined);
    await following;
    await transcript.finish();
    await delivered;
    await watched;
  };
  const spent = async (turn: PromptResult | undefined): Promise<Omit<Attempt, "end">> => {
    const patience = world.stop.aborted ? HURRY_MS : PATIENCE_MS;
    const usage = await meter.finish(turn, patience);
    const models = world.stop.aborted ? undefined : await monitor?.usageByModel(session);
    return { session, usage, models: models ?? [], hasHeard: delivered !== undefined };
  };
  const fail = async (error: AgentError): Promise<Attempt> => {
    const provider = await monitor?.lastError(session);
    const now = world.clock.now().getTime();
    const ahead = waiting !== undefined && waiting.until > now ? waiting : undefined;
    const facts = { rpc: error.rpc, provider, waiting: ahead };
    const fault = faultOf(facts, now, adviceFor(plan.agent.command));
    await close();
    return { ...await spent(undefined), end: { kind: "failed", error, fault } };
  };
  return {
    signal: AbortSignal.any([
      world.stop,
      failed.signal,
      time.up,
      spending.up,
      guard.fired,
      long.signal,
    ]),
    take: (update) => {
      transcript.take(update);
      guard.note(update);
      if (monitor === undefined) counter.take(update);
      // What is no answer may come before the model has seen anything. A store that fails is noticed where
      // the turn ends.
      if (update.kind !== "usage" && update.kind !== "other") deliver().catch(() => undefined);
      meter.note(update.kind === "usage" ? update.cost : undefined);
      if (update.kind === "tool" && hasEnded(update.tool)) meter.look();
    },
    fail,
    giveUp: async () => {
      await close().catch(() => undefined);
      await meter.finish(undefined, HURRY_MS);
    },
    end: async (turn) => {
      const mayGoOn = !world.stop.aborted && !time.up.aborted && !spending.up.aborted;
      if (guard.breach !== undefined && mayGoOn) {
        await recorder.record(event("watchdog.fired", guard.breach));
        return await fail(new AgentError(`the agent ${breachText(guard.breach)}`, ""));
      }
      if (long.signal.aborted && mayGoOn) {
        return await fail(
          new AgentError(`the agent waits for its provider: ${waiting?.message}`, ""),
        );
      }
      const question = transcript.lastQuestion();
      // An agent that has nothing to say has heard all the same.
      if (mayGoOn) await deliver();
      await close();
      const figures = await spent(turn);
      const end = {
        kind: "ended",
        stop: turn.stop,
        question,
        figures: meter.known,
      } as const;
      return { ...figures, end };
    },
  };
}
