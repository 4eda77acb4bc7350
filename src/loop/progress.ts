import type { StateMark } from "../session/event.ts";
import { shortHash } from "../session/hash.ts";
import type { Task } from "../session/task.ts";

/**
 * Remembers every state of the files and of the tasks that the session has been in. An iteration makes
 * progress when it leads to a state of either that is new; so going back and forth is none.
 */
export class SeenStates {
  readonly #work = new Set<string>();
  readonly #tasks = new Set<string>();

  /** Adds a state; tells whether it has anything that was not seen before. */
  add(mark: StateMark): boolean {
    const isNew = !this.#work.has(mark.work) || !this.#tasks.has(mark.tasks);
    this.#work.add(mark.work);
    this.#tasks.add(mark.tasks);
    return isNew;
  }
}

/** Fingerprints where all tasks stand. Notes and summaries are not part of it: they are no progress. */
export function tasksMark(tasks: readonly Task[]): string {
  const facts = tasks.map((
    { n, text, status, priority, dependsOn },
  ) => [n, text, status, priority, ...dependsOn]);
  return shortHash(JSON.stringify(facts));
}
