import type { CommitFacts } from "../../git/history.ts";
import type { WorkTreeStatus } from "../../git/status.ts";

/** Commits what iterations have changed, and keeps account of all commits of a run. */
export interface AutoCommit {
  /**
   * Remembers where HEAD is before an iteration.
   *
   * @returns that commit, empty before the first one; `undefined` when no commits are made.
   */
  begin(): Promise<string | undefined>;
  /** Looks again, in an iteration: what somebody else than the agent has committed is passed over. */
  passOver(): Promise<void>;
  /** Whether a hook of git refused the last commit, with words for the agent. */
  readonly isRefused: boolean;
  /** The commits of the iteration that is going on, as far as they have been recorded. */
  commits(): readonly CommitFacts[];
  /** Paths of what belongs to the session and is not committed; `undefined` when that is not known. */
  uncommitted(): Promise<readonly string[] | undefined>;
  /**
   * Records what the agent has committed in its turn: from now on, somebody else may be committing, until
   * {@linkcode passOver} says that the agent is at it again.
   */
  endTurn(): Promise<void>;
  /** Tells that between two iterations somebody else may have committed something. */
  forget(): void;
  /**
   * Records what the agent has committed, and commits the rest.
   *
   * @param stop breaks the latter off.
   */
  finish(iteration: number, stop: AbortSignal): Promise<Finished>;
  /** Does without the latter, for a turn that was broken off: the next iteration goes on with its work. */
  breakOff(): Promise<Finished>;
}

/** What the end of an iteration's work has come to. */
export interface Finished {
  /** All its commits, the oldest first; `undefined` when none are made. */
  readonly commits: readonly CommitFacts[] | undefined;
  /** Whether git, or a hook of it, has refused one. */
  readonly isRefused?: boolean;
  /** What git has just said of the work tree, where that still holds. */
  readonly status?: WorkTreeStatus;
}

/** Nothing is committed: it was switched off, or there is no git. */
export const NO_COMMITS: AutoCommit = {
  begin: () => Promise.resolve(undefined),
  passOver: () => Promise.resolve(),
  isRefused: false,
  commits: () => [],
  uncommitted: () => Promise.resolve(undefined),
  endTurn: () => Promise.resolve(),
  forget: () => undefined,
  finish: () => Promise.resolve({ commits: undefined }),
  breakOff: () => Promise.resolve({ commits: undefined }),
};
