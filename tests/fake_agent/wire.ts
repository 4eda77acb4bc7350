/** Something to put on the wire: text, exact bytes in a write of their own, or a pause in ms. */
export type Piece = string | Uint8Array | { readonly pause: number };

/** Where the bytes go; `Deno.stdout` is one. */
export interface Sink {
  write(bytes: Uint8Array): Promise<number>;
}

const encoder = new TextEncoder();
const WRITE_SIZE = 64 * 1024;

/**
 * The way out: an ordered queue in front of stdout. Frames that wait are written together, as fast
 * as the pipe takes them; byte pieces keep their boundaries, for the scenarios that are about those.
 */
export class Wire {
  readonly #sink: Sink;
  #queue: Piece[] = [];
  #pump: Promise<void> | undefined;
  #broken = false;
  #dress: (line: string) => readonly Piece[] = (line) => [line + "\n"];

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Lets a scenario decide how each line (without its end) appears among other bytes. */
  dress(how: (line: string) => readonly Piece[]): void {
    this.#dress = how;
  }

  /** Queues one JSON-RPC frame. */
  send(frame: unknown): void {
    this.push(...this.#dress(JSON.stringify(frame)));
  }

  /** Queues raw pieces, valid frames or not. */
  push(...pieces: readonly Piece[]): void {
    if (this.#broken) return;
    this.#queue.push(...pieces);
    this.#pump ??= this.#run();
  }

  /** Resolves when everything queued so far is in the pipe. */
  flushed(): Promise<void> {
    return this.#pump ?? Promise.resolve();
  }

  async #run(): Promise<void> {
    // One tick of delay lets the frames of one burst share a write.
    await Promise.resolve();
    try {
      while (this.#queue.length > 0) {
        const batch = this.#queue;
        this.#queue = [];
        await this.#writeBatch(batch);
      }
    } catch (error) {
      // The client is gone; the end of stdin will say so too, and ends the process.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      this.#broken = true;
    } finally {
      this.#pump = undefined;
    }
  }

  async #writeBatch(batch: readonly Piece[]): Promise<void> {
    let text = "";
    for (const piece of batch) {
      if (typeof piece === "string") {
        text += piece;
        if (text.length < WRITE_SIZE) continue;
      }
      await this.#writeAll(encoder.encode(text));
      text = "";
      if (piece instanceof Uint8Array) await this.#writeAll(piece);
      else if (typeof piece === "object") await sleep(piece.pause);
    }
    await this.#writeAll(encoder.encode(text));
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) done += await this.#sink.write(bytes.subarray(done));
  }
}

/** The lines of a byte stream, without their ends; a last line without an end counts too. */
export async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // Pieces of a long line are joined once: adding up megabytes chunk by chunk costs a copy each.
  let rest: string[] = [];
  for await (const chunk of stream) {
    const parts = decoder.decode(chunk, { stream: true }).split("\n");
    for (const part of parts.slice(0, -1)) {
      yield [...rest, part].join("").replace(/\r$/, "");
      rest = [];
    }
    rest.push(parts.at(-1) ?? "");
  }
  const last = rest.join("");
  if (last !== "") yield last;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
