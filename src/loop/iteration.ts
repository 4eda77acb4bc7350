import type { Agent } from "../agent/agent.ts";
import type { PromptResult } from "../agent/turn.ts";
import type { CommitFacts } from "../git/commit.ts";
import { messageOf } from "../platform/failure.ts";
import { event, type EventData, type Outcome } from "../session/event.ts";
import type { Head } from "../session/state.ts";
import type { Usage } from "../session/usage.ts";
import type { Store } from "../store/open.ts";
import { readHead, readTasks } from "../store/read.ts";
import { nextPrompt } from "./next_prompt.ts";
import { type SeenStates, tasksMark } from "./progress.ts";
import type { RunContext } from "./context.ts";
import { UsageMeter } from "./usage_meter.ts";
import { Transcript } from "./transcript.ts";

/** What an iteration works with besides what the run has. */
export interface IterationContext extends Omit<RunContext, "progress" | "start" | "tenancy"> {
  readonly agent: Agent;
  readonly seen: SeenStates;
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
 * One iteration: a prompt from where the session stands, one turn of the agent in a session of its own,
 * and a look at what has changed. However it goes, its end is recorded.
 *
 * @throws what made it fail, after recording that it did.
 */
export async function iterate(context: IterationContext): Promise<IterationResult> {
  const { plan, world, recorder } = context;
  const spec = await context.spec.current();
  // Before the iteration begins: an unknown model or a missing login is no iteration that failed.
  const session = await context.agent.openSession(plan.model);
  const n = await recorder.beginIteration();
  if (!session.isModelKnown) {
    const message = `the agent does not tell its model: nobody knows whether it is ${plan.model}`;
    await recorder.record(event("warning", { message }));
  }
  await context.autoCommit.begin();
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
    // The work of an iteration that was broken off belongs to the one that takes its task up.
    const commits = wanted === "interrupted"
      ? await context.autoCommit.breakOff()
      : await context.autoCommit.finish(n);
    const state = wanted === "interrupted" ? null : await mark(context);
    const isNew = state !== null && context.seen.add(state);
    const outcome = wanted === "progress" && !isNew ? "idle" : wanted;
    const question = outcome === "idle" ? transcript.lastQuestion() : undefined;
    if (question !== undefined) await recorder.record(event("agent.question", { text: question }));
    const ms = Math.round(world.clock.monotonic() - start);
    world.log.record("info", "loop", "iteration ended", { n, outcome, stop, ms, cost: usage.cost });
    await recorder.record(event("iteration.ended", {
      ...{ n, outcome, stop, ms, usage, state },
      ...(commits === undefined ? {} : commitTotals(commits)),
    }));
    await context.remains.look(context.agent.pid);
    const result = { outcome, usage };
    context.account(result);
    return result;
  };
  try {
    const turn = await session.prompt(
      [
        await nextPrompt(world.store, world.clock, plan, n, spec),
        context.autoCommit.refusal(),
      ].filter((part) => part !== "").join("\n\n"),
      (update) => {
        transcript.take(update);
        meter.note(update.kind === "usage" ? update.cost : undefined);
      },
      AbortSignal.any([world.stop, failed.signal, context.cut]),
    );
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

/** The commits of an iteration, as its end tells them. */
function commitTotals(
  commits: readonly CommitFacts[],
): Pick<EventData["iteration.ended"], "commits" | "files"> {
  const sum = (of: (commit: CommitFacts) => number): number =>
    commits.reduce((total, commit) => total + of(commit), 0);
  return {
    commits: commits.map(({ id }) => id),
    files: {
      changed: sum(({ files }) => files),
      added: sum(({ added }) => added),
      removed: sum(({ removed }) => removed),
    },
  };
}

async function mark(
  { plan, world, workMark }: IterationContext,
): Promise<{ readonly work: string; readonly tasks: string }> {
  const head = await sessionHead(world.store, plan.session);
  const tasks = await readTasks(world.store, plan.session, head);
  return { work: await workMark(), tasks: tasksMark(tasks) };
}

async function sessionHead(store: Store, session: string): Promise<Head> {
  const head = await readHead(store, session);
  if (head === undefined) throw new Error(`session ${session} has vanished from the store`);
  return head;
}
