import { readStatus } from "../../git/status.ts";
import type { CommitFacts } from "../../git/history.ts";
import { oneLine, printable } from "../../platform/text.ts";
import { indented } from "../../prompt/indented.ts";

/** So many files and commits are named. */
const MAX_NAMED = 30;

/** What an attempt that failed has left behind. */
export interface FailedAttempt {
  readonly error: string;
  /** The top of the work tree; `undefined` outside git. */
  readonly top: string | undefined;
  /** What it has committed. */
  readonly commits: readonly Pick<CommitFacts, "id" | "subject">[];
  /** Paths of what belongs to the session and is not committed; `undefined` where that is not known. */
  readonly uncommitted: readonly string[] | undefined;
}

/**
 * Tells the agent that takes an iteration up again what became of the attempt before it: it knows nothing
 * of that, and must neither do its work twice nor trust that it was finished.
 */
export async function attemptSection(
  { error, top, commits, uncommitted }: FailedAttempt,
): Promise<string> {
  const parts = [
    "# An earlier attempt at this iteration failed",
    `The previous attempt at it was interrupted: ${oneLine(printable(error), 500)}. ` +
    "What it has done until then is still there: the tasks above are as it left them, and so are " +
    "the files. Look at them before you start, go on from there, and do not do again what is done.",
  ];
  if (top === undefined) return parts.join("\n\n");
  const files = uncommitted ?? (await readStatus(top))?.entries.map(({ path }) => path) ?? [];
  return [
    ...parts,
    ...named("It has committed", commits.map(({ id, subject }) => `${id.slice(0, 7)} ${subject}`)),
    ...named("Changed and not committed", files),
    ...(commits.length + files.length === 0 ? ["It has changed no file."] : []),
  ].join("\n\n");
}

function named(title: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, MAX_NAMED).map((name) => oneLine(printable(name), 200));
  const left = names.length - shown.length;
  const more = left === 0 ? [] : [`and ${left} more`];
  return [`${title}:`, indented([...shown, ...more].join("\n"))];
}
