import type { WorkTreeStatus } from "../git/status.ts";
import { messageOf } from "../platform/failure.ts";
import { event, type Outcome, type StateMark } from "../session/event.ts";
import type { Usage } from "../session/usage.ts";
import { readTasks } from "../store/read.ts";
import type { Finished } from "./commits/auto_commit.ts";
import { commitTotals } from "./commits/commit_totals.ts";
import type { Completions } from "./commands/completions.ts";
import type { RunContext } from "./context.ts";
import type { Course, TurnEnd } from "./turn/course.ts";
import { currentHead } from "./current_head.ts";
import { type SeenStates, tasksMark } from "./progress.ts";
import { takeTurn } from "./turn/turn.ts";
import { ALL_KNOWN, type KnownFigures } from "./turn/usage_meter.ts";

/** What an iteration works with besides what the run has. */
export interface IterationContext extends RunContext {
  readonly seen: SeenStates;
  readonly completions: Completions;
}

/** What came of an iteration. */
export interface IterationResult {
  readonly outcome: Outcome;
  readonly usage: Usage;
  /** What anybody has told of that. */
  readonly figures: KnownFigures;
}

/**
 * One iteration: hooks, a turn of the agent, tried again when it fails, hooks again, a commit, and a look
 * at what has changed. However it goes, its end is recorded.
 *
 * @param course kept up to date, for whoever has to know how far it came.
 * @throws what made it fail, after recording that it did.
 */
export async function iterate(
  context: IterationContext,
  course: Course,
): Promise<IterationResult> {
  const spec = await context.spec.current();
  await context.agents.beginIteration();
  let turn: TurnEnd;
  try {
    turn = await takeTurn(context, course, {
      spec,
      begin: (isModelKnown) => begin(context, course, isModelKnown),
      prepare: (n) => prepare(context, n),
    });
  } catch (error) {
    // The first error counts; what goes wrong while it is being recorded follows from it.
    const outcome = context.world.stop.aborted ? "interrupted" : "failed";
    const stop = messageOf(error);
    const failed = { outcome, stop, question: undefined, figures: ALL_KNOWN } as const;
    await finish(context, course, failed).catch(() => undefined);
    throw error;
  }
  return await finish(context, course, turn);
}

async function begin(
  { plan, world, recorder, autoCommit, hooks, progress }: IterationContext,
  course: Course,
  isModelKnown: boolean,
): Promise<number> {
  if (course.n !== undefined) return course.n;
  course.commit = await autoCommit.begin();
  // Until they have run, a commit is theirs.
  const hooksFirst = hooks.has("pre_iteration");
  const n = await recorder.beginIteration(hooksFirst ? undefined : course.commit);
  course.n = n;
  course.start = world.clock.monotonic();
  world.log.record("info", "loop", "iteration begins", { n });
  if (!isModelKnown && !progress.hasDoubted) {
    progress.hasDoubted = true;
    const message = `the agent does not tell its model: nobody knows whether it is ${plan.model}`;
    await recorder.record(event("warning", { message }));
  }
  return n;
}

/** What happens before the turn. */
async function prepare(context: IterationContext, n: number): Promise<void> {
  const { plan, world, hooks, time } = context;
  if (hooks.has("pre_iteration")) {
    const stop = AbortSignal.any([world.stop, time.up]);
    try {
      await hooks.run("pre_iteration", { iteration: n }, stop);
    } finally {
      await context.autoCommit.passOver();
    }
  }
  // What hooks and gates have changed since the last turn is no progress of the agent.
  if (hooks.any || plan.gates.length > 0) context.seen.add(await mark(context));
}

async function finish(
  context: IterationContext,
  course: Course,
  turn: TurnEnd,
): Promise<IterationResult> {
  const { world, recorder, seen } = context;
  const { n, usage, models } = course;
  const { stop, figures } = turn;
  if (n === undefined) return { outcome: turn.outcome, usage, figures };
  const { state, commits } = await settle(context, n, turn.outcome);
  const isNew = state !== null && seen.add(state);
  const outcome = outcomeOf(turn.outcome, isNew, world.stop.aborted);
  if (outcome === "idle" && turn.question !== undefined) {
    await recorder.record(event("agent.question", { text: turn.question }));
  }
  const ms = Math.round(world.clock.monotonic() - course.start - course.waitedMs);
  world.log.record("info", "loop", "iteration ended", { n, outcome, stop, ms, cost: usage.cost });
  await recorder.record(event("iteration.ended", {
    ...{ n, outcome, stop, ms, usage, state },
    ...commitTotals(commits),
    ...(models.length === 0 ? {} : { models }),
  }));
  await context.agents.look();
  return { outcome, usage, figures };
}

/** An iteration that was broken off behind its turn has left work that is not committed. */
function outcomeOf(turn: Outcome, isNew: boolean, isBrokenOff: boolean): Outcome {
  if (turn !== "progress") return turn;
  if (isBrokenOff) return "interrupted";
  return isNew ? "progress" : "idle";
}

/** What happens after the turn: hooks, and the commit. */
async function settle(
  context: IterationContext,
  n: number,
  outcome: Outcome,
): Promise<{ readonly state: StateMark | null; readonly commits: Finished["commits"] }> {
  const { hooks, world, autoCommit } = context;
  // The work of an iteration that was broken off belongs to the one that takes its task up.
  if (outcome === "interrupted") return { state: null, ...await autoCommit.breakOff() };
  if (!hooks.has("on_task_complete", "post_iteration", "on_error")) {
    const { commits, status } = await autoCommit.finish(n, world.stop);
    return { state: await mark(context, status), commits };
  }
  await autoCommit.endTurn();
  const state = await mark(context);
  await context.completions.runHooks(world.stop);
  if (outcome !== "failed") await hooks.run("post_iteration", { iteration: n }, world.stop);
  await autoCommit.passOver();
  // Whoever wants the run to end now does not want to wait for a commit's hooks.
  if (world.stop.aborted) return { state, ...await autoCommit.breakOff() };
  const { commits } = await autoCommit.finish(n, world.stop);
  return { state, commits };
}

async function mark(
  { plan, world, workMark }: IterationContext,
  status?: WorkTreeStatus,
): Promise<StateMark> {
  const head = await currentHead(world.store, plan.session);
  const tasks = await readTasks(world.store, plan.session, head);
  return { work: await workMark(status), tasks: tasksMark(tasks) };
}
