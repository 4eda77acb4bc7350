import { UserError } from "../platform/failure.ts";
import { exists, relativeTo } from "../platform/paths.ts";
import { event, type NewEvent } from "../session/event.ts";
import { HOOK_NAMES } from "../session/hook.ts";
import { granted } from "../session/ruling.ts";
import { type Head, type Info, openTasks } from "../session/state.ts";
import { readHead, readInfo } from "../store/read.ts";
import { transact } from "../store/transact.ts";
import { hasDebts } from "./commands/debts.ts";
import type { Begun } from "./context.ts";
import { commitDebt } from "./commits/commit_debt.ts";
import { isProven } from "./decide.ts";
import { gateWarnings } from "./commands/gate_change.ts";
import type { RunPlan, RunWorld } from "./plan.ts";
import { makeRecorder } from "./recorder.ts";
import { readSpec, SpecCopy, storedSpec } from "./spec_copy.ts";

/** Where a session stands before a run of it begins. */
export interface Standing {
  readonly head: Head;
  readonly info: Info;
  /** The session's copy of the spec. */
  readonly spec: string | undefined;
  /** Whether the spec's file says something else. */
  readonly specChanged: boolean;
  /** Whether a run that was broken off has left hooks to run or a complaint to tell, though all is done. */
  readonly hasDebts: boolean;
  /** Whether all is done, but work of the session is not committed. */
  readonly isUncommitted: boolean;
}

/**
 * Looks where the session stands.
 *
 * @returns `undefined` when it has not been made yet.
 * @throws {UserError} when the session works on another spec.
 */
export async function readStanding(
  plan: RunPlan,
  world: RunWorld,
): Promise<Standing | undefined> {
  const { store } = world;
  const head = await readHead(store, plan.session);
  if (head === undefined) return undefined;
  const info = await readInfo(store, plan.session, head);
  if (!plan.reset) checkSpec(plan, info);
  const spec = await storedSpec(store, plan.session, head, info);
  const now = await readSpec(plan.spec);
  const watches = plan.hooks.on_task_complete.length > 0;
  const debt = isDone(head) ? await commitDebt(plan, world, head, info) : "none";
  return {
    ...{ head, info, spec },
    specChanged: spec !== undefined && now !== undefined && spec !== now,
    hasDebts: isDone(head) &&
      (head.indexFrom !== undefined || debt === "run" ||
        await hasDebts(store, plan.session, head, watches)),
    isUncommitted: debt !== "none",
  };
}

/** A project that has moved keeps its session: then the old spec is gone, and the way to it is the same. */
function checkSpec(plan: RunPlan, info: Info): void {
  if (info.spec === null || info.spec === plan.spec) return;
  const before = relativeTo(info.root ?? "", info.spec);
  const now = relativeTo(plan.root, plan.spec);
  if (before === now && !exists(info.spec)) return;
  throw new UserError(
    `session ${plan.session} works on the spec ${before === now ? info.spec : before}, not on ${
      before === now ? plan.spec : now
    }`,
    [
      `Use a session of its own: --name ${plan.session}-2`,
      "Or begin this one anew: --reset (the old log goes to the archive)",
    ],
  );
}

/** Whether everything was done before the run begins, and nothing asks for more. */
export function isFinished(plan: RunPlan, standing: Standing | undefined): boolean {
  if (standing === undefined || plan.reset || plan.reopen || standing.specChanged) return false;
  const { head } = standing;
  // What a killed run has left open, or running, has to be mended first.
  if (head.run !== null || head.iteration !== null) return false;
  return isDone(head) && isProven(head, plan.limits) && !standing.hasDebts;
}

/** Whether the session is declared done, and no task speaks against it. */
export function isDone(head: Head): boolean {
  return head.complete && head.tasks > 0 && openTasks(head) === 0;
}

/** Records that the run begins; makes the session when it is not there, opens it when it is finished. */
export async function begin(
  plan: RunPlan,
  world: RunWorld,
  standing: Standing | undefined,
): Promise<Begun> {
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
        ...(isToReopen(plan, standing, head)
          ? [event("session.reopened", { why: whyReopened(plan, standing) })]
          : []),
        started(plan, world),
        ...gateWarnings(plan, standing),
      ),
  });
  const recorder = makeRecorder(store, session, run);
  return { recorder, spec: new SpecCopy(plan.spec, recorder, standing?.spec) };
}

/** A session that is done and only waits for its gates stays as it is. */
function isToReopen(plan: RunPlan, standing: Standing | undefined, head: Head): boolean {
  if (!head.complete) return false;
  return plan.reopen || standing?.specChanged === true || !isDone(head);
}

function whyReopened(plan: RunPlan, standing: Standing | undefined): string {
  if (standing?.specChanged) return "the spec has changed";
  return plan.reopen ? "--reopen" : "it has open tasks";
}

function started(plan: RunPlan, world: RunWorld): NewEvent {
  const hooks = HOOK_NAMES.filter((name) => plan.hooks[name].length > 0);
  const gates = plan.gates.map(({ name }) => name);
  const { tokens, cost } = plan.limits.spending;
  const off = switchedOff(plan);
  return event("run.started", {
    pid: world.pid,
    host: world.host,
    version: plan.version,
    spec: plan.spec,
    root: plan.root,
    model: plan.model,
    command: plan.agent.command,
    iterations: plan.limits.iterations,
    timeMs: plan.limits.timeMs,
    ...(hooks.length === 0 ? {} : { hooks }),
    ...(gates.length === 0 ? {} : { gates, gatesMark: plan.limits.gates }),
    ...(tokens === 0 ? {} : { maxTokens: tokens }),
    ...(cost === 0 ? {} : { maxCost: cost }),
    ...(off.length === 0 ? {} : { off }),
  });
}

/** What usually bounds a run and was switched off. */
function switchedOff({ guards, retry, maxWaitMs }: RunPlan): readonly string[] {
  const switches: readonly (readonly [name: string, value: number])[] = [
    ["silence", guards.silenceMs],
    ["tool calls", guards.toolCallMs],
    ["turn", guards.turnMs],
    ["messages", guards.messages],
    ["empty messages", guards.emptyMessages],
    ["retries", retry.attempts],
    ["waiting for a quota", maxWaitMs],
  ];
  return switches.filter(([, value]) => value === 0).map(([name]) => name);
}
