import { takeOverLate } from "../../git/take_over.ts";
import { event, type NewEvent } from "../../session/event.ts";
import type { WorkSetup } from "./work_baseline.ts";

/**
 * Keeps account of commits that the user's index does not have yet: while somebody else holds it, it
 * cannot be brought up to date, and a person's next commit would take the work back. What is owed is in
 * the log, so that it is made good by whichever run comes first.
 */
export class IndexDebt {
  readonly #setup: Pick<WorkSetup, "recorder" | "store">;
  readonly #top: string;
  /** The commit that the index was last made for; `undefined` when nothing is owed. */
  #from: string | undefined;
  /** Whether a commit is being made that the log may have to tell of. */
  #isOpen = false;
  #isTold = false;

  constructor(setup: Pick<WorkSetup, "recorder" | "store" | "head">, top: string) {
    this.#setup = setup;
    this.#top = top;
    this.#from = setup.head.indexFrom;
  }

  /** Makes good what is owed, unless somebody holds the index still. */
  async pay(): Promise<void> {
    if (this.#from === undefined) return;
    const { recorder, store } = this.#setup;
    // Who waits for it is the next commit.
    const patience = { clock: store.clock, ms: 0 };
    if (await takeOverLate(this.#top, this.#from, "HEAD", patience)) {
      this.#from = undefined;
      await recorder.record(event("commit.index", { from: null }));
    } else await this.#tell();
  }

  /** A commit is begun: if nobody comes to say how it went, the index may lack it. */
  async begin(head: string): Promise<void> {
    if (this.#from !== undefined) return;
    await this.#setup.recorder.record(event("commit.index", { from: head }));
    this.#from = head;
    this.#isOpen = true;
  }

  /** The commit has ended. */
  async end(isBehind: boolean): Promise<readonly NewEvent[]> {
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    if (isBehind) await this.#tell();
    if (isBehind || !wasOpen) return [];
    this.#from = undefined;
    return [event("commit.index", { from: null })];
  }

  /** Says once in a run that it is dangerous to commit. */
  async #tell(): Promise<void> {
    if (this.#isTold) return;
    this.#isTold = true;
    const message =
      "another git process holds the index (index.lock): git status shows committed work as taken back, " +
      "and a commit of yours would do so. It is put right before the next iteration or run";
    await this.#setup.recorder.record(event("warning", { message }));
  }
}
