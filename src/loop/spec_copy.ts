import { messageOf, UserError } from "../platform/failure.ts";
import { event } from "../session/event.ts";
import type { Head, Info } from "../session/state.ts";
import { loadText, storeText } from "../store/blob.ts";
import type { Store } from "../store/open.ts";
import type { Recorder } from "./recorder.ts";

/**
 * Reads the spec.
 *
 * @returns `undefined` when it is not there.
 * @throws {UserError} when it cannot be read.
 */
export async function readSpec(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new UserError(`the spec ${path} cannot be read: ${messageOf(error)}`);
  }
}

/** The copy of the spec that the session has kept; `undefined` when it has none. */
export async function storedSpec(
  store: Store,
  session: string,
  head: Head,
  info: Info,
): Promise<string | undefined> {
  return info.text === null ? undefined : await loadText(store, session, head.epoch, info.text);
}

/**
 * Keeps the session's copy of the spec up to date: it is read again for each iteration, a change is an
 * event, and while the file is missing the copy serves.
 */
export class SpecCopy {
  readonly #path: string;
  readonly #recorder: Recorder;
  #text: string | undefined;
  #isMissing = false;

  /** @param text the copy that the session has kept. */
  constructor(path: string, recorder: Recorder, text: string | undefined) {
    this.#path = path;
    this.#recorder = recorder;
    this.#text = text;
  }

  /**
   * The spec for the next prompt.
   *
   * @throws {UserError} when there is neither file nor copy.
   */
  async current(): Promise<string> {
    const text = await readSpec(this.#path);
    // An editor that saves may leave it empty for a moment.
    if (text === undefined || text.trim() === "") return await this.#fromCopy();
    this.#isMissing = false;
    if (text === this.#text) return text;
    const { text: stored, blobs } = await storeText(text);
    await this.#recorder.recordWith(
      blobs,
      event("spec.recorded", { path: this.#path, text: stored, changed: this.#text !== undefined }),
    );
    this.#text = text;
    return text;
  }

  async #fromCopy(): Promise<string> {
    if (this.#text === undefined) throw new UserError(`the spec ${this.#path} does not exist`);
    if (!this.#isMissing) {
      this.#isMissing = true;
      const message = `the spec ${this.#path} no longer exists: the stored copy is used`;
      await this.#recorder.record(event("warning", { message }));
    }
    return this.#text;
  }
}
