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
 * Finds the processes of a run by what looks at the agent's children have seen, and on Linux also by the
 * mark in their environment, whenever they were started.
 */
export function makeRemains(run: string, clock: Clock, os: string = Deno.build.os): Remains {
  const tree = new ChildTree();
  return {
    look: (agent) => tree.look(agent).catch(() => undefined),
    end: async () => {
      await tree.end();
      if (os === "linux") await endMarkedProcesses(run, (ms) => clock.sleep(ms));
    },
  };
}
