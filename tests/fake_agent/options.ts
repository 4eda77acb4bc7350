/** A command line that the fake agent cannot follow. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * The `key=value` arguments after the scenario's name; a bare `key` stands for `key=1`.
 * Every reader marks its key as known, so that a mistyped key is found by {@linkcode unread}
 * instead of quietly testing nothing.
 */
export class Options {
  readonly #given: ReadonlyMap<string, string>;
  readonly #read = new Set<string>();

  constructor(args: readonly string[]) {
    this.#given = new Map(args.map((arg): [string, string] => {
      const cut = arg.indexOf("=");
      return cut < 0 ? [arg, "1"] : [arg.slice(0, cut), arg.slice(cut + 1)];
    }));
  }

  /** The text given for a key. */
  text<T extends string | undefined>(key: string, fallback: T): string | T {
    this.#read.add(key);
    return this.#given.get(key) ?? fallback;
  }

  /** One of a closed set of words. */
  word<T extends string>(key: string, words: readonly T[], fallback: T): T {
    const given = this.text(key, fallback);
    const found = words.find((word) => word === given);
    if (found === undefined) {
      throw new UsageError(`${key} must be one of ${words.join(", ")}, got "${given}"`);
    }
    return found;
  }

  /** A list, separated by commas. */
  list(key: string, fallback: readonly string[]): readonly string[] {
    const given = this.text(key, undefined);
    return given === undefined ? fallback : given.split(",").filter((item) => item !== "");
  }

  /** A number from `-Infinity` up; most callers want {@linkcode count}. */
  number(key: string, fallback: number): number {
    const given = this.text(key, undefined);
    const value = given === undefined ? fallback : Number(given);
    if (Number.isNaN(value) || given === "") {
      throw new UsageError(`${key} must be a number, got "${given}"`);
    }
    return value;
  }

  /** A whole number from 0 up. */
  count(key: string, fallback: number): number {
    const value = this.number(key, fallback);
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new UsageError(`${key} must be a whole number from 0 up, got "${value}"`);
    }
    return value;
  }

  /** A switch: `1` or `0`. */
  flag(key: string, fallback = false): boolean {
    return this.word(key, ["0", "1"], fallback ? "1" : "0") === "1";
  }

  /** The keys that were given and that nobody asked for. */
  unread(): readonly string[] {
    return [...this.#given.keys()].filter((key) => !this.#read.has(key));
  }
}
