import type { StoredText } from "../stored_text.ts";
import type { ModelUsage, Usage } from "../usage.ts";

/** Events of iterations, and of what is committed in them. */
export interface IterationEvents {
  /**
   * What was dirty or ignored before the session touched anything, with marks of the contents. Recorded
   * again, without that, when the session has committed some of it: the last one counts.
   */
  readonly "work.baseline": {
    /** A JSON array of pairs of path and mark; instead of a path that holds a secret, its hash. */
    readonly files: StoredText;
    /** How many were dirty. */
    readonly count: number;
    /**
     * Where the root is in the work tree from whose top the paths are seen: empty at the top, and
     * outside git, where all files count as dirty. Absent in older logs.
     */
    readonly within?: string;
  };
  readonly "commit.made": {
    readonly id: string;
    readonly subject: string;
    readonly by: "agent" | "run";
    readonly files: number;
    readonly added: number;
    readonly removed: number;
  };
  /**
   * From this commit on, what is committed in the iteration is the agent's or the run's; null: from now
   * on, somebody else may be committing. Recorded where there are hooks.
   */
  readonly "commit.base": { readonly commit: string | null };
  /**
   * From this commit on (empty: from the first), there may be commits of the run that the user's index
   * does not have, and that nobody has told; null: there are none. Recorded around each commit of the run.
   */
  readonly "commit.index": { readonly from: string | null };
  /** The work of an iteration could not be committed; it stays as it is. */
  readonly "commit.refused": {
    /** The iteration; absent in older logs, where it is the one that was going on. */
    readonly n?: number;
    readonly why: string;
    /** What git's hooks said, for the agent; absent when they had nothing to do with it. */
    readonly output?: string;
    /** Whether a hook of git did not want it; absent in older logs, where its words tell. */
    readonly byHook?: boolean;
  };
  /**
   * What the iterations up to this one have left uncommitted was tried again without a turn, for the last
   * time: no further run is begun for it alone.
   */
  readonly "commit.settled": {
    readonly n: number;
    /** Whether it was refused again; else nothing of it is left. */
    readonly refused: boolean;
  };
  readonly "iteration.started": {
    readonly n: number;
    /** The commit that HEAD is at; absent where no commits are made, and where hooks run first. */
    readonly commit?: string;
  };
  /** What the iteration has spent so far; the last one counts when the run is killed. */
  readonly "iteration.usage": { readonly n: number; readonly usage: Usage };
  readonly "iteration.ended": {
    readonly n: number;
    readonly outcome: Outcome;
    /** The agent's stop reason, or the error that cut the turn short: a hint, not a fact. */
    readonly stop: string;
    readonly ms: number;
    readonly usage: Usage;
    /** Fingerprint of the work tree and of the tasks afterwards; null when nobody could look. */
    readonly state: StateMark | null;
    /** Ids of its commits, the oldest first, and what they add up to; absent where none are made. */
    readonly commits?: readonly string[];
    readonly files?: { readonly changed: number; readonly added: number; readonly removed: number };
    /** What each model has spent, where the agent tells. */
    readonly models?: readonly ModelUsage[];
  };
  readonly "iteration.summary": { readonly n: number; readonly text: string };
}

/** How an iteration went, judged by the store and the files, not by what the agent said of itself. */
export type Outcome = "progress" | "idle" | "failed" | "interrupted";

/** Two fingerprints; a pair of values never seen before in the session means progress. */
export interface StateMark {
  readonly work: string;
  readonly tasks: string;
}
