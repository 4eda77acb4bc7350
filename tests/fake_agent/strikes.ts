import type { Options } from "./options.ts";

/**
 * Decides at which of its occasions a fault shows: from the `from`-th one on (1), `times` times
 * (0 = always). The occasion is a prompt, unless a scenario says otherwise.
 * With `count=PATH` the number lives in a file and goes on across processes, so that a restarted
 * agent does not begin anew.
 */
export class Strikes {
  readonly #from: number;
  readonly #times: number;
  readonly #path: string | undefined;
  #seen = 0;

  constructor(options: Options) {
    this.#from = options.count("from", 1);
    this.#times = options.count("times", 0);
    this.#path = options.text("count", undefined);
  }

  /** Counts one occasion. True when the fault is due at it. */
  next(): boolean {
    const nth = this.#count();
    return nth >= this.#from && (this.#times === 0 || nth < this.#from + this.#times);
  }

  #count(): number {
    if (this.#path === undefined) return ++this.#seen;
    const nth = readNumber(this.#path) + 1;
    Deno.writeTextFileSync(this.#path, String(nth));
    return nth;
  }
}

function readNumber(path: string): number {
  try {
    return Number(Deno.readTextFileSync(path)) || 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
