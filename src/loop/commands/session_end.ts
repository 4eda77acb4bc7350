import type { Clock } from "../../platform/clock.ts";
import { type Ending, exitCode } from "../../session/ending.ts";
import type { HookRunner } from "./hook_runner.ts";

/** Whoever has told the run to end at once waits for its last hooks no longer than this. */
const HURRY_MS = 3_500;

/**
 * Runs the `session_end` hooks, which are told how the run ends.
 *
 * @param stop when it aborts, or has aborted before, all of them together have a few seconds left.
 */
export async function endSession(
  hooks: HookRunner,
  ending: Ending,
  stop: AbortSignal,
  clock: Clock,
): Promise<void> {
  const over = new AbortController();
  const done = new AbortController();
  const hurry = async (): Promise<void> => {
    await clock.sleep(HURRY_MS, done.signal);
    over.abort();
  };
  if (stop.aborted) void hurry();
  else stop.addEventListener("abort", () => void hurry(), { once: true, signal: done.signal });
  try {
    const variables = { reason: ending.reason, exitCode: exitCode(ending) };
    await hooks.run("session_end", variables, over.signal);
  } finally {
    done.abort();
  }
}
