import { bareEnvironment } from "./environment.ts";

/** A script that hangs is killed, so that its test fails and does not hang as well. */
const PATIENCE_MS = 60_000;

/** A script of this directory as a process of its own; killed when it is disposed of. */
export class Script implements AsyncDisposable {
  /** The whole lines that it has printed so far. */
  readonly lines: string[] = [];
  #stderr = "";
  #ended = false;
  #onNews: () => void = () => undefined;
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  readonly #watchdog: ReturnType<typeof setTimeout>;

  constructor(name: string, ...args: readonly string[]) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", new URL(name, import.meta.url).pathname, ...args],
      clearEnv: true,
      env: bareEnvironment(),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#watchdog = setTimeout(() => this.#child.kill("SIGKILL"), PATIENCE_MS);
    this.#reading = Promise.all([this.#readLines(), this.#readErrors()]);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Waits until enough lines have come. */
  async printed(count: number): Promise<void> {
    while (this.lines.length < count) {
      if (this.#ended) throw new Error(`ended after ${this.lines.length} lines: ${this.#stderr}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onNews = resolve;
      await promise;
    }
  }

  /** Closes its standard input, which asks it to end; resolves when it has, and throws if it failed. */
  async finish(): Promise<readonly string[]> {
    await this.#child.stdin.close();
    await this.#gone();
    const { code } = await this.#child.status;
    if (code !== 0) throw new Error(`ended with code ${code}: ${this.#stderr}`);
    return this.lines;
  }

  /** Kills it at once; resolves when it is gone and all that it has printed is read. */
  async kill(): Promise<readonly string[]> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#gone();
    return this.lines;
  }

  async #gone(): Promise<void> {
    await this.#child.status;
    await this.#reading;
    clearTimeout(this.#watchdog);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.#child.stdin.close().catch(() => undefined);
  }

  async #readLines(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.lines.push(...lines);
      this.#onNews();
    }
    this.#ended = true;
    this.#onNews();
  }

  async #readErrors(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.#stderr += text;
    }
  }
}
