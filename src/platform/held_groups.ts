import { sendSignal } from "./marked_processes.ts";

/**
 * The process groups that are held just now, each for as long as its leader lives. By them what was
 * started is ended at once where the system does not show whose a process is (macOS), and when it has
 * shed its mark.
 */
export class HeldGroups {
  readonly #leaders = new Set<number>();

  /**
   * Holds the group of a process until that has ended: from then on its number may be a stranger's.
   *
   * @param exited must not reject.
   */
  hold(leader: number, exited: Promise<unknown>): void {
    this.#leaders.add(leader);
    exited.then(() => this.#leaders.delete(leader));
  }

  /** Kills all of them, without looking back. */
  kill(): void {
    for (const leader of this.#leaders) sendSignal(-leader, "SIGKILL");
  }
}
