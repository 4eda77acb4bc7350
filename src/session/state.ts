import type { Outcome, StateMark } from "./event.ts";
import type { GateBaseline, Judgement } from "./gate.ts";
import type { Note } from "./note.ts";
import type { Task, TaskStatus } from "./task.ts";
import type { StoredText } from "./stored_text.ts";
import { NO_USAGE, type Usage } from "./usage.ts";

/** The small record that every command reads and replaces: counters, and where the session stands. */
export interface Head {
  /** Counts the resets of the session, from 1. */
  readonly epoch: number;
  /** The last event's number; 0 before the first. */
  readonly seq: number;
  /** The highest numbers given so far. */
  readonly tasks: number;
  readonly notes: number;
  readonly iterations: number;
  readonly counts: Readonly<Record<TaskStatus, number>>;
  /** Whether the session is declared done. */
  readonly complete: boolean;
  /** The run and the iteration that are going on, or that a crash left open. */
  readonly run: string | null;
  readonly iteration: number | null;
  /** How the run that is going on was asked to end; null when it was not. */
  readonly stop: "now" | "after-iteration" | null;
  /** What all iterations that have ended have spent. */
  readonly usage: Usage;
  /** ISO time of the last event; empty before the first. */
  readonly lastAt: string;
  /** ISO time until which the run waits for its provider; absent when it does not. */
  readonly waiting?: string;
  /** ISO time since which another agent tries the iteration again; absent during a first attempt. */
  readonly retriedAt?: string;
  /** Output of hooks that no prompt has told yet, the oldest first; absent before the first. */
  readonly held?: readonly HeldOutput[];
  /**
   * Completions of tasks after this event have not had their hooks; absent while no run has such hooks.
   */
  readonly completionsFrom?: number;
  /** Fingerprint of the gates of the last run; absent when it had none. */
  readonly gatesMark?: string;
  /** What the gates said last; absent before they did. */
  readonly judgement?: Judgement;
  /** The events of gates that have failed in the judgement that is going on, or was last. */
  readonly evidence?: readonly number[];
  /**
   * What the run has committed from this commit on, the user's index may not have; empty before the first
   * commit, absent when it has everything.
   */
  readonly indexFrom?: string;
  /** Why the work of an iteration was not committed when it ended last; absent when nothing stood in the way. */
  readonly refused?: Refused;
  /** For what the iterations up to this one have left uncommitted, no further run is begun. */
  readonly settled?: number;
}

/** A commit that could not be made. */
export interface Refused {
  /** The iteration. */
  readonly n: number;
  /** A hook of git, whose words are for the agent, or something that a person has to clear away. */
  readonly by: "hook" | "obstacle";
  /** A run has ended that has told the agent, in an extra turn. */
  readonly told?: true;
}

/** The event that tells the output of a hook. */
export interface HeldOutput {
  readonly seq: number;
  readonly failed: boolean;
}

/** One iteration as the fold of its events leaves it. */
export interface Iteration {
  readonly n: number;
  readonly run: string | null;
  readonly startedAt: string;
  /** Null while it is going on. */
  readonly endedAt: string | null;
  readonly outcome: Outcome | null;
  readonly summary: string | null;
  readonly usage: Usage;
  readonly state: StateMark | null;
  /** What git's hooks said when they refused its commit; absent when they did not. */
  readonly refusal?: string;
  /**
   * What is committed from this commit on is the agent's or the run's; absent where no commits are made,
   * and while hooks may be committing.
   */
  readonly commit?: string;
}

/** What a session works on, as its runs have found it. */
export interface Info {
  /** Absolute path of the spec, and the copy of it that was read last. */
  readonly spec: string | null;
  readonly text: StoredText | null;
  /** Of the last run. */
  readonly root: string | null;
  readonly model: string | null;
  /** The files that were dirty before the session touched anything; null before it was looked. */
  readonly baseline: StoredText | null;
  /** Where the root was then, as seen from the top of its work tree; absent in older logs. */
  readonly within?: string;
  /** What the gates said before the session touched anything; absent when they were not run then. */
  readonly gates?: GateBaseline;
}

/** What is known of a session that has not run yet. */
export const NO_INFO: Info = { spec: null, text: null, root: null, model: null, baseline: null };

/** Everything that the events of a session add up to. */
export interface SessionState {
  readonly head: Head;
  readonly info: Info;
  readonly tasks: ReadonlyMap<number, Task>;
  readonly notes: ReadonlyMap<number, Note>;
  readonly iterations: ReadonlyMap<number, Iteration>;
}

/** A session before its first event. */
export function emptyHead(epoch: number): Head {
  return {
    epoch,
    seq: 0,
    tasks: 0,
    notes: 0,
    iterations: 0,
    counts: { remaining: 0, in_progress: 0, completed: 0, blocked: 0, cancelled: 0 },
    complete: false,
    run: null,
    iteration: null,
    stop: null,
    usage: NO_USAGE,
    lastAt: "",
  };
}

/** How many tasks still need work; blocked ones do. */
export function openTasks(head: Head): number {
  return head.counts.remaining + head.counts.in_progress + head.counts.blocked;
}
