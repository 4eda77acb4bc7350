import { isFinished, readStanding } from "../../loop/begin.ts";
import type { RunPlan, RunWorld } from "../../loop/plan.ts";
import { UserError } from "../../platform/failure.ts";

/**
 * Asks the person at the terminal whether a finished session is to be opened again. Only to be called when
 * there is one.
 *
 * @returns the plan, with their decision in it.
 * @throws {UserError} when the question is broken off.
 */
export async function askWhetherToReopen(plan: RunPlan, world: RunWorld): Promise<RunPlan> {
  if (plan.reopen || plan.reset) return plan;
  if (!isFinished(plan, await readStanding(plan, world))) return plan;
  const { confirm } = await import("@inquirer/prompts");
  try {
    const reopen = await confirm({
      message: `Session ${plan.session} is finished. Open it again?`,
      default: false,
    });
    return { ...plan, reopen };
  } catch {
    throw new UserError("broken off: nothing was begun");
  }
}
