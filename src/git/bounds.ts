import { sendSignal } from "../platform/marked_processes.ts";

/** What is told to end has so long to do it in order. */
const TERM_GRACE_MS = 500;

/** What ends a git command before it ends by itself: its time, and whoever stops it. */
export class Bounds implements Disposable {
  readonly #over = new AbortController();
  readonly #timers: ReturnType<typeof setTimeout>[] = [];
  #isLate = false;
  #isStopped = false;

  /** @param pid the command's, or its process group as a negative number. */
  constructor(pid: number, limitMs: number, stop: AbortSignal | undefined) {
    const end = (signal: Deno.Signal): void => sendSignal(pid, signal);
    this.#after(limitMs, () => {
      this.#isLate = true;
      end("SIGKILL");
    });
    const onStop = (): void => {
      this.#isStopped = true;
      end("SIGTERM");
      this.#after(TERM_GRACE_MS, () => end("SIGKILL"));
    };
    if (stop?.aborted === true) onStop();
    else stop?.addEventListener("abort", onStop, { signal: this.#over.signal });
  }

  get isLate(): boolean {
    return this.#isLate;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Waits for what does not reject, but not longer. */
  async within(ms: number, work: Promise<unknown>): Promise<void> {
    await Promise.race([work, new Promise<void>((resolve) => this.#after(ms, resolve))]);
  }

  [Symbol.dispose](): void {
    this.#over.abort();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #after(ms: number, act: () => void): void {
    this.#timers.push(setTimeout(act, ms));
  }
}
