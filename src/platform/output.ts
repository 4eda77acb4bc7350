import { systemClock } from "./clock.ts";

/** More than this waiting in a queue means that the reader is behind. */
const HIGH_WATER_BYTES = 64 * 1024;

/** Where a run's lines go. Writing never blocks the run: whoever reads slowly only reads later. */
export interface Output {
  /** Adds text to the end of the queue. */
  write(text: string): void;
  /** Resolves when the queue is short enough for more; a reader that stops lets it wait. */
  ready(): Promise<void>;
  /**
   * Resolves when all that was written has reached the reader or will never, or when the reader is stuck.
   */
  drained(patienceMs: number): Promise<void>;
  /** Resolves when the reader has let text wait and taken none for so long, or the signal aborts. */
  stuck(patienceMs: number, signal: AbortSignal): Promise<void>;
}

/**
 * Makes an output that writes in the background.
 *
 * @param file where to, such as `Deno.stdout`.
 * @param onClosed told once, when the reader has closed its end; later text is dropped.
 * @param onFailed told when text could not be written for another reason, as on a full disk; that text is
 * lost, and later text is tried again.
 */
export function makeOutput(
  file: { write(bytes: Uint8Array): Promise<number> },
  onClosed: () => void,
  onFailed: (error: unknown) => void = () => undefined,
): Output {
  const encoder = new TextEncoder();
  let queue = "";
  let taken = 0;
  let writing: Promise<void> | undefined;
  let closed = false;
  const pump = async (): Promise<void> => {
    try {
      while (queue !== "") {
        const bytes = encoder.encode(queue);
        queue = "";
        for (let at = 0; at < bytes.length; taken++) at += await file.write(bytes.subarray(at));
      }
    } catch (error) {
      queue = "";
      if (error instanceof Deno.errors.BrokenPipe) {
        closed = true;
        onClosed();
      } else {
        onFailed(error);
      }
    } finally {
      writing = undefined;
    }
  };
  const stuck = async (patienceMs: number, signal: AbortSignal): Promise<void> => {
    for (let before = -1; !signal.aborted; before = taken) {
      if (writing !== undefined && before === taken) return;
      await systemClock.sleep(patienceMs, signal);
    }
  };
  return {
    write: (text) => {
      if (closed || text === "") return;
      queue += text;
      writing ??= pump();
    },
    ready: async () => {
      while (writing !== undefined && queue.length > HIGH_WATER_BYTES) await writing;
    },
    drained: async (patienceMs) => {
      const done = new AbortController();
      const empty = async (): Promise<void> => {
        while (writing !== undefined) await writing;
      };
      await Promise.race([empty(), stuck(patienceMs, done.signal)]);
      done.abort();
    },
    stuck,
  };
}
