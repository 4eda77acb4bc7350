import { UserError } from "../platform/failure.ts";
import { formatDuration, oneLine, plural, printable } from "../platform/text.ts";
import { usageText } from "../session/usage_text.ts";
import { TASK_STATUSES } from "../session/task.ts";
import { isStore, type Store, storeFile } from "../store/open.ts";
import { readHead, sessionNames } from "../store/read.ts";
import { type CommandWorld, dataDirectory, noSuchSession, openExisting } from "./context.ts";
import { type SessionSummary, summarizeSession, type SummedJudgement } from "./session_summary.ts";

/** The flags of `iteratr status` and `iteratr sessions`. */
export interface StatusFlags {
  readonly json?: boolean;
  readonly running?: boolean;
  readonly dataDir?: string;
}

/** The exit codes of `iteratr status`: a contract for scripts. */
const STATE_CODES = { complete: 0, open: 10, running: 11 } as const;

/**
 * `iteratr status [SESSION]`: where a session stands.
 *
 * @returns 0 when it is complete, 10 when it is open, 11 when a run is going on.
 */
export async function status(
  given: string | undefined,
  flags: StatusFlags,
  world: CommandWorld,
): Promise<number> {
  await using store = await openExisting(dataDirectory(world, flags.dataDir));
  const session = given ?? await onlySession(store);
  const head = await readHead(store, session);
  if (head === undefined) throw await noSuchSession(store, session);
  const summary = await summarizeSession(store, session, head);
  world.stdout(flags.json === true ? `${JSON.stringify(summary)}\n` : statusLines(summary));
  return STATE_CODES[summary.state];
}

/** `iteratr sessions`: a line for every session. */
export async function sessions(flags: StatusFlags, world: CommandWorld): Promise<void> {
  const directory = dataDirectory(world, flags.dataDir);
  if (!isStore(storeFile(directory))) {
    world.stdout(flags.json === true ? "[]\n" : "there is no session\n");
    return;
  }
  await using store = await openExisting(directory);
  const summaries: SessionSummary[] = [];
  for (const name of await sessionNames(store)) {
    const head = await readHead(store, name);
    if (head === undefined) continue;
    const summary = await summarizeSession(store, name, head);
    if (flags.running !== true || summary.state === "running") summaries.push(summary);
  }
  if (flags.json === true) {
    world.stdout(`${JSON.stringify(summaries)}\n`);
    return;
  }
  if (summaries.length === 0) {
    world.stdout(flags.running === true ? "no run is going on\n" : "there is no session\n");
    return;
  }
  const width = Math.max(...summaries.map(({ session }) => session.length));
  for (const { session, state, open, tasks, lastActivity } of summaries) {
    const counts = `${open} open, ${tasks.completed} done`;
    world.stdout(
      `${session.padEnd(width)}  ${state.padEnd(8)}  ${counts.padEnd(18)}  ${ago(lastActivity)}\n`,
    );
  }
}

/**
 * The session that is meant when none is named.
 *
 * @throws {UserError} when there are several, or none.
 */
export async function onlySession(store: Store): Promise<string> {
  const names = await sessionNames(store);
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw new UserError(
    names.length === 0
      ? "there is no session"
      : `several sessions exist (${names.join(", ")}): name one`,
  );
}

function statusLines(summary: SessionSummary): string {
  const { run, lastEnding, tasks } = summary;
  const counts = TASK_STATUSES.filter((name) => tasks[name] > 0)
    .map((name) => `${tasks[name]} ${name.replace("_", " ")}`);
  const usage = usageText(summary.usage);
  const lines = [
    ["session", `${summary.session}  ${summary.state}`],
    ["tasks", counts.length === 0 ? "none yet" : counts.join(", ")],
    [
      "spent",
      `${plural(summary.iteration, "iteration")}, ${usage === "" ? "usage unknown" : usage}`,
    ],
    [
      "run",
      run === null
        ? summary.hasDied
          ? "the last run was killed before it could finish; the next run will recover it"
          : "none is going on"
        : `pid ${run.pid} on host ${run.host}, begun ` +
          `${ago(run.since)}; last sign of life ${ago(run.heartbeat)}`,
    ],
    ...(summary.waiting === null
      ? []
      : [["waits", `for its provider, until ${summary.waiting}`] as const]),
    ["active", ago(summary.lastActivity)],
    ...(summary.judgement === null ? [] : [["gates", judgementText(summary.judgement)] as const]),
    [
      "ended",
      lastEnding === null
        ? "no run has ended yet"
        : `${lastEnding.reason} (exit ${lastEnding.code}), ${
          ago(lastEnding.at)
        }: ${lastEnding.message}`,
    ],
  ] as const;
  return lines.map(([label, text]) => `${label.padEnd(8)}${text}\n`).join("");
}

function judgementText(
  { at, passed, failed, tolerated, iteration, commit, dirty }: SummedJudgement,
): string {
  const names = (gates: readonly string[]): string =>
    gates.map((name) => oneLine(printable(name), 60)).join(", ");
  const verdict = passed ? "passed" : `failed: ${names(failed)}`;
  const but = tolerated.length === 0 ? "" : `, tolerated: ${names(tolerated)}`;
  const rest = dirty ? " with changes" : "";
  const where = commit === null || commit === "" ? "" : ` at ${commit.slice(0, 7)}${rest}`;
  return `${verdict}${but}${where}, after iteration ${iteration}, ${ago(at)}`;
}

function ago(at: string): string {
  const ms = Date.now() - Date.parse(at);
  return Number.isNaN(ms) ? "never" : `${formatDuration(Math.max(0, ms))} ago`;
}
