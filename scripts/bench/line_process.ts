/** A process that tells what it does in lines, and ends when its standard input does. */
export class LineProcess {
  /** The whole lines that it has printed so far. */
  readonly lines: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  #hasEnded = false;
  #onNews: () => void = () => undefined;

  /** @param child with standard input and output piped. */
  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#reading = this.#read();
  }

  /** Waits until it has printed so many lines. @throws {Error} when it ends before. */
  async printed(count: number): Promise<void> {
    while (this.lines.length < count) {
      if (this.#hasEnded) throw new Error(`process ${this.#child.pid} has ended by itself`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onNews = resolve;
      await promise;
    }
  }

  /** Waits for its end, for which it may be asked. @returns its lines. */
  async finish(how: "asked" | "by itself"): Promise<readonly string[]> {
    if (how === "asked") await this.#child.stdin.close();
    const { code } = await this.#child.status;
    await this.#reading;
    if (how === "by itself") await this.#child.stdin.close().catch(() => undefined);
    if (code !== 0) throw new Error(`process ${this.#child.pid} has failed (exit ${code})`);
    return this.lines;
  }

  /**
   * Kills it.
   *
   * @returns its whole lines, also those that were still on their way.
   * @throws {Error} when it had ended before.
   */
  async kill(): Promise<readonly string[]> {
    this.#child.kill("SIGKILL");
    const { signal } = await this.#child.status;
    await this.#reading;
    await this.#child.stdin.close().catch(() => undefined);
    if (signal !== "SIGKILL") throw new Error(`process ${this.#child.pid} has ended by itself`);
    return this.lines;
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.lines.push(...lines);
      this.#onNews();
    }
    this.#hasEnded = true;
    this.#onNews();
  }
}
