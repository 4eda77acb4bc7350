import type { NewEvent } from "./event.ts";
import type { Head } from "./state.ts";
import type { Task } from "./task.ts";

/** The longest text of a task, note, summary or command, in UTF-8 bytes. */
export const MAX_TEXT_BYTES = 16 * 1024;

/** The most tasks that one command may add. */
export const MAX_BATCH = 200;

/** What a rule may look at: the head, and all tasks in ascending order of their numbers. */
export interface SessionView {
  readonly head: Head;
  readonly tasks: readonly Task[];
}

/** What a rule says to a command: these events, or a refusal in one line. */
export type Ruling =
  | { readonly ok: true; readonly events: readonly NewEvent[] }
  | { readonly ok: false; readonly why: string };

/** A command that is carried out by these events. */
export function granted(...events: readonly NewEvent[]): Ruling {
  return { ok: true, events };
}

/** A command that changes nothing, and why. */
export function refused(why: string): Ruling {
  return { ok: false, why };
}

/**
 * Checks a text that is to be stored.
 *
 * @param what the thing it belongs to, as it is called in the message, e.g. `the task's content`.
 * @returns why it is refused, or `undefined` when it is fine.
 */
export function textProblem(what: string, text: string): string | undefined {
  if (text.trim() === "") return `${what} is empty: say in a few words what it is about`;
  const why = lengthProblem(text);
  return why === undefined ? undefined : `${what} ${why}`;
}

/**
 * Checks that a text is no longer than any may be.
 *
 * @returns what is wrong with it, to follow what it is called: `is ...`.
 */
export function lengthProblem(text: string): string | undefined {
  const bytes = new TextEncoder().encode(text).length;
  return bytes > MAX_TEXT_BYTES
    ? `is ${bytes} bytes long; at most ${MAX_TEXT_BYTES} are allowed`
    : undefined;
}
