import { processIdentity } from "./process_identity.ts";
import { processTable } from "./process_table.ts";
import { sendSignal } from "./marked_processes.ts";

/**
 * Remembers the descendants of a process from look to look: where the system does not show a process's
 * environment (macOS), and for those that have shed it. A child that its parent leaves behind is known from an earlier look; one that is
 * started and left behind between two looks is missed.
 */
export class ChildTree {
  readonly #identities = new Map<number, string>();

  /** Looks at the processes of the system, and notes the descendants of `root`. */
  async look(root: number): Promise<void> {
    const children = Map.groupBy(await processTable(), ({ parent }) => parent);
    const waiting = [root];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const { pid } of children.get(at) ?? []) {
        waiting.push(pid);
        if (this.#identities.has(pid)) continue;
        const identity = await processIdentity(pid);
        if (identity !== undefined) this.#identities.set(pid, identity);
      }
    }
  }

  /** Kills what was noted and is still there; a number that another process has got since is spared. */
  async end(): Promise<void> {
    for (const [pid, identity] of this.#identities) {
      if (await processIdentity(pid) === identity) sendSignal(pid, "SIGKILL");
    }
    this.#identities.clear();
  }
}
