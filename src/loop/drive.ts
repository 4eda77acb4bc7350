import { type Agent, startAgent } from "../agent/agent.ts";
import { relativeTo } from "../platform/paths.ts";
import type { Ending } from "../session/ending.ts";
import { event } from "../session/event.ts";
import { completeSession } from "../session/session_rules.ts";
import type { Head } from "../session/state.ts";
import { addUsage } from "../session/usage.ts";
import { readHead, readIterations, readTasks } from "../store/read.ts";
import { transact } from "../store/transact.ts";
import type { RunContext } from "./context.ts";
import { count, nextStep } from "./decide.ts";
import { endingFor } from "./ending_text.ts";
import { iterate } from "./iteration.ts";
import type { RunPlan, RunWorld } from "./plan.ts";
import { SeenStates, tasksMark } from "./progress.ts";

/**
 * Starts the agent, and runs one iteration after another until the loop's decision is to end, or the
 * run is told to stop. The agent's process is gone afterwards.
 *
 * @returns the ending decided on; when the run was told to stop, it does not count.
 */
export async function drive(context: RunContext): Promise<Ending> {
  const { plan, world, recorder } = context;
  const agent = await startAgent({
    ...plan.agent,
    clock: world.clock,
    version: plan.version,
    stop: world.stop,
    log: world.log,
  });
  try {
    const { pid, name, version } = agent;
    world.log.record("info", "agent", "started", { pid, name, version });
    await context.tenancy.setAgent(agent.pid);
    await recorder.record(event("agent.started", {
      pid: agent.pid,
      name: agent.name,
      version: agent.version,
      model: plan.model,
    }));
    return await loop(context, agent);
  } finally {
    await agent.close();
  }
}

async function loop(context: RunContext, agent: Agent): Promise<Ending> {
  const { plan, world, progress } = context;
  const seen = await seenStates(plan, world, await context.workMark());
  for (;;) {
    const head = await currentHead(plan, world);
    const step = nextStep(plan.limits, progress.tally, head);
    switch (step.kind) {
      case "iterate": {
        const { outcome, usage } = await iterate({ ...context, agent, seen });
        progress.usage = addUsage(progress.usage, usage);
        const after = await currentHead(plan, world);
        progress.tally = count(progress.tally, head, after, outcome);
        world.stop.throwIfAborted();
        break;
      }
      case "assume-complete":
        await assumeComplete(plan, world);
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
          ms: world.clock.monotonic() - context.start,
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
