import { asObject, asText } from "./json.ts";

/**
 * Something that a person must mend before anything can go on: a flag, a file, a missing program.
 * The message is one line: what is wrong, with which value and where, and what is allowed.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  /** What to do next, each as `label: command or advice`. */
  readonly hints: readonly string[];

  constructor(message: string, hints: readonly string[] = []) {
    super(message);
    this.hints = hints;
  }
}

/** Somebody else is at work where a command wanted to be; trying again later may do. */
export class BusyError extends Error {
  override readonly name = "BusyError";
}

/** An agent can put a book into an error. */
const MAX_MESSAGE_CHARS = 2_000;

/** The message of whatever was thrown, on one line, and not endless. */
export function messageOf(error: unknown): string {
  // What is thrown need not be an error, but most often has a message all the same.
  const message = asText(asObject(error)?.["message"]);
  const text = message ?? String(error);
  const line = text.replaceAll(/\s*\n\s*/g, " ").trim();
  return line.length <= MAX_MESSAGE_CHARS ? line : `${line.slice(0, MAX_MESSAGE_CHARS)}...`;
}
