import { relativeTo } from "../platform/paths.ts";
import { formatDuration } from "../platform/text.ts";
import type { Ending } from "../session/ending.ts";
import { event } from "../session/event.ts";
import { completeSession } from "../session/session_rules.ts";
import type { Head } from "../session/state.ts";
import { addUsage } from "../session/usage.ts";
import { readHead, readIterations, readTasks } from "../store/read.ts";
import { transact } from "../store/transact.ts";
import { AgentHolder } from "./agent_holder.ts";
import { Completions } from "./completions.ts";
import type { RunContext } from "./context.ts";
import { count, nextStep } from "./decide.ts";
import { endingFor } from "./ending_text.ts";
import { FrozenFiles } from "./frozen_files.ts";
import { iterate, type IterationResult } from "./iteration.ts";
import type { RunPlan, RunWorld } from "./plan.ts";
import { SeenStates, tasksMark } from "./progress.ts";
import { startTimeBudget, type TimeBudget } from "./time_budget.ts";
import { Verifier } from "./verifier.ts";

/**
 * Runs one iteration after another until the loop's decision is to end, or the run is told to stop. The
 * agent's process is gone afterwards.
 *
 * @returns the ending decided on; when the run was told to stop, it does not count.
 */
export async function drive(context: RunContext): Promise<Ending> {
  const { plan, world, recorder } = context;
  const warn = (leftMs: number): void => {
    const message = `most of the time budget is used up: ${formatDuration(leftMs)} are left`;
    // A store that fails is noticed by whoever writes what must not be lost.
    recorder.record(event("warning", { message })).catch(() => undefined);
  };
  using time = startTimeBudget(world.clock, plan.limits.timeMs, warn);
  const frozen = new FrozenFiles(plan.sources, recorder);
  await context.hooks.run("session_start", {}, AbortSignal.any([world.stop, time.up]));
  const verifier = new Verifier(context, context.top);
  await verifier.takeBaseline(AbortSignal.any([world.stop, time.up]));
  world.stop.throwIfAborted();
  await using agents = new AgentHolder(context, AbortSignal.any([world.stop, time.up]));
  await frozen.check();
  return await loop(context, { agents, time, verifier, frozen });
}

/** What the iterations of a run work with together. */
interface LoopParts {
  readonly agents: AgentHolder;
  readonly time: TimeBudget;
  readonly verifier: Verifier;
  readonly frozen: FrozenFiles;
}

async function loop(
  context: RunContext,
  { agents, time, verifier, frozen }: LoopParts,
): Promise<Ending> {
  const { plan, world, progress } = context;
  const completions = new Completions(world.store, plan.session, context.hooks);
  const seen = await seenStates(plan, world, await context.workMark());
  for (;;) {
    // A deleted store would let a run go on that nobody can ever look up.
    context.tenancy.check();
    // What a killed run has left out, and what has been completed since the turn, by whomever.
    if (await completions.runHooks(world.stop)) await context.autoCommit.passOver();
    world.stop.throwIfAborted();
    const head = await currentHead(plan, world);
    const ms = world.clock.monotonic() - context.start;
    progress.tally = { ...progress.tally, ms };
    const step = nextStep(plan.limits, progress.tally, head);
    switch (step.kind) {
      case "iterate": {
        progress.tally = { ...progress.tally, told: progress.tally.told || step.extra };
        let hasEnded = false;
        try {
          const agent = await agents.forIteration();
          const account = ({ usage }: IterationResult): void => {
            progress.usage = addUsage(progress.usage, usage);
            hasEnded = true;
          };
          const around = { agent, seen, completions, cut: time.up, account };
          const { outcome } = await iterate({ ...context, ...around });
          await frozen.check();
          const after = await currentHead(plan, world);
          progress.tally = count(progress.tally, head, after, outcome);
        } catch (error) {
          const iterations = progress.tally.iterations + (hasEnded ? 1 : 0);
          progress.tally = { ...progress.tally, iterations };
          // An agent that was given up because the time is up is no agent that has failed.
          if (!time.up.aborted || world.stop.aborted) throw error;
        }
        world.stop.throwIfAborted();
        break;
      }
      case "assume-complete":
        await assumeComplete(plan, world);
        break;
      case "judge":
        await verifier.judge(world.stop);
        // What gates commit is not the work of the agent.
        await context.autoCommit.passOver();
        world.stop.throwIfAborted();
        break;
      case "end":
        return endingFor(step.why, {
          session: plan.session,
          spec: relativeTo(plan.root, plan.spec),
          flags: plan.flagsToGoOn,
          limits: plan.limits,
          tally: progress.tally,
          head,
          tasks: await readTasks(world.store, plan.session, head),
          ms,
          cost: progress.usage.cost,
        });
    }
  }
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

async function currentHead(plan: RunPlan, { store }: RunWorld): Promise<Head> {
  const head = await readHead(store, plan.session);
  if (head === undefined) throw new Error(`session ${plan.session} has vanished from the store`);
  return head;
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
