import { makeWorkMark } from "../git/work_mark.ts";
import { workTree } from "../git/work_tree.ts";
import { parentPath, relativeTo } from "../platform/paths.ts";
import { type Ending, exitCode } from "../session/ending.ts";
import { event } from "../session/event.ts";
import { NO_USAGE } from "../session/usage.ts";
import { resetSession } from "../store/epoch.ts";
import { sweep } from "../store/sweep.ts";
import { begin, isFinished, readStanding, type Standing } from "./begin.ts";
import { FRESH } from "./decide.ts";
import type { Progress } from "./context.ts";
import { followControl } from "./control.ts";
import { drive } from "./drive.ts";
import { goOnHint, nothingToDo } from "./ending_text.ts";
import { HookRunner } from "./commands/hook_runner.ts";
import { mend } from "./mend.ts";
import { endOrphans } from "./orphans.ts";
import type { RunPlan, RunWorld } from "./plan.ts";
import { printableEnding } from "./printable_ending.ts";
import type { Recorder } from "./recorder.ts";
import { makeRemains, type Remains } from "./remains.ts";
import { rescue } from "./rescue.ts";
import { endSession } from "./commands/session_end.ts";
import { beginTenancy, type Tenancy } from "./tenancy.ts";

/**
 * Runs iterations until one of the endings is reached. Whatever happens, no process of the run is left,
 * the ending is recorded where the store still takes it, the leases are given back, and the ending is
 * returned, never thrown.
 */
export async function run(plan: RunPlan, given: RunWorld): Promise<Ending> {
  const endingOf = (error: unknown): Ending => printableEnding(given.endingOf(error));
  const world = { ...given, endingOf };
  const lost = new AbortController();
  const stop = AbortSignal.any([world.stop, lost.signal]);
  // It may have been told to stop before it began.
  if (stop.aborted) world.store.hurry();
  else stop.addEventListener("abort", () => world.store.hurry(), { once: true });
  try {
    const standing = await readStanding(plan, world);
    if (standing !== undefined && isFinished(plan, standing)) {
      return nothingFor(plan, standing);
    }
    const remains = makeRemains(plan.run, world.clock);
    const top = await workTree(plan.root);
    const tree = top ?? await Deno.realPath(plan.root);
    const tenancy = await beginTenancy({
      store: world.store,
      clock: world.clock,
      target: { session: plan.session, tree },
      run: plan.run,
      pid: world.pid,
      host: world.host,
      scratch: plan.scratch,
      onBeat: (agent) => remains.look(agent),
      onLost: (error) => lost.abort(world.endingOf(error)),
    });
    if ("reason" in tenancy) return tenancy;
    await using _held = tenancy;
    return await runAsTenant(plan, { ...world, stop }, { tenancy, remains, top });
  } catch (error) {
    return stop.aborted ? stop.reason as Ending : world.endingOf(error);
  }
}

function nothingFor(plan: RunPlan, { head, info, isUncommitted }: Standing): Ending {
  return nothingToDo(plan.session, { head, hadGates: info.gates !== undefined, isUncommitted });
}

/** What a run holds that has taken the leases. */
interface Holdings {
  readonly tenancy: Tenancy;
  readonly remains: Remains;
  /** The top of the work tree; `undefined` outside git. */
  readonly top: string | undefined;
}

async function runAsTenant(
  plan: RunPlan,
  world: RunWorld,
  { tenancy, remains, top }: Holdings,
): Promise<Ending> {
  const { clock, store } = world;
  const start = clock.monotonic();
  world.log.record("info", "run", "begins", {
    run: plan.run,
    session: plan.session,
    pid: world.pid,
    model: plan.model,
    version: plan.version,
  });
  const progress: Progress = { tally: FRESH, usage: NO_USAGE, hasTold: false, hasDoubted: false };
  let recorder: Recorder | undefined;
  let hooks: HookRunner | undefined;
  let { stop } = world;
  let ending: Ending;
  // To the end: whoever asks for it at once means the last hooks too.
  await using listening = new AsyncDisposableStack();
  try {
    await endOrphans(tenancy.dead, world.host, clock);
    await mend(store, plan.session, top, tenancy.dead);
    if (plan.reset) await resetSession(store, plan.session);
    await sweep(store);
    // Read again: whoever held the leases before may have changed it.
    const standing = await readStanding({ ...plan, reset: false }, world);
    if (standing !== undefined && isFinished(plan, standing)) {
      return nothingFor(plan, standing);
    }
    const workMark = await makeWorkMark(plan.root, plan.dataDirectory, world.ownOutput);
    const begun = await begin(plan, world, standing);
    recorder = begun.recorder;
    hooks = new HookRunner(plan, world, begun.recorder, remains);
    const asked = new AbortController();
    const control = listening.use(
      await followControl(store, plan.session, () => asked.abort(stoppedNow(plan))),
    );
    stop = AbortSignal.any([world.stop, asked.signal]);
    const driven = { ...world, stop };
    ending = await drive({
      plan,
      world: driven,
      tenancy,
      remains,
      workMark,
      top,
      hooks,
      control,
      start,
      progress,
      ...begun,
    });
  } catch (error) {
    ending = world.endingOf(error);
  }
  await remains.end();
  if (stop.aborted) ending = stop.reason as Ending;
  const { reason, message } = ending;
  world.log.record(exitCode(ending) === 0 ? "info" : "warn", "run", "ended", {
    reason,
    text: message,
  });
  if (ending.reason === "agent-failed") ending = withGoOn(plan, ending);
  if (hooks?.has("session_end") === true) {
    // A store that takes no more events has ended the run already.
    await endSession(hooks, ending, stop, clock).catch(() => undefined);
    await remains.end();
  }
  await recorder?.record(event("run.ended", {
    reason: ending.reason,
    code: exitCode(ending),
    message: ending.message,
    hints: ending.hints,
    iterations: progress.tally.iterations,
    ms: Math.round(clock.monotonic() - start),
    usage: progress.usage,
    ...(progress.hasTold ? { told: true } : {}),
  })).catch(() => undefined);
  return ending.reason === "store" ? await withRescue(plan, world, recorder, ending) : ending;
}

function withGoOn(plan: RunPlan, ending: Ending): Ending {
  const spec = relativeTo(plan.root, plan.spec);
  const goOn = goOnHint(plan.session, spec, plan.flagsToGoOn);
  return { ...ending, hints: [...ending.hints, "Check: iteratr doctor", goOn] };
}

function stoppedNow(plan: RunPlan): Ending {
  return {
    reason: "stopped",
    message: "stopped as asked, in the middle of an iteration.",
    hints: [goOnHint(plan.session, relativeTo(plan.root, plan.spec), plan.flagsToGoOn)],
  };
}

async function withRescue(
  plan: RunPlan,
  { store }: RunWorld,
  recorder: Recorder | undefined,
  ending: Ending,
): Promise<Ending> {
  const path = await rescue(
    store,
    plan.dataDirectory,
    plan.session,
    recorder?.unsaved ?? [],
    parentPath(plan.scratch),
  );
  if (path === undefined) return ending;
  return { ...ending, message: `${ending.message}. What could be saved is in ${path}` };
}
