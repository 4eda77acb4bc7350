import type { Agent } from "../agent/agent.ts";
import { AgentError } from "../agent/errors.ts";
import { type Fault, faultOf } from "../agent/fault.ts";
import type { PromptResult } from "../agent/turn.ts";
import type { Clock } from "../platform/clock.ts";
import { event } from "../session/event.ts";
import { type ModelUsage, NO_USAGE, type Usage } from "../session/usage.ts";
import type { RunContext } from "./context.ts";
import { MessageCounter } from "./message_counter.ts";
import type { NextPrompt } from "./next_prompt.ts";
import { Transcript } from "./transcript.ts";
import { breachText, TurnGuard } from "./turn_guard.ts";
import { ALL_KNOWN, type KnownFigures, UsageMeter } from "./usage_meter.ts";

/** How long the agent may take to tell what a turn has cost: usually, and when the run has to end. */
const PATIENCE_MS = 5_000;
const HURRY_MS = 300;

/** What came of an attempt at the turn of an iteration. */
export interface Attempt {
  readonly end: AttemptEnd;
  /** Of this attempt. */
  readonly usage: Usage;
  readonly models: readonly ModelUsage[];
  /** Whether the agent has heard what hooks had to say in its prompt. */
  readonly hasHeard: boolean;
}

/** How an attempt ended. */
export type AttemptEnd =
  | {
    readonly kind: "ended";
    /** The agent's stop reason: a hint, not a fact. */
    readonly stop: string;
    /** The question that its last message ends with. */
    readonly question: string | undefined;
    /** Whether anybody has told what the turn cost. */
    readonly figures: KnownFigures;
  }
  | { readonly kind: "failed"; readonly error: AgentError; readonly fault: Fault };

/** What an attempt needs besides the run. */
export interface AttemptPlan {
  readonly agent: Agent;
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
  let watched: Watched | undefined;
  try {
    const session = await plan.agent.openSession(context.plan.model);
    const n = await plan.begin(session.isModelKnown);
    const prompt = await plan.prompt(n);
    if (hasToEnd(context)) return NOT_SENT;
    watched = watch(context, session.id, { n, before: plan.before, through: prompt.through });
    return await watched.end(await session.prompt(prompt.text, watched.take, watched.signal));
  } catch (error) {
    if (!(error instanceof AgentError)) {
      await watched?.giveUp();
      throw error;
    }
    return watched === undefined
      ? { ...NOT_SENT, end: failedUnseen(error, context.world.clock) }
      : await watched.fail(error);
  }
}

/** Whether the run has come to its end while the turn was being prepared. */
function hasToEnd({ world, time, spending }: RunContext): boolean {
  return world.stop.aborted || time.up.aborted || spending.up.aborted;
}

/** A turn that was not begun, as one that was cut short at once. */
const NOT_SENT: Attempt = {
  end: { kind: "ended", stop: "cancelled", question: undefined, figures: ALL_KNOWN },
  usage: NO_USAGE,
  models: [],
  hasHeard: false,
};

/** Before there was a turn to look at. */
function failedUnseen(error: AgentError, clock: Clock): AttemptEnd {
  const facts = { rpc: error.rpc, provider: undefined, waiting: undefined };
  return { kind: "failed", error, fault: faultOf(facts, clock.now().getTime()) };
}

/** A turn that is going on, and everything that looks at it. */
interface Watched {
  /** Ends the turn. */
  readonly signal: AbortSignal;
  take(this: void, update: Parameters<Transcript["take"]>[0]): void;
  end(turn: PromptResult): Promise<Attempt>;
  fail(error: AgentError): Promise<Attempt>;
  giveUp(): Promise<void>;
}

/** What a turn belongs to, and what is told in it. */
interface Turn {
  readonly n: number;
  /** What earlier attempts at the iteration have spent. */
  readonly before: Usage;
  /** The last event whose held output is in the prompt; 0 when there is none. */
  readonly through: number;
}

function watch(context: RunContext, session: string, { n, before, through }: Turn): Watched {
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
      // Whatever it waited for is over.
      waiting = undefined;
      guard.countMessage(isEmpty);
      meter.note(undefined);
    },
  }, over.signal);
  /** The news stop, and what has come is written down. */
  const close = async (): Promise<void> => {
    guard[Symbol.dispose]();
    over.abort();
    await following;
    await transcript.finish();
    await delivered;
  };
  const spent = async (turn: PromptResult | undefined): Promise<Omit<Attempt, "end">> => {
    const patience = world.stop.aborted ? HURRY_MS : PATIENCE_MS;
    const usage = await meter.finish(turn, patience);
    const models = world.stop.aborted ? undefined : await monitor?.usageByModel(session);
    return { usage, models: models ?? [], hasHeard: delivered !== undefined };
  };
  const fail = async (error: AgentError): Promise<Attempt> => {
    const provider = await monitor?.lastError(session);
    const now = world.clock.now().getTime();
    const ahead = waiting !== undefined && waiting.until > now ? waiting : undefined;
    const fault = faultOf({ rpc: error.rpc, provider, waiting: ahead }, now);
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
      // A store that fails is noticed where the turn ends.
      if (update.kind !== "usage") deliver().catch(() => undefined);
      meter.note(update.kind === "usage" ? update.cost : undefined);
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

/** An agent that waits longer for its provider is ended, and the run waits in its place. */
const LONG_WAIT_MS = 120_000;
