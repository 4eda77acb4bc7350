/** How a process ended, and all that it printed. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that does not end, or a condition that does not come true, is given up after this. */
const DEADLINE_MS = 60_000;

/** A process of iteratr while it runs; killed when it is disposed of. */
export class Run implements AsyncDisposable {
  stdout = "";
  stderr = "";
  readonly #child: Deno.ChildProcess;
  readonly #stdout: ReadableStreamDefaultReader<string>;
  readonly #stderr: ReadableStreamDefaultReader<string>;
  readonly #reading: Promise<unknown>;
  #hasEnded = false;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#stdout = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#stderr = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    this.#reading = Promise.all([
      read(this.#stdout, (text) => {
        this.stdout += text;
      }),
      read(this.#stderr, (text) => {
        this.stderr += text;
      }),
    ]);
    child.status.then(() => {
      this.#hasEnded = true;
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Closes the reading end of its stdout, as `head` does. */
  async closeStdout(): Promise<void> {
    await this.#stdout.cancel();
  }

  /** Waits until a condition holds that the process, or something that it started, makes true. */
  async until(condition: () => boolean): Promise<void> {
    const end = Date.now() + DEADLINE_MS;
    while (!condition()) {
      if (this.#hasEnded) throw new Error(this.#complaint("ended before its time"));
      if (Date.now() > end) throw new Error(this.#complaint("waited for in vain"));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Waits for its end, and for all that it printed. */
  async finished(within = DEADLINE_MS): Promise<Finished> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), within);
    });
    const status = await Promise.race([this.#child.status, late]);
    clearTimeout(timer);
    if (status === undefined) throw new Error(this.#complaint(`did not end in ${within} ms`));
    await this.#reading;
    return { code: status.code, stdout: this.stdout, stderr: this.stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
    // Something that it started may hold the pipes still.
    await this.#stdout.cancel().catch(() => undefined);
    await this.#stderr.cancel().catch(() => undefined);
    await this.#reading;
  }

  #complaint(what: string): string {
    const tail = (text: string): string => text.slice(-2000);
    return `iteratr ${what}\n--- stdout\n${tail(this.stdout)}\n--- stderr\n${tail(this.stderr)}`;
  }
}

async function read(
  reader: ReadableStreamDefaultReader<string>,
  take: (text: string) => void,
): Promise<void> {
  for (let step = await reader.read(); !step.done; step = await reader.read()) take(step.value);
}
