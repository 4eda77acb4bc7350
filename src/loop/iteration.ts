import type { Agent } from "../agent/agent.ts";
import type { PromptResult } from "../agent/turn.ts";
import type { WorkTreeStatus } from "../git/status.ts";
import { messageOf } from "../platform/failure.ts";
import { event, type Outcome, type StateMark } from "../session/event.ts";
import type { Head } from "../session/state.ts";
import type { Usage } from "../session/usage.ts";
import type { Store } from "../store/open.ts";
import { readHead, readTasks } from "../store/read.ts";
import type { Finished } from "./auto_commit.ts";
import { commitTotals } from "./commit_totals.ts";
import type { Completions } from "./completions.ts";
import { nextPrompt } from "./next_prompt.ts";
import { type SeenStates, tasksMark } from "./progress.ts";
import type { RunContext } from "./context.ts";
import { UsageMeter } from "./usage_meter.ts";
import { Transcript } from "./transcript.ts";

/** What an iteration works with besides what the run has. */
export interface IterationContext extends Omit<RunContext, "progress" | "start" | "tenancy"> {
  readonly agent: Agent;
  readonly seen: SeenStates;
  readonly completions: Completions;
  /** Aborted when the turn is to be cut short, although the run goes on to its end in order. */
  readonly cut: AbortSignal;
  /** Told what the iteration has come to, however it ends. */
  account(result: IterationResult): void;
}

/** How long the agent may take to tell what a turn has cost: usually, and when the run has to end. */
const PATIENCE_MS = 5_000;
const HURRY_MS = 300;

/** What came of an iteration. */
export interface IterationResult {
  readonly outcome: Outcome;
  readonly usage: Usage;
}

/**
 * One iteration: hooks, a prompt from where the session stands, one turn of the agent in a session of its
 * own, hooks again, a commit, and a look at what has changed. However it goes, its end is recorded.
 *
 * @throws what made it fail, after recording that it did.
 */
export async function iterate(context: IterationContext): Promise<IterationResult> {
  const { plan, world, recorder } = context;
  const spec = await context.spec.current();
  // Before the iteration begins: an unknown model or a missing login is no iteration that failed.
  const session = await context.agent.openSession(plan.model);
  const commit = await context.autoCommit.begin();
  // Until they have run, a commit is theirs.
  const hooksFirst = context.hooks.has("pre_iteration");
  const n = await recorder.beginIteration(hooksFirst ? undefined : commit);
  if (!session.isModelKnown) {
    const message = `the agent does not tell its model: nobody knows whether it is ${plan.model}`;
    await recorder.record(event("warning", { message }));
  }
  world.log.record("info", "loop", "iteration begins", { n, agentSession: session.id });
  const start = world.clock.monotonic();
  const failed = new AbortController();
  const transcript = new Transcript(recorder, world.clock, (error) => failed.abort(error));
  const meter = new UsageMeter(
    { source: plan.usage, agentSession: session.id, iteration: n },
    recorder,
    world.clock,
  );
  const end = async (
    wanted: Outcome,
    stop: string,
    turn: PromptResult | undefined,
  ): Promise<IterationResult> => {
    const usage = await meter.finish(turn, world.stop.aborted ? HURRY_MS : PATIENCE_MS);
    const { state, commits } = await settle(context, n, wanted, stop);
    const isNew = state !== null && context.seen.add(state);
    const outcome = wanted === "progress" && !isNew ? "idle" : wanted;
    const question = outcome === "idle" ? transcript.lastQuestion() : undefined;
    if (question !== undefined) await recorder.record(event("agent.question", { text: question }));
    const ms = Math.round(world.clock.monotonic() - start);
    world.log.record("info", "loop", "iteration ended", { n, outcome, stop, ms, cost: usage.cost });
    await recorder.record(event("iteration.ended", {
      ...{ n, outcome, stop, ms, usage, state },
      ...commitTotals(commits),
    }));
    await context.remains.look(context.agent.pid);
    const result = { outcome, usage };
    context.account(result);
    return result;
  };
  try {
    await prepare(context, n);
    const prompt = await nextPrompt(world.store, world.clock, plan, n, spec);
    const answer = session.prompt(
      prompt.text,
      (update) => {
        transcript.take(update);
        meter.note(update.kind === "usage" ? update.cost : undefined);
      },
      AbortSignal.any([world.stop, failed.signal, context.cut]),
    );
    // Awaited below: what it throws meanwhile is not lost.
    answer.catch(() => undefined);
    if (prompt.through > 0) {
      await recorder.record(event("hook.delivered", { through: prompt.through }));
    }
    const turn = await answer;
    await transcript.finish();
    return await end(world.stop.aborted ? "interrupted" : "progress", turn.stop, turn);
  } catch (error) {
    // The first error counts; what goes wrong while it is being recorded follows from it.
    await transcript.finish().catch(() => undefined);
    const outcome = world.stop.aborted ? "interrupted" : "failed";
    await end(outcome, messageOf(error), undefined).catch(() => undefined);
    throw error;
  }
}

/** What happens before the turn. */
async function prepare(context: IterationContext, n: number): Promise<void> {
  const { plan, world, hooks } = context;
  if (hooks.has("pre_iteration")) {
    try {
      await hooks.run("pre_iteration", { iteration: n }, world.stop);
    } finally {
      await context.autoCommit.passOver();
    }
  }
  // What hooks and gates have changed since the last turn is no progress of the agent.
  if (hooks.any || plan.gates.length > 0) context.seen.add(await mark(context));
}

/** What happens after the turn: hooks, and the commit. */
async function settle(
  context: IterationContext,
  n: number,
  outcome: Outcome,
  stop: string,
): Promise<{ readonly state: StateMark | null; readonly commits: Finished["commits"] }> {
  const { hooks, world, autoCommit } = context;
  // The work of an iteration that was broken off belongs to the one that takes its task up.
  if (outcome === "interrupted") return { state: null, ...await autoCommit.breakOff() };
  if (!hooks.has("on_task_complete", "post_iteration", "on_error")) {
    const { commits, status } = await autoCommit.finish(n);
    return { state: await mark(context, status), commits };
  }
  await autoCommit.endTurn();
  const state = await mark(context);
  await context.completions.runHooks(world.stop);
  if (outcome === "failed") {
    await hooks.run("on_error", { iteration: n, error: stop }, world.stop);
  } else {
    await hooks.run("post_iteration", { iteration: n }, world.stop);
  }
  await autoCommit.passOver();
  const { commits } = await autoCommit.finish(n);
  return { state, commits };
}

async function mark(
  { plan, world, workMark }: IterationContext,
  status?: WorkTreeStatus,
): Promise<StateMark> {
  const head = await sessionHead(world.store, plan.session);
  const tasks = await readTasks(world.store, plan.session, head);
  return { work: await workMark(status), tasks: tasksMark(tasks) };
}

async function sessionHead(store: Store, session: string): Promise<Head> {
  const head = await readHead(store, session);
  if (head === undefined) throw new Error(`session ${session} has vanished from the store`);
  return head;
}
