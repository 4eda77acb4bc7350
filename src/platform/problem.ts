import { UserError } from "./failure.ts";

/** A mistake in a file or a setting that a person writes. */
export interface Problem {
  /** What is wrong, with the value and what is allowed. */
  readonly message: string;
  /** `FILE:LINE:COLUMN`, a flag or a variable. */
  readonly where: string;
}

/**
 * Throws all mistakes as one error; does nothing when there are none.
 *
 * @throws {UserError}
 */
export function throwProblems(problems: readonly Problem[]): void {
  const [first, ...rest] = problems.map(({ message, where }) => `${message} (${where})`);
  if (first === undefined) return;
  throw new UserError(first, rest.map((line) => `also: ${line}`));
}
