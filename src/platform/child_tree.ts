import { processIdentity } from "./process_identity.ts";
import { sendSignal } from "./marked_processes.ts";

/**
 * Remembers the descendants of a process from look to look, for systems that do not show a process's
 * environment (macOS). A child that its parent leaves behind is known from an earlier look; one that is
 * started and left behind between two looks is missed.
 */
export class ChildTree {
  readonly #identities = new Map<number, string>();

  /** Looks at the processes of the system, and notes the descendants of `root`. */
  async look(root: number): Promise<void> {
    const children = await childrenByParent();
    const waiting = [root];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const pid of children.get(at) ?? []) {
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

async function childrenByParent(): Promise<ReadonlyMap<number, readonly number[]>> {
  const children = new Map<number, number[]>();
  const { stdout } = await new Deno.Command("ps", {
    args: ["-A", "-o", "pid=", "-o", "ppid="],
    stderr: "null",
  }).output();
  for (const line of new TextDecoder().decode(stdout).split("\n")) {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    if (pid === undefined || parent === undefined || !(pid > 0)) continue;
    children.set(parent, [...children.get(parent) ?? [], pid]);
  }
  return children;
}
