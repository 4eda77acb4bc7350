import { RUN_MARK } from "../platform/marked_processes.ts";
import { exists, joinPath } from "../platform/paths.ts";
import { oneLine } from "../platform/text.ts";
import { git, type GitResult } from "./git.ts";
import { gitDirectory } from "./work_tree.ts";
import type { Clock } from "../platform/clock.ts";
import { type CommitFacts, commitsBetween, headCommit } from "./history.ts";
import { commitObstacle } from "./obstacle.ts";
import type { Patience } from "./patience.ts";
import type { PendingWork, WorkPlace } from "./pending.ts";
import { takeOver } from "./take_over.ts";
import { isLikeHead, stage } from "./temporary_index.ts";

/** What to commit. */
export interface CommitRequest extends WorkPlace {
  readonly message: string;
  /** A private directory of the run, which goes with it however it ends. */
  readonly scratch: string;
  /** Ends a commit whose hooks take their time; it counts as refused. */
  readonly stop?: AbortSignal;
  /** The run's id: what git's hooks start carries its mark, and is ended with the run. */
  readonly run: string;
  readonly clock: Clock;
  /** Called right before git commits: whoever dies from then on may leave a commit, and the index behind. */
  readonly onBegin?: () => Promise<void>;
}

/** What came of it. */
export type CommitResult =
  | { readonly kind: "nothing" }
  | Committed
  | Refused;

/** One commit, and what git's hooks have committed on top of it. */
export interface Committed {
  readonly kind: "committed";
  readonly commits: readonly CommitFacts[];
  /** Paths that git could not take, which are not in it. */
  readonly left: readonly string[];
  /** Somebody holds the user's index: until it is brought up to date, it takes the commits back. */
  readonly isIndexBehind: boolean;
}

/** Why nothing was committed. */
export interface Refused {
  readonly kind: "refused";
  /** One line. */
  readonly why: string;
  /** What git and its hooks said. */
  readonly output: string;
  /** Whether it was a hook of git that did not want it. */
  readonly byHook: boolean;
}

/** Why git cannot tell what has changed, in its own words: it is asked once more. */
export async function unreadable(top: string): Promise<Refused> {
  if (!exists(joinPath(top, ".git"))) {
    return inTheWay("the repository of the project is gone: .git was removed");
  }
  const what = "git cannot tell what has changed";
  const result = await git(top, ["status", "--porcelain"]);
  return inTheWay(result.ok ? what : `${what}: ${failed(result).why}`);
}

/**
 * Commits what was found to have changed. The user's index is kept as it is apart from the files that are
 * committed. git's own hooks run; when they refuse, the changes stay, and the index is as it was. Nothing
 * is pushed, and nothing is rewritten.
 */
export async function commitPending(
  request: CommitRequest,
  pending: PendingWork,
): Promise<CommitResult> {
  if (pending.entries.length === 0) return { kind: "nothing" };
  const obstacle = await commitObstacle(request.top, patience(request, LOCK_MS));
  if (obstacle !== undefined) return inTheWay(obstacle);
  const conflict = pending.entries.find(({ isConflict }) => isConflict);
  if (conflict !== undefined) return inTheWay(oneLine(`${conflict.path} is in conflict`, 200));
  const directory = await Deno.makeTempDir({ dir: request.scratch, prefix: "commit-" });
  try {
    return await commitWith(directory, request, pending);
  } finally {
    await Deno.remove(directory, { recursive: true }).catch(() => undefined);
  }
}

/**
 * The message is in UTF-8. Packing takes long, and would be ended with the run: it is left to the
 * person's next command. (The user's way of cleaning messages up, for which there is a flag, could take
 * lines of the agent for comments.)
 */
const SETTINGS = ["-c", "i18n.commitEncoding=UTF-8", "-c", "maintenance.auto=false"];

/** Hooks of git may run a whole test suite. */
const COMMIT_MS = 600_000;
/** What they say goes to the agent; nobody reads more of it than this. */
const KEPT_BYTES = 256 * 1024;
/** So long somebody else may hold the user's index behind a commit, before it is left for later. */
const INDEX_MS = 5_000;
/** So long before it: the work can wait for the next iteration. */
const LOCK_MS = 2_000;

function patience({ clock, stop }: CommitRequest, ms: number): Patience {
  return { clock, ms, ...(stop === undefined ? {} : { stop }) };
}

/** Commits with an index of its own, which takes nothing from the user's and leaves nothing in it. */
async function commitWith(
  directory: string,
  request: CommitRequest,
  { head, entries }: PendingWork,
): Promise<CommitResult> {
  const { top, baseline, message, run, stop } = request;
  const index = joinPath(directory, "index");
  const env = { GIT_INDEX_FILE: index, [RUN_MARK]: run };
  const staging = { gitDirectory: await gitDirectory(top) ?? top, index, env };
  const staged = await stage({ top, head, entries, ...staging });
  if (!staged.ok) return failed(staged);
  if (await isLikeHead(top, env)) return { kind: "nothing" };
  const file = joinPath(directory, "message");
  await Deno.writeTextFile(file, message);
  await request.onBegin?.();
  const done = await git(
    top,
    [...SETTINGS, "commit", "--quiet", "--cleanup=whitespace", `--file=${file}`],
    {
      env,
      group: true,
      // That it is the right repository has just been seen; its hooks may look into others.
      searches: true,
      limitMs: COMMIT_MS,
      keptBytes: KEPT_BYTES,
      ...(stop === undefined ? {} : { stop }),
    },
  );
  if (!done.ok && stop?.aborted !== true) return refused(done);
  // What was stopped in a hook that runs behind the commit has made it.
  if (!done.ok && await headCommit(top) === head) return inTheWay("the run had to end");
  const [commits, isUpToDate] = await Promise.all([
    commitsBetween(top, head, "HEAD"),
    takeOver(top, head, "HEAD", patience(request, INDEX_MS)),
  ]);
  const left = staged.left.map(({ path }) => path);
  for (const { path } of entries) if (!left.includes(path)) baseline.delete(path);
  return { kind: "committed", commits, left, isIndexBehind: !isUpToDate };
}

/** What git itself cannot do, or should not. */
export function inTheWay(why: string, output = ""): Refused {
  return { kind: "refused", why, output, byHook: false };
}

/** What git says of something that has failed. */
function failed({ stdout, stderr }: GitResult): Refused {
  const output = `${stdout}${stderr}`.trim();
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const telling = lines.find((line) => /^(fatal|error):/.test(line)) ?? lines.at(-1);
  return inTheWay(oneLine(telling ?? "no reason", 200), output);
}

/** A commit fails with 1 when a hook does not want it, and with 128 when git cannot make it. */
function refused(result: GitResult): Refused {
  const { why, output } = failed(result);
  const byHook = result.code === 1 || /^fatal: .*aborted by hook/m.test(output);
  return {
    ...inTheWay(byHook && output === "" ? "a hook of git failed without a word" : why, output),
    byHook,
  };
}
