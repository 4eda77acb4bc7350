import type { Clock } from "../platform/clock.ts";
import { processIdentity, type ProcessRef } from "../platform/process_identity.ts";
import { formatDuration } from "../platform/text.ts";
import type { Ending } from "../session/ending.ts";
import type { Lease } from "../store/lease.ts";

/** A run on another host that has given no sign of life for so long is taken for dead. */
const SILENCE_MS = 60_000;

/** Whether a process is still the one that it was. */
export async function isSameProcess(ref: ProcessRef): Promise<boolean> {
  const now = await processIdentity(ref.pid);
  return now !== undefined && (ref.identity === null || now === ref.identity);
}

/**
 * Whether the holder of a lease is still there. On this host its process tells, at once; on another one
 * only its sign of life does.
 */
export async function isHolderAlive(lease: Lease, host: string, clock: Clock): Promise<boolean> {
  if (lease.host === host) return await isSameProcess(lease.owner);
  return clock.now().getTime() - Date.parse(lease.heartbeat) < SILENCE_MS;
}

/** The ending of a run that found somebody else at work. */
export function busyEnding(
  what: "session" | "tree",
  holder: Lease,
  tree: string,
  clock: Clock,
): Ending {
  const ago = Math.max(0, clock.now().getTime() - Date.parse(holder.heartbeat));
  const since = new Date(holder.since).toTimeString().slice(0, 5);
  const subject = what === "session"
    ? `session ${holder.session} is run`
    : `the work tree ${tree} is in use by session ${holder.session},`;
  return {
    reason: "busy",
    message: `${subject} by pid ${holder.owner.pid} on host ${holder.host} since ${since} ` +
      `(last sign of life ${formatDuration(ago)} ago).`,
    hints: [],
  };
}
