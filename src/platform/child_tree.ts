import type { ProcessRef } from "./process_identity.ts";
import { type ProcessEntry, processTable } from "./process_table.ts";
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
  readonly #table: () => Promise<readonly ProcessEntry[]>;

  /** @param table tells the processes of the system; none at all when it cannot. */
  constructor(table: () => Promise<readonly ProcessEntry[]> = processTable) {
    this.#table = table;
  }

  /** Whether nothing is noted. */
  get isEmpty(): boolean {
    return this.#identities.size === 0;
  }

  /**
   * Looks at the processes of the system, and notes the descendants of `root`; none when that has ended,
   * whoever has its number now.
   */
  async look(root: ProcessRef): Promise<void> {
    const table = await this.#lookUp();
    const isThere = table.some(({ pid, identity }) =>
      pid === root.pid && identity !== undefined && identity === root.identity
    );
    if (!isThere) return;
    const children = Map.groupBy(table, ({ parent }) => parent);
    const waiting = [root.pid];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const child of children.get(at) ?? []) {
        waiting.push(child.pid);
        this.#note(child);
      }
    }
  }

  /**
   * Looks at the processes of the system, and notes the members of a process group. From the second look
   * on, new ones are noted only when a member that is known is still among them: without one, the group
   * may have ended, and its number be a stranger's.
   */
  async lookGroup(group: number): Promise<void> {
    const members = (await this.#lookUp()).filter((entry) => entry.group === group);
    const isSame = !this.#groups.has(group) || members.some(({ pid }) => this.#identities.has(pid));
    this.#groups.add(group);
    if (!isSame) return;
    for (const member of members) this.#note(member);
  }

  /** Kills what was noted and is still there; a number that another process has got since is spared. */
  async end(): Promise<void> {
    if (this.isEmpty) return;
    // Where the system tells nothing, nobody knows whose numbers they are.
    const isTold = (await this.#lookUp()).length > 0;
    for (const pid of isTold ? this.#identities.keys() : []) sendSignal(pid, "SIGKILL");
    this.#identities.clear();
  }

  /** The processes of the system, one look at all of them; what is no longer there is forgotten. */
  async #lookUp(): Promise<readonly ProcessEntry[]> {
    const table = await this.#table();
    // A system that tells nothing now may do so at the next look.
    if (table.length === 0) return table;
    const identities = new Map(table.map(({ pid, identity }) => [pid, identity]));
    for (const [pid, identity] of this.#identities) {
      if (identities.get(pid) !== identity) this.#identities.delete(pid);
    }
    return table;
  }

  #note({ pid, identity }: ProcessEntry): void {
    if (identity !== undefined) this.#identities.set(pid, identity);
  }
}
