import { ChildTree } from "../platform/child_tree.ts";
import type { Clock } from "../platform/clock.ts";
import { AGENT_MARK, endMarkedProcesses } from "../platform/marked_processes.ts";
import type { ProcessRef } from "../platform/process_identity.ts";
import type { LeftBehind } from "../platform/shell_command.ts";

/** What a run has started and must not leave behind. */
export interface Remains {
  /** Takes a look while the run goes on, at what the agent's process has started, if it is still there. */
  look(agent: ProcessRef): Promise<void>;
  /** Keeps what a hook has started and left running: it may live as long as the run. */
  keep(left: LeftBehind): void;
  /**
   * Ends what an agent has left that is gone itself.
   *
   * @param mark what its processes carry in their environment.
   */
  endAgents(mark: string): Promise<void>;
  /** Ends all of it. */
  end(): Promise<void>;
}

/**
 * Finds the processes of a run by what looks at the agent's children have seen, and on Linux also by the
 * mark in their environment, whenever they were started.
 */
export function makeRemains(run: string, clock: Clock, os: string = Deno.build.os): Remains {
  const tree = new ChildTree();
  const kept: LeftBehind[] = [];
  return {
    keep: (left) => void kept.push(left),
    look: (agent) => tree.look(agent).catch(() => undefined),
    endAgents: async (mark) => {
      await tree.end();
      if (os === "linux") await endMarkedProcesses(mark, (ms) => clock.sleep(ms), AGENT_MARK);
    },
    end: async () => {
      await tree.end();
      await Promise.all(kept.splice(0).map((left) => left.end()));
      if (os === "linux") await endMarkedProcesses(run, (ms) => clock.sleep(ms));
    },
  };
}
