import { UserError } from "../../platform/failure.ts";
import { event } from "../../session/event.ts";
import { openTasks } from "../../session/state.ts";
import type { RunContext } from "../context.ts";
import { currentHead } from "../current_head.ts";
import type { Course, TurnEnd } from "./course.ts";
import { waitUntil } from "./quota_wait.ts";
import { delayBefore, usedUp } from "./retry_text.ts";
import { Tries, type TurnPlan } from "./tries.ts";
import { ALL_KNOWN } from "./usage_meter.ts";

/**
 * Takes the turn of an iteration, and tries it again with a new agent while that is of use: a bounded
 * number of times after failures, and whenever a provider that had enough takes requests again. Each
 * attempt has a prompt of its own, which tells what became of the one before.
 *
 * @throws {UserError} when a person must mend what is wrong.
 * @throws {AgentError} when the retries are used up.
 */
export async function takeTurn(
  context: RunContext,
  course: Course,
  turn: TurnPlan,
): Promise<TurnEnd> {
  const { plan, world, recorder, hooks, agents, time, spending, autoCommit } = context;
  const tries = new Tries(context, course, turn);
  let retries = 0;
  let waitedMs = 0;
  let waits = 0;
  for (;;) {
    const { end } = await tries.next();
    if (end.kind === "ended") {
      return { ...end, outcome: world.stop.aborted ? "interrupted" : "progress" };
    }
    const { error, fault } = end;
    const lines = error.lastLines.length > 0 ? error.lastLines : agents.lastLines();
    await agents.discard();
    // An agent that was given up because the run ends is no agent that has failed.
    if (world.stop.aborted || time.up.aborted) throw error;
    spending.note(course.usage);
    if (spending.up.aborted) return { ...GIVEN_UP, stop: tries.lastError };
    const n = await turn.begin(true);
    world.log.record("warn", "loop", "attempt failed", {
      n,
      fault: fault.kind,
      text: fault.message,
    });
    await autoCommit.endTurn();
    await hooks.run("on_error", { iteration: n, error: tries.lastError }, world.stop);
    if (world.stop.aborted) return brokenOff(NOT_AGAIN);
    const head = await currentHead(world.store, plan.session);
    if (head.complete && openTasks(head) === 0) {
      // Nobody has to wait for the words that are missing, or to mend what kept them from coming.
      const message = `the agent failed after everything was done: ${tries.lastError}`;
      await recorder.record(event("warning", { message }));
      return { ...GIVEN_UP, stop: tries.lastError };
    }
    if (fault.kind === "person") throw new UserError(fault.message, fault.hints);
    if (fault.kind === "quota") {
      const until = waitUntil(fault.until, world.clock.now().getTime(), waits++);
      const { why, ms } = await tries.wait(until, fault.message, waitedMs);
      course.waitedMs += ms;
      if (why === "stopped") return brokenOff("the wait for the provider was interrupted");
      waitedMs += Math.max(1, ms);
      await autoCommit.passOver();
      continue;
    }
    if (retries >= plan.retry.attempts) {
      throw usedUp({ error, text: tries.lastError, n, retries, lines }, plan.retry.delaysMs);
    }
    const delayMs = delayBefore(retries, plan.retry.delaysMs);
    retries++;
    const max = plan.retry.attempts;
    const scheduled = { attempt: retries, max, delayMs, error: tries.lastError };
    await recorder.record(event("retry.scheduled", scheduled));
    if (!await tries.pause(delayMs)) {
      return brokenOff(NOT_AGAIN);
    }
    if (time.up.aborted) throw error;
    // What was committed meanwhile, by hooks or by a person, is not the agent's.
    await autoCommit.passOver();
  }
}

const NOT_AGAIN = "the run was to stop: it was not tried again";

/** A turn after whose last attempt no other is made, although the run goes on to its end in order. */
const GIVEN_UP = { outcome: "progress", question: undefined, figures: ALL_KNOWN } as const;

function brokenOff(stop: string): TurnEnd {
  return { ...GIVEN_UP, outcome: "interrupted", stop };
}
