import { AgentError } from "../agent/errors.ts";
import { relativeTo } from "../platform/paths.ts";
import type { Ending } from "../session/ending.ts";
import { event } from "../session/event.ts";
import { completeSession } from "../session/session_rules.ts";
import type { Head } from "../session/state.ts";
import { addUsage, NO_USAGE, type Usage } from "../session/usage.ts";
import { readHead, readIterations, readTasks } from "../store/read.ts";
import { transact } from "../store/transact.ts";
import { AgentHolder } from "./agent_holder.ts";
import { setUpCommits } from "./commits/set_up_commits.ts";
import { isDone } from "./begin.ts";
import { payCommitDebt } from "./commits/commit_debt.ts";
import { checkFigures, recordBudget } from "./budgets/budget_facts.ts";
import { Completions } from "./commands/completions.ts";
import type { RunContext } from "./context.ts";
import { newCourse } from "./turn/course.ts";
import { currentHead } from "./current_head.ts";
import { count, nextStep } from "./decide.ts";
import { endingFor } from "./ending_text.ts";
import { FrozenFiles } from "./frozen_files.ts";
import { iterate, type IterationContext } from "./iteration.ts";
import type { RunPlan, RunWorld } from "./plan.ts";
import { SeenStates, tasksMark } from "./progress.ts";
import { Spending } from "./budgets/spending.ts";
import { startTimeBudget } from "./budgets/time_budget.ts";
import { Verifier } from "./commands/verifier.ts";
import { pendingPaths, workSetup } from "./commits/work_baseline.ts";

/** What a run has when its loop begins. */
export type DriveContext = Omit<RunContext, "autoCommit" | "time" | "spending" | "agents">;

/**
 * Runs one iteration after another until the loop's decision is to end, or the run is told to stop. The
 * agent's process is gone afterwards.
 *
 * @returns the ending decided on; when the run was told to stop, it does not count.
 */
export async function drive(context: DriveContext): Promise<Ending> {
  const { plan, world, recorder, hooks } = context;
  using time = startTimeBudget(world.clock, plan.limits.timeMs, (used) => {
    const limit = plan.limits.timeMs;
    // A store that fails is noticed by whoever writes what must not be lost.
    recorder.record(event("budget.warned", { budget: "time", used, limit })).catch(() => undefined);
  });
  if (plan.unmonitored !== undefined) {
    await recorder.record(event("warning", { message: plan.unmonitored }));
  }
  const frozen = new FrozenFiles(plan.sources, recorder);
  const stop = AbortSignal.any([world.stop, time.up]);
  const pendingBefore = hooks.has("session_start")
    ? await pendingPaths(await workSetup(context))
    : undefined;
  await hooks.run("session_start", {}, stop);
  const verifier = new Verifier(context, context.top);
  await verifier.takeBaseline(stop);
  world.stop.throwIfAborted();
  await frozen.check();
  // What hooks and gates have left before the first turn is no more the session's than what was there.
  const autoCommit = await setUpCommits({ ...await workSetup(context), pendingBefore });
  const { usage } = await currentHead(world.store, plan.session);
  const spending = new Spending(plan.limits.spending, usage, recorder);
  await using agents = new AgentHolder(context, stop);
  return await loop({ ...context, autoCommit, time, spending, agents }, { verifier, frozen });
}

/** What looks after the iterations of a run. */
interface LoopParts {
  readonly verifier: Verifier;
  readonly frozen: FrozenFiles;
}

async function loop(context: RunContext, { verifier, frozen }: LoopParts): Promise<Ending> {
  const { plan, world, progress, time, spending } = context;
  const completions = new Completions(world.store, plan.session, context.hooks);
  const before = await currentHead(world.store, plan.session);
  // What an iteration has left uncommitted is committed by the next one, or now when none will come.
  if (isDone(before)) await payCommitDebt(context, before);
  const seen = await seenStates(plan, world, await context.workMark());
  progress.tally = { ...progress.tally, last: await lastUsage(plan, world) };
  // Hooks that complete tasks themselves would otherwise go on without an iteration, past every limit.
  let areCompletionsDue = true;
  for (;;) {
    // A deleted store would let a run go on that nobody can ever look up.
    context.tenancy.check();
    // What a killed run has left out, and what has been completed since the turn, by whomever.
    if (areCompletionsDue && await completions.runHooks(world.stop)) context.autoCommit.forget();
    areCompletionsDue = false;
    world.stop.throwIfAborted();
    const head = await currentHead(world.store, plan.session);
    const refused = context.autoCommit.isRefused && head.refused?.told !== true;
    const { spent } = spending;
    progress.tally = { ...progress.tally, ms: time.used(), refused, spent };
    const step = nextStep(plan.limits, progress.tally, head);
    switch (step.kind) {
      case "iterate":
        progress.tally = { ...progress.tally, told: progress.tally.told || step.extra };
        await oneIteration({ ...context, seen, completions }, head);
        areCompletionsDue = true;
        if (step.extra) progress.hasTold = await wasTold(context, head);
        await frozen.check();
        world.stop.throwIfAborted();
        break;
      case "assume-complete":
        await assumeComplete(plan, world);
        break;
      case "judge":
        await verifier.judge(world.stop);
        // What gates commit is not the work of the agent.
        context.autoCommit.forget();
        world.stop.throwIfAborted();
        break;
      case "end":
        await recordBudget(context, step.why, head);
        return endingFor(step.why, {
          session: plan.session,
          spec: relativeTo(plan.root, plan.spec),
          flags: plan.flagsToGoOn,
          limits: plan.limits,
          tally: progress.tally,
          head,
          tasks: await readTasks(world.store, plan.session, head),
          ms: world.clock.monotonic() - context.start,
          usage: progress.usage,
          uncommitted: step.why === "complete" ? await context.autoCommit.uncommitted() ?? [] : [],
        });
    }
  }
}

async function oneIteration(context: IterationContext, before: Head): Promise<void> {
  const { plan, world, progress, spending, time } = context;
  const course = newCourse(world.clock);
  try {
    const result = await iterate(context, course);
    const after = await currentHead(world.store, plan.session);
    progress.tally = count(progress.tally, before, after, result);
    await checkFigures(context, result);
  } catch (error) {
    const iterations = progress.tally.iterations + (course.n === undefined ? 0 : 1);
    progress.tally = { ...progress.tally, iterations };
    // An agent that was given up because the time is up is no agent that has failed.
    const isGivenUp = error instanceof AgentError && time.up.aborted;
    if (!isGivenUp || world.stop.aborted) throw error;
  } finally {
    progress.usage = addUsage(progress.usage, course.usage);
    spending.endIteration(course.usage);
  }
}

/** Whether what was held before the extra turn has been heard in it. */
async function wasTold({ plan, world }: RunContext, before: Head): Promise<boolean> {
  const { held = [] } = await currentHead(world.store, plan.session);
  return !held.some(({ seq }) => before.held?.some((piece) => piece.seq === seq));
}

async function lastUsage(plan: RunPlan, { store }: RunWorld): Promise<Usage> {
  const head = await currentHead(store, plan.session);
  const [last] = await readIterations(store, plan.session, head, 1);
  return last?.usage ?? NO_USAGE;
}

async function seenStates(plan: RunPlan, { store }: RunWorld, work: string): Promise<SeenStates> {
  const seen = new SeenStates();
  const head = await readHead(store, plan.session);
  if (head === undefined) return seen;
  for (const { state } of await readIterations(store, plan.session, head)) {
    if (state !== null) seen.add(state);
  }
  seen.add({ work, tasks: tasksMark(await readTasks(store, plan.session, head)) });
  return seen;
}

async function assumeComplete(plan: RunPlan, { store }: RunWorld): Promise<void> {
  await transact(store, {
    session: plan.session,
    run: plan.run,
    actor: "run",
    tasks: true,
    // Refused when somebody has added a task meanwhile: the loop then goes on with that.
    decide: (view) => completeSession(view, true),
  });
}
