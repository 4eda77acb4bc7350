/** Where a run's lines go. Writing never blocks: whoever reads slowly only reads later. */
export interface Output {
  /** Adds text to the end of the queue. */
  write(text: string): void;
  /** Resolves when all that was written so far has reached the reader, or will never. */
  drained(): Promise<void>;
}

/**
 * Makes an output that writes in the background.
 *
 * @param file where to, such as `Deno.stdout`.
 * @param onClosed told once, when the reader has closed its end; later text is dropped.
 */
export function makeOutput(
  file: { write(bytes: Uint8Array): Promise<number> },
  onClosed: () => void,
): Output {
  const encoder = new TextEncoder();
  let queue = "";
  let writing: Promise<void> | undefined;
  let closed = false;
  const pump = async (): Promise<void> => {
    try {
      while (queue !== "") {
        const bytes = encoder.encode(queue);
        queue = "";
        for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      }
    } catch {
      closed = true;
      queue = "";
      onClosed();
    } finally {
      writing = undefined;
    }
  };
  return {
    write: (text) => {
      if (closed || text === "") return;
      queue += text;
      writing ??= pump();
    },
    drained: async () => {
      while (writing !== undefined) await writing;
    },
  };
}
