import { ChildTree } from "../platform/child_tree.ts";
import type { Clock } from "../platform/clock.ts";
import { endMarkedProcesses } from "../platform/marked_processes.ts";

/** What a run has started and must not leave behind. */
export interface Remains {
  /** Takes a look while the run goes on, at what the agent's process has started. */
  look(agent: number): Promise<void>;
  /** Ends all of it. */
  end(): Promise<void>;
}

/**
 * Finds the processes of a run: on Linux by the mark in their environment, whenever they were started;
 * elsewhere by what earlier looks at the agent's children have seen.
 */
export function makeRemains(run: string, clock: Clock, os: string = Deno.build.os): Remains {
  if (os === "linux") {
    return {
      look: () => Promise.resolve(),
      end: () => endMarkedProcesses(run, (ms) => clock.sleep(ms)),
    };
  }
  const tree = new ChildTree();
  return { look: (agent) => tree.look(agent).catch(() => undefined), end: () => tree.end() };
}
