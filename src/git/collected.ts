/** What a pipe has brought so far, as text. */
export class Collected {
  /** Resolves when the pipe is at its end, or nobody reads it any more; never rejects. */
  readonly ended: Promise<void>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(pipe: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = pipe.pipeThrough(new TextDecoderStream()).getReader();
    this.ended = this.#read();
  }

  get text(): string {
    return this.#text;
  }

  async stop(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined);
    await this.ended;
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) return;
        this.#text += value;
      }
    } catch {
      // The pipe broke with the process; its exit code tells the story.
    }
  }
}
