import { git } from "./git.ts";

/** A commit in numbers. */
export interface CommitFacts {
  readonly id: string;
  readonly subject: string;
  readonly files: number;
  /** The paths of the first of them, as git quotes them; none where nobody could tell. */
  readonly paths: readonly string[];
  readonly added: number;
  readonly removed: number;
  /** The session that iteratr has made it for, by its trailer; empty when somebody else made it. */
  readonly session: string;
}

/** The trailer that names the session. */
export const SESSION_TRAILER = "Iteratr-Session";

/** More commits than a turn of an agent makes; a branch that it checked out may have any number. */
const MAX_COMMITS = 100;

/** So many paths of a commit are kept. */
const MAX_PATHS = 10_000;

/** Independent of the user's settings; a zero stands before each commit, as in no subject. */
const LOG = [
  // How git finds trailers depends on these two.
  ...["-c", "trailer.separators=:", "-c", "core.commentChar=#"],
  "log",
  "--encoding=UTF-8",
  // Without it, `log.showRoot` can keep what the first commit has changed from being told.
  "--root",
  "--reverse",
  `--max-count=${MAX_COMMITS}`,
  `--format=%x00%H%n%s%n%(trailers:key=${SESSION_TRAILER},valueonly,separator=%x2C)`,
  "--numstat",
  "--no-renames",
  "--no-ext-diff",
  "--no-color",
  "--no-show-signature",
];

/** Where HEAD has been, the last place first, and how it came there. */
const MOVES = [
  ...["log", "--walk-reflogs", `--max-count=${MAX_COMMITS}`, "--format=%H%x00%gs"],
  ...["--encoding=UTF-8", "--no-color", "--no-show-signature"],
];

/** When commits must have been made to count. */
export interface Span {
  readonly since?: Date;
  readonly until?: Date;
}

/**
 * The commits from one revision to another, the oldest first; empty when there is no way between.
 *
 * @param before empty before the first commit of a repository.
 * @param span without an end, all count; its beginning matters only where HEAD has gone to another
 *   branch, whose older commits nobody has made just now.
 */
export async function commitsBetween(
  top: string,
  before: string,
  after: string,
  { since, until }: Span = {},
): Promise<readonly CommitFacts[]> {
  if (before === after || after === "") return [];
  const hasGoneOn = before === "" || since === undefined ||
    await isByCommits(top, before, after);
  return await log(top, [
    ...(hasGoneOn ? [] : [`--since=${gitDate(since)}`]),
    ...(until === undefined ? [] : [`--until=${gitDate(until)}`]),
    before === "" ? after : `${before}..${after}`,
  ]);
}

/**
 * Whether HEAD has come from one commit to another by commits alone. A branch that lies ahead leads there
 * as well: that it was checked out is told by the log that git keeps of HEAD, where it keeps one.
 */
async function isByCommits(top: string, before: string, after: string): Promise<boolean> {
  if (!(await git(top, ["merge-base", "--is-ancestor", before, after])).ok) return false;
  const { stdout } = await git(top, [...MOVES, "HEAD", "--"]);
  const moves = stdout.trimEnd().split("\n").map((line) => line.split("\0"));
  const start = moves.findIndex(([id]) => id === before);
  const since = start < 0 ? moves : moves.slice(0, start);
  return since.every(([, how = "commit"]) => how.startsWith("commit"));
}

/** git's dates count in seconds. */
function gitDate(at: Date): string {
  return `@${Math.floor(at.getTime() / 1000)}`;
}

async function log(top: string, args: readonly string[]): Promise<readonly CommitFacts[]> {
  const { ok, stdout } = await git(top, [...LOG, ...args, "--"]);
  return ok ? stdout.split("\0").slice(1).map(factsOf) : [];
}

function factsOf(text: string): CommitFacts {
  const [id = "", subject = "", session = "", ...rest] = text.split("\n");
  const counts = rest.flatMap((line) => {
    const [, added, removed, path = ""] = /^(\d+|-)\t(\d+|-)\t(.*)/.exec(line) ?? [];
    // A binary file counts as changed, without lines.
    return added === undefined ? [] : [[Number(added) || 0, Number(removed) || 0, path] as const];
  });
  return {
    id,
    subject,
    session,
    files: counts.length,
    paths: counts.slice(0, MAX_PATHS).map(([, , path]) => path),
    added: counts.reduce((sum, [added]) => sum + added, 0),
    removed: counts.reduce((sum, [, removed]) => sum + removed, 0),
  };
}

/** The commit that HEAD is at; empty before the first one, `undefined` when git cannot tell. */
export async function headCommit(top: string): Promise<string | undefined> {
  const { ok, code, stdout } = await git(top, ["rev-parse", "--verify", "--quiet", "HEAD"]);
  if (ok) return stdout.trim();
  return code === NO_SUCH_COMMIT ? "" : undefined;
}

/** Every other failure of git has another code. */
const NO_SUCH_COMMIT = 1;
