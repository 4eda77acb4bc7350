import { joinPath } from "../../src/platform/paths.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import type { OpenOptions } from "../../src/store/open.ts";

/** A temporary directory with a data directory in it, gone when the test ends, however it ends. */
export class Place implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Place> {
    const place = new Place(await Deno.makeTempDir({ prefix: "iteratr-test-" }));
    // The root is never looked for above a repository, so what else lies in /tmp does not matter.
    await Deno.mkdir(place.join(".git"));
    return place;
  }

  /** The data directory; not made yet. */
  get data(): string {
    return this.join(".iteratr");
  }

  join(...parts: readonly string[]): string {
    return joinPath(this.path, ...parts);
  }

  /** Opens the store of the data directory, and makes it when it is not there. */
  async open(options: Partial<OpenOptions> = {}): Promise<Store> {
    return await openStore({ directory: this.data, create: true, ...options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
