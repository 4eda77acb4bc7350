/** What may stand in the log beside frames: things that a test cannot see on the wire. */
export type JournalEvent = "start" | "stdin-closed" | "SIGTERM" | `unanswered ${string}`;

/**
 * The log that tests read (`log=PATH`). One JSON object per line, each with the fake's `pid` and one of
 * `frame` (what the client sent), `line` (a line that was no JSON object) or `event`.
 */
export class Journal {
  readonly #path: string | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  frame(frame: unknown): void {
    this.#append({ frame });
  }

  line(line: string): void {
    this.#append({ line });
  }

  event(event: JournalEvent): void {
    this.#append({ event });
  }

  #append(entry: Readonly<Record<string, unknown>>): void {
    if (this.#path === undefined) return;
    // Synchronous, so that the line is there even when the next thing is a crash or a SIGKILL.
    const line = JSON.stringify({ pid: Deno.pid, ...entry }) + "\n";
    Deno.writeTextFileSync(this.#path, line, { append: true });
  }
}

/** Writes a line to stderr, at once. That nobody reads it is no reason to die. */
export function complain(line: string): void {
  const bytes = new TextEncoder().encode(line + "\n");
  try {
    for (let done = 0; done < bytes.length;) done += Deno.stderr.writeSync(bytes.subarray(done));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
