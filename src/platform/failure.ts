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

/** The message of whatever was thrown, on one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s*\n\s*/g, " ").trim();
}
