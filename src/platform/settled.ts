import type { Clock } from "./clock.ts";

/** Whether the work is settled in time. The work must not reject. */
export async function settlesWithin(
  ms: number,
  work: Promise<unknown>,
  clock: Clock,
): Promise<boolean> {
  const woken = new AbortController();
  const timer = clock.sleep(ms, woken.signal).then(() => false);
  const settled = await Promise.race([work.then(() => true), timer]);
  woken.abort();
  return settled;
}
