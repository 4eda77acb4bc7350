import { processIdentity } from "./process_identity.ts";
import { processTable } from "./process_table.ts";
import { sendSignal } from "./marked_processes.ts";

/**
 * Remembers the descendants of a process, or the members of its group, from look to look: where the
 * system does not show a process's environment (macOS), and for those that have shed it. A child that its
 * parent leaves behind is known from an earlier look; one that is started and left behind between two
 * looks is missed.
 */
export class ChildTree {
  readonly #identities = new Map<number, string>();
  readonly #groups = new Set<number>();

  /** Whether nothing is noted. */
  get isEmpty(): boolean {
    return this.#identities.size === 0;
  }

  /** Looks at the processes of the system, and notes the descendants of `root`. */
  async look(root: number): Promise<void> {
    const children = Map.groupBy(await processTable(), ({ parent }) => parent);
    const waiting = [root];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const { pid } of children.get(at) ?? []) {
        waiting.push(pid);
        await this.#note(pid);
      }
    }
  }

  /**
   * Looks at the processes of the system, and notes the members of a process group. From the second look
   * on, new ones are noted only when a member that is known is still among them: without one, the group
   * may have ended, and its number be a stranger's.
   */
  async lookGroup(group: number): Promise<void> {
    const members = (await processTable()).filter((entry) => entry.group === group);
    const isSame = !this.#groups.has(group) || await this.#knowsOneOf(members);
    this.#groups.add(group);
    if (!isSame) return;
    for (const { pid } of members) await this.#note(pid);
  }

  /** Kills what was noted and is still there; a number that another process has got since is spared. */
  async end(): Promise<void> {
    for (const [pid, identity] of this.#identities) {
      if (await processIdentity(pid) === identity) sendSignal(pid, "SIGKILL");
    }
    this.#identities.clear();
  }

  async #note(pid: number): Promise<void> {
    if (this.#identities.has(pid)) return;
    const identity = await processIdentity(pid);
    if (identity !== undefined) this.#identities.set(pid, identity);
  }

  async #knowsOneOf(members: readonly { readonly pid: number }[]): Promise<boolean> {
    for (const { pid } of members) {
      const identity = this.#identities.get(pid);
      if (identity !== undefined && await processIdentity(pid) === identity) return true;
    }
    return false;
  }
}
