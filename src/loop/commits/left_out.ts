import type { WhyLeftOut } from "../../git/pending.ts";
import type { StatusEntry } from "../../git/status.ts";
import { oneLine, printable } from "../../platform/text.ts";
import { event } from "../../session/event.ts";
import type { Recorder } from "../recorder.ts";

/** Something that a commit of the run has left as it is. */
interface Left {
  readonly path: string;
  readonly why: WhyLeftOut | "untracked";
}

const WHY_LEFT: Readonly<Record<Left["why"], string>> = {
  "unnameable": "because the name is not valid UTF-8",
  "ignored-before": "because git ignored it before the session",
  "repository": "because it is a git repository of its own",
  "submodule": "because only a commit within the submodule could hold it",
  "untakeable": "because git cannot take it",
  "untracked": "because it was only taken out of git's index, and no .gitignore names it",
};

/** Says of what is not committed that it is not, once in a run. */
export class LeftOutWarnings {
  readonly #recorder: Pick<Recorder, "record">;
  readonly #told = new Set<string>();

  constructor(recorder: Pick<Recorder, "record">) {
    this.#recorder = recorder;
  }

  async tell(left: readonly Left[]): Promise<void> {
    const fresh = left.filter(({ path }) => !this.#told.has(path));
    for (const { path } of fresh) this.#told.add(path);
    for (const [why, paths] of Map.groupBy(fresh, ({ why }) => why)) {
      const names = oneLine(printable(paths.map(({ path }) => path).join(", ")), 200);
      const message = `left uncommitted, ${WHY_LEFT[why]}: ${names}`;
      await this.#recorder.record(event("warning", { message }));
    }
  }
}

/**
 * Files that the index is without, though they are there and not ignored (`git rm --cached`): git lists
 * each of them twice. They are committed as they are, so that a commit cannot do without them.
 */
export function untracked(entries: readonly StatusEntry[]): readonly string[] {
  const removed = new Set(entries.filter(({ staged }) => staged === "D").map(({ path }) => path));
  return entries.filter(({ path, isUntracked }) => isUntracked && removed.has(path))
    .map(({ path }) => path);
}
