import { isReadyToCommit } from "../../git/obstacle.ts";
import { workTree } from "../../git/work_tree.ts";
import { event } from "../../session/event.ts";
import type { Head, Info } from "../../session/state.ts";
import { NO_USAGE } from "../../session/usage.ts";
import type { Store } from "../../store/open.ts";
import { readIterations } from "../../store/read.ts";
import type { RunContext } from "../context.ts";
import { currentHead } from "../current_head.ts";
import { FRESH, nextStep } from "../decide.ts";
import type { RunPlan, RunWorld } from "../plan.ts";
import { hasPendingWork } from "./work_baseline.ts";

/** Who has to commit what a session that is done has left uncommitted, if there is anything. */
export type CommitDebt = "none" | "run" | "person";

/**
 * Looks for work of a session that is done which no further iteration will commit. What a hook of git has
 * refused although the agent knows of it, what is still in the way, and what one more run has tried in vain
 * is for a person: a run would only fail over it again, each time that cron starts one.
 */
export async function commitDebt(
  plan: RunPlan,
  { store, clock, ownOutput }: RunWorld,
  head: Head,
  info: Info,
): Promise<CommitDebt> {
  if (!await mayOweCommit(store, plan.session, head)) return "none";
  const top = await workTree(plan.root);
  const ignored = plan.dataDirectory;
  if (!await hasPendingWork({ plan, store, head, info, top, ignored, ownOutput })) return "none";
  const { refused } = head;
  // An iteration that was killed has not come to its commit.
  if (refused === undefined || refused.n < head.iterations) {
    return isSettled(head) ? "person" : "run";
  }
  if (refused.by === "hook") {
    if (refused.told === true) return "person";
    return !isSettled(head) || await canTell(plan, store, head) ? "run" : "person";
  }
  if (isSettled(head) || top === undefined) return "person";
  return await isReadyToCommit(top, { clock, ms: 0 }) ? "run" : "person";
}

/**
 * Commits what a session that is done has left uncommitted. When that comes to nothing, the log says so, and
 * no further run is begun for it, unless what is in the way can pass: a lock, a merge, a missing name.
 */
export async function payCommitDebt(
  { plan, world, recorder, autoCommit, top }: RunContext,
  head: Head,
): Promise<void> {
  const { store, clock } = world;
  if (!await mayOweCommit(store, plan.session, head)) return;
  await autoCommit.begin();
  const { commits, isRefused = false } = await autoCommit.finish(head.iterations, world.stop);
  world.stop.throwIfAborted();
  if (commits === undefined || top === undefined) return;
  const after = await currentHead(store, plan.session);
  if (!await mayOweCommit(store, plan.session, after)) return;
  if (isRefused && (isSettled(after) || !await isReadyToCommit(top, { clock, ms: 0 }))) return;
  await recorder.record(event("commit.settled", { n: head.iterations, refused: isRefused }));
}

/** Whether the log speaks of uncommitted work: a commit was refused, or the last iteration broken off. */
async function mayOweCommit(store: Store, session: string, head: Head): Promise<boolean> {
  if (head.refused !== undefined) return true;
  if (isSettled(head)) return false;
  const [last] = await readIterations(store, session, head, 1);
  return last?.outcome === "interrupted";
}

function isSettled({ settled, iterations }: Head): boolean {
  return settled === iterations;
}

/** Whether a run would take a turn to tell the agent what a hook of git has refused. */
async function canTell(plan: RunPlan, store: Store, head: Head): Promise<boolean> {
  const [last] = await readIterations(store, plan.session, head, 1);
  const tally = { ...FRESH, refused: true, last: last?.usage ?? NO_USAGE };
  const step = nextStep(plan.limits, tally, head);
  return step.kind === "iterate" && step.extra;
}
