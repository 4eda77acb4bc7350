/** Keeps a stream of bytes whole up to a bound, and nothing of it beyond. */
export class Collection {
  readonly #most: number;
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  /** @param most how many bytes to keep. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many bytes have come. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds bytes at the end. */
  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= this.#most) this.#chunks.push(chunk);
    // A part would be taken for the whole.
    else this.#chunks = [];
  }

  /** What has come, read as UTF-8; empty when it was too much. */
  text(): string {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const parts = this.#chunks.map((chunk) => decoder.decode(chunk, { stream: true }));
    return `${parts.join("")}${decoder.decode()}`;
  }
}
