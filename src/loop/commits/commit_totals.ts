import type { CommitFacts } from "../../git/history.ts";
import { event, type EventData, type NewEvent } from "../../session/event.ts";

/** The event of a commit. */
export function commitMade(commit: CommitFacts, by: "agent" | "run"): NewEvent {
  const { id, subject, files, added, removed } = commit;
  return event("commit.made", { id, subject, by, files, added, removed });
}

/**
 * The commits of an iteration, as its end tells them; nothing where none are made. A file counts once,
 * whatever number of commits has changed it, and lines count as often as they were.
 */
export function commitTotals(
  commits: readonly CommitFacts[] | undefined,
): Pick<EventData["iteration.ended"], "commits" | "files"> {
  if (commits === undefined) return {};
  const sum = (of: (commit: CommitFacts) => number): number =>
    commits.reduce((total, commit) => total + of(commit), 0);
  const paths = new Set(commits.flatMap((commit) => commit.paths));
  return {
    commits: commits.map(({ id }) => id),
    files: {
      changed: paths.size + sum((commit) => commit.files - commit.paths.length),
      added: sum(({ added }) => added),
      removed: sum(({ removed }) => removed),
    },
  };
}
