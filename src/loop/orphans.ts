import type { Clock } from "../platform/clock.ts";
import { endMarkedProcesses, sendSignal } from "../platform/marked_processes.ts";
import { baseName } from "../platform/paths.ts";
import type { Lease } from "../store/lease.ts";
import { isSameProcess } from "./holder.ts";

/**
 * Ends what a killed run has left running on this host: everything that carries its mark, and its agent
 * if that is still the very process that the run has recorded. A stranger that has got its number since
 * is left alone. The run's private directory goes too.
 */
export async function endOrphans(
  dead: readonly Lease[],
  host: string,
  clock: Clock,
): Promise<void> {
  for (const { run, host: where, agent, scratch } of dead) {
    if (where !== host) continue;
    if (agent !== null && agent.identity !== null && await isSameProcess(agent)) {
      sendSignal(-agent.pid, "SIGKILL");
    }
    await endMarkedProcesses(run, (ms) => clock.sleep(ms));
    // The name is checked: what is about to be removed comes out of a file that others can write.
    if (/^iteratr-run-[\w-]+$/.test(baseName(scratch))) {
      await Deno.remove(scratch, { recursive: true }).catch(() => undefined);
    }
  }
}
