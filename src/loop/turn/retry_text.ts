import { AgentError } from "../../agent/errors.ts";
import { plural } from "../../platform/text.ts";

/** How long to wait before a retry, counted from 0, in milliseconds. */
export function delayBefore(retry: number, delaysMs: readonly number[]): number {
  return delaysMs[retry] ?? delaysMs.at(-1) ?? 0;
}

/** The last of the attempts that failed. */
export interface LastFailure {
  readonly error: AgentError;
  readonly text: string;
  readonly n: number;
  readonly retries: number;
  /** The end of the agent's stderr. */
  readonly lines: readonly string[];
}

/** What is said when the retries of an iteration are used up. */
export function usedUp(
  { error, text, n, retries, lines }: LastFailure,
  delaysMs: readonly number[],
): AgentError {
  const pauses = Array.from({ length: retries }, (_, at) => `${delayBefore(at, delaysMs) / 1000}s`);
  const tried = retries === 0
    ? ""
    : `; ${plural(retries, "retry", "retries")} (after ${pauses.join(", ")}) did not help`;
  const message = `${text} in iteration ${n}${tried}`;
  return new AgentError(message, error.lastWords, error.rpc, lines);
}
