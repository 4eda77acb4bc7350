import type { Clock } from "./clock.ts";
import { settlesWithin } from "./settled.ts";

const ROUND_MS = 50;
const MOST_ROUNDS = 10;

/** Where the bytes of a pipe go. */
export interface Sink {
  push(chunk: Uint8Array): void;
}

/** Reads a pipe all the time, since a full one would stop whoever writes to it. */
export class PipeReading {
  /** Resolves when the pipe is at its end, or nobody reads it any more; never rejects. */
  readonly ended: Promise<void>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #sink: Sink | undefined;
  #isEnded = false;
  #arrivals = 0;

  constructor(pipe: ReadableStream<Uint8Array>, sink: Sink) {
    this.#reader = pipe.getReader();
    this.#sink = sink;
    this.ended = this.#read();
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /**
   * Resolves when what was in the pipe before the call is read. A process that still holds the pipe must
   * not hold us, even one that writes without end: this resolves at the latest after so many rounds, and
   * before when nothing has come for two, since the timer of one may be served before the pipe is.
   */
  async rest(clock: Clock): Promise<void> {
    let quiet = 0;
    for (let round = 0; round < MOST_ROUNDS && quiet < 2; round++) {
      const arrivals = this.#arrivals;
      if (await settlesWithin(ROUND_MS, this.ended, clock)) return;
      quiet = this.#arrivals === arrivals ? quiet + 1 : 0;
    }
  }

  /** From now on, what comes is dropped. */
  drop(): void {
    this.#sink = undefined;
  }

  /** Closes the pipe: whoever still writes to it gets SIGPIPE. */
  async stop(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined);
    await this.ended;
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        this.#arrivals++;
        this.#sink?.push(value);
      }
    } catch {
      // The pipe broke with the process; its end tells the story.
    }
    this.#isEnded = true;
  }
}
