import { isFinished, readStanding } from "../../loop/begin.ts";
import type { RunPlan, RunWorld } from "../../loop/plan.ts";
import type { Ending } from "../../session/ending.ts";

/**
 * Asks the person at the terminal whether a finished session is to be opened again. Only to be called when
 * there is one.
 *
 * @param brokenOff the ending when they break the question off, by Ctrl+C.
 * @returns the plan, with their decision in it; or the ending, also when the run was stopped meanwhile.
 */
export async function askWhetherToReopen(
  plan: RunPlan,
  world: RunWorld,
  brokenOff: Ending,
): Promise<RunPlan | Ending> {
  if (plan.reopen || plan.reset) return plan;
  if (!isFinished(plan, await readStanding(plan, world))) return plan;
  const { confirm } = await import("@inquirer/prompts");
  try {
    const question = `Session ${plan.session} is finished. Open it again?`;
    const reopen = await confirm({ message: question, default: false }, { signal: world.stop });
    return { ...plan, reopen };
  } catch (error) {
    if (world.stop.aborted) return world.stop.reason as Ending;
    // While a question is asked, the terminal sends Ctrl+C as a key, and not as a signal.
    if (error instanceof Error && error.name === "ExitPromptError") return brokenOff;
    throw error;
  }
}
