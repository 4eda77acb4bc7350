import {
  commitPending,
  type CommitRequest,
  type CommitResult,
  unreadable,
} from "../../src/git/commit.ts";
import { pendingWork } from "../../src/git/pending.ts";

/** Commits what has changed, as a run does: looks first, then commits what it has found. */
export async function commitWork(request: CommitRequest): Promise<CommitResult> {
  const pending = await pendingWork(request);
  return pending === undefined ? unreadable(request.top) : await commitPending(request, pending);
}
