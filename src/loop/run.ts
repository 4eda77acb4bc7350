import { type Agent, startAgent } from "../agent/agent.ts";
import { makeWorkMark } from "../git/work_mark.ts";
import { endMarkedProcesses } from "../platform/marked_processes.ts";
import { relativeTo } from "../platform/paths.ts";
import type { Ending } from "../session/ending.ts";
import { exitCode } from "../session/ending.ts";
import { event } from "../session/event.ts";
import { granted } from "../session/ruling.ts";
import { completeSession } from "../session/session_rules.ts";
import { type Head, openTasks } from "../session/state.ts";
import { addUsage, NO_USAGE, type Usage } from "../session/usage.ts";
import { readHead, readIterations, readTasks } from "../store/read.ts";
import { transact } from "../store/transact.ts";
import { count, FRESH, nextStep, type Step, type Tally } from "./decide.ts";
import { endingFor, nothingToDo } from "./ending_text.ts";
import { iterate } from "./iteration.ts";
import { mend } from "./mend.ts";
import type { RunPlan, RunWorld } from "./plan.ts";
import { SeenStates, tasksMark } from "./progress.ts";
import { makeRecorder, type Recorder } from "./recorder.ts";

/** What a run has done, as it grows. */
interface Progress {
  tally: Tally;
  usage: Usage;
}

/**
 * Runs iterations until one of the endings is reached. Whatever happens, no process of the run is left,
 * the ending is recorded where the store still takes it, and it is returned, never thrown.
 */
export async function run(plan: RunPlan, world: RunWorld): Promise<Ending> {
  const { store, clock } = world;
  const start = clock.monotonic();
  const progress: Progress = { tally: FRESH, usage: NO_USAGE };
  let recorder: Recorder | undefined;
  let ending: Ending;
  try {
    const head = await readHead(store, plan.session);
    if (head !== undefined && head.complete && head.tasks > 0 && openTasks(head) === 0) {
      return nothingToDo(plan.session, head);
    }
    if (head !== undefined) await mend(store, plan.session);
    recorder = await begin(plan, world);
    ending = await drive(plan, world, recorder, progress, start);
  } catch (error) {
    ending = world.endingOf(error);
  }
  await endMarkedProcesses(plan.run, (ms) => clock.sleep(ms));
  if (world.stop.aborted) ending = world.stop.reason as Ending;
  await recorder?.record(event("run.ended", {
    reason: ending.reason,
    code: exitCode(ending),
    message: ending.message,
    hints: ending.hints,
    iterations: progress.tally.iterations,
    ms: Math.round(clock.monotonic() - start),
    usage: progress.usage,
  })).catch(() => undefined);
  return ending;
}

async function begin(plan: RunPlan, world: RunWorld): Promise<Recorder> {
  const { store } = world;
  const { session, run } = plan;
  await transact(store, {
    session,
    run,
    actor: "run",
    tasks: false,
    create: { spec: plan.spec },
    decide: ({ head }) =>
      granted(
        // A finished session with open tasks or none at all is one to go on with.
        ...(head.complete ? [event("session.reopened", { why: "a run was started" })] : []),
        event("run.started", {
          pid: world.pid,
          host: world.host,
          version: plan.version,
          spec: plan.spec,
          root: plan.root,
          model: plan.model,
          command: plan.command,
          iterations: plan.limits.iterations,
        }),
      ),
  });
  return makeRecorder(store, session, run);
}

async function drive(
  plan: RunPlan,
  world: RunWorld,
  recorder: Recorder,
  progress: Progress,
  start: number,
): Promise<Ending> {
  const agent = await startAgent({
    command: plan.command,
    cwd: plan.root,
    env: plan.env,
    clock: world.clock,
    version: plan.version,
    // An oddity is no event: a chatty agent would fill the log with them.
    onOddity: () => undefined,
  });
  try {
    await recorder.record(event("agent.started", {
      pid: agent.pid,
      name: agent.name,
      version: agent.version,
      model: plan.model,
    }));
    return await loop(plan, world, recorder, agent, progress, start);
  } finally {
    await agent.close();
  }
}

async function loop(
  plan: RunPlan,
  world: RunWorld,
  recorder: Recorder,
  agent: Agent,
  progress: Progress,
  start: number,
): Promise<Ending> {
  const workMark = await makeWorkMark(plan.root, plan.dataDirectory);
  const seen = await seenStates(plan, world, await workMark());
  const context = { plan, world, recorder, agent, seen, workMark };
  for (;;) {
    const head = await currentHead(plan, world);
    const step: Step = world.stop.aborted
      ? { kind: "end", why: "stalled" }
      : nextStep(plan.limits, progress.tally, head);
    switch (step.kind) {
      case "iterate": {
        const { outcome, usage } = await iterate(context);
        progress.usage = addUsage(progress.usage, usage);
        progress.tally = count(progress.tally, head, outcome);
        break;
      }
      case "assume-complete":
        await assumeComplete(plan, world);
        break;
      case "end":
        return endingFor(step.why, {
          session: plan.session,
          spec: relativeTo(plan.root, plan.spec),
          limits: plan.limits,
          tally: progress.tally,
          head,
          tasks: await readTasks(world.store, plan.session, head),
          ms: world.clock.monotonic() - start,
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
