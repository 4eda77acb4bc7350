import { systemClock } from "../platform/clock.ts";
import { isProven } from "../loop/decide.ts";
import { isHolderAlive } from "../loop/holder.ts";
import type { EndingReason } from "../session/ending.ts";
import { isKnown } from "../session/event.ts";
import type { Judgement } from "../session/gate.ts";
import { type Head, openTasks } from "../session/state.ts";
import type { TaskStatus } from "../session/task.ts";
import { addUsage, type Usage } from "../session/usage.ts";
import { type Lease, readLease } from "../store/lease.ts";
import type { Store } from "../store/open.ts";
import { readEvents, readIterations } from "../store/read.ts";

/** Where a session stands, for people and for programs. */
export interface SessionSummary {
  readonly session: string;
  readonly state: "complete" | "open" | "running";
  /** The last iteration begun; 0 before the first. */
  readonly iteration: number;
  readonly tasks: Readonly<Record<TaskStatus, number>>;
  readonly open: number;
  /** The run that is going on. */
  readonly run: {
    readonly pid: number;
    readonly host: string;
    readonly since: string;
    readonly heartbeat: string;
  } | null;
  /** ISO time until which the run waits for its provider; null when it does not. */
  readonly waiting: string | null;
  /** ISO time of the last event. */
  readonly lastActivity: string;
  readonly usage: Usage;
  readonly lastEnding: LastEnding | null;
  /** What the gates said last; null when they have not judged the session yet. */
  readonly judgement: SummedJudgement | null;
  /** Whether the last run has died without an ending; the next one mends that. */
  readonly hasDied: boolean;
}

/** A judgement, as a reader of a summary needs it. */
export type SummedJudgement = Omit<Judgement, "gates" | "inARow">;

/** How the last run that has ended did so. */
export interface LastEnding {
  readonly at: string;
  readonly reason: EndingReason;
  readonly code: number;
  readonly message: string;
}

/** Sums up a session. */
export async function summarizeSession(
  store: Store,
  session: string,
  head: Head,
): Promise<SessionSummary> {
  const lease = await liveLease(store, session);
  const open = openTasks(head);
  const { gatesMark: gates = "" } = head;
  // What its gates have not passed is only declared to be complete.
  const isDone = head.complete && head.tasks > 0 && open === 0 &&
    isProven(head, { gates, tolerates: true });
  const current = (await readIterations(store, session, head, 1)).at(-1);
  const running = current !== undefined && current.endedAt === null ? current.usage : undefined;
  return {
    session,
    state: lease !== undefined ? "running" : isDone ? "complete" : "open",
    iteration: head.iterations,
    tasks: head.counts,
    open,
    run: lease === undefined ? null : {
      pid: lease.owner.pid,
      host: lease.host,
      since: lease.since,
      heartbeat: lease.heartbeat,
    },
    waiting: lease === undefined ? null : head.waiting ?? null,
    lastActivity: head.lastAt,
    usage: running === undefined ? head.usage : addUsage(head.usage, running),
    hasDied: lease === undefined && head.run !== null,
    judgement: judgementOf(head),
    lastEnding: await lastEnding(store, session, head),
  };
}

function judgementOf({ judgement }: Head): SummedJudgement | null {
  if (judgement === undefined) return null;
  const { at, passed, failed, tolerated, iteration, commit, dirty } = judgement;
  return { at, passed, failed, tolerated, iteration, commit, dirty };
}

/** The lease of a run that is still there. */
export async function liveLease(store: Store, session: string): Promise<Lease | undefined> {
  const lease = await readLease(store, session);
  if (lease === undefined) return undefined;
  return await isHolderAlive(lease, Deno.hostname(), systemClock) ? lease : undefined;
}

/** So many of the last events are looked through. */
const LOOK_BACK = 200;

async function lastEnding(
  store: Store,
  session: string,
  head: Head,
): Promise<LastEnding | null> {
  // The end of a run is its last event, so it is among the last ones unless somebody has been busy since.
  for (const after of [Math.max(0, head.seq - LOOK_BACK), 0]) {
    let found: LastEnding | null = null;
    for await (const event of readEvents(store, session, head, after)) {
      if (!isKnown(event) || event.type !== "run.ended") continue;
      const { reason, code, message } = event.data;
      found = { at: event.at, reason, code, message };
    }
    if (found !== null || after === 0) return found;
  }
  return null;
}
