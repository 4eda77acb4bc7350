import { ContentHashes } from "../../git/content_hash.ts";
import { whyNoWorkTree } from "../../git/work_tree.ts";
import { event } from "../../session/event.ts";
import { type AutoCommit, NO_COMMITS } from "./auto_commit.ts";
import { Committer } from "./committer.ts";
import {
  isWithinAnother,
  noteOutsideGit,
  takeWorkBaseline,
  type WorkSetup,
} from "./work_baseline.ts";

/**
 * Sets automatic commits up. At the session's first run, the files that are dirty are noted: they are a
 * person's, and stay out of every commit while they are unchanged. That is done also when commits are
 * switched off, because a later run may switch them on.
 */
export async function setUpCommits(setup: WorkSetup): Promise<AutoCommit> {
  const { plan, recorder, top } = setup;
  const hashes = new ContentHashes(setup.ownOutput);
  if (top === undefined) {
    await noteOutsideGit(setup, hashes);
    if (plan.autoCommit) {
      const message = `the work will not be committed: ${await whyNoWorkTree(plan.root)}`;
      await recorder.record(event("warning", { message }));
    }
    return NO_COMMITS;
  }
  if (isWithinAnother(setup)) {
    const message =
      "the work will not be committed: the project had a repository of its own, or none, " +
      `and is now within that of ${top}; to have it committed there, begin anew with --reset`;
    if (plan.autoCommit) await recorder.record(event("warning", { message }));
    return NO_COMMITS;
  }
  const baseline = await takeWorkBaseline(setup, top, hashes);
  if (!plan.autoCommit) return NO_COMMITS;
  if (baseline === undefined) {
    const message =
      "the work will not be committed: git cannot tell which files were changed before";
    await recorder.record(event("warning", { message }));
    return NO_COMMITS;
  }
  return new Committer(setup, { top, ignored: setup.ignored, baseline, hashes });
}
