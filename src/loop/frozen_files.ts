import { event } from "../session/event.ts";
import { shortHash } from "../session/hash.ts";
import type { Recorder } from "./recorder.ts";

/**
 * Watches the files that a run has read when it began. It goes on with what it has read, so that no agent
 * can loosen its own gates; that a file says something else by now is reported, once for each change.
 */
export class FrozenFiles {
  readonly #marks = new Map<string, string>();
  readonly #recorder: Recorder;

  constructor(paths: readonly string[], recorder: Recorder) {
    for (const path of paths) this.#marks.set(path, markOf(path));
    this.#recorder = recorder;
  }

  /** Looks whether one has changed since the last time. */
  async check(): Promise<void> {
    for (const [path, before] of this.#marks) {
      const now = markOf(path);
      if (now === before) continue;
      this.#marks.set(path, now);
      const message = `${path} has changed: this run goes on with what it said before`;
      await this.#recorder.record(event("warning", { message }));
    }
  }
}

function markOf(path: string): string {
  try {
    return shortHash(Deno.readTextFileSync(path));
  } catch {
    return "";
  }
}
