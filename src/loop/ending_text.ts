import {
  formatCost,
  formatCount,
  formatDuration,
  oneLine,
  plural,
  printable,
} from "../platform/text.ts";
import { shellQuote } from "../platform/words.ts";
import type { Ending } from "../session/ending.ts";
import type { Judgement } from "../session/gate.ts";
import { formatId } from "../session/ids.ts";
import { type Head, openTasks } from "../session/state.ts";
import { isClosed, type Task } from "../session/task.ts";
import { byNumber, idList, unmet } from "../session/task_graph.ts";
import type { Usage } from "../session/usage.ts";
import { amountOf, isReached, type SpendingKind } from "./budgets/spending_limits.ts";
import { usageText } from "../session/usage_text.ts";
import { type EndReason, type Limits, MAX_FAILED_JUDGEMENTS, type Tally } from "./decide.ts";

/** What the texts of endings tell about. */
export interface EndingFacts {
  readonly session: string;
  readonly spec: string;
  readonly limits: Limits;
  readonly tally: Tally;
  readonly head: Head;
  readonly tasks: readonly Task[];
  readonly ms: number;
  /** Flags that the next run needs as well, such as `--data-dir D`. */
  readonly flags?: readonly string[];
  /** What this run has spent. */
  readonly usage: Usage;
  /** Paths of the session's work that is not committed, though it was to be. */
  readonly uncommitted?: readonly string[];
}

/** What an ending tells of a session that was complete before the run began. */
export interface IdleFacts {
  readonly head: Head;
  /** Whether the session was begun with gates. */
  readonly hadGates: boolean;
  /** Whether work of it is not committed, though it was to be. */
  readonly isUncommitted: boolean;
}

/** A session that was complete before the run began. */
export function nothingToDo(
  session: string,
  { head, hadGates, isUncommitted }: IdleFacts,
): Ending {
  const tasks = head.tasks === 1 ? "the only task" : `all ${head.tasks} tasks`;
  const are = head.tasks === 1 ? "is" : "are";
  const { judgement } = head;
  const isJudged = judgement?.passed === true && judgement.iteration === head.iterations;
  const proven = isJudged
    ? `; gates passed${judgedAt(judgement)}`
    : hadGates
    ? "; not proven, since this run has no gates"
    : "";
  const left = isUncommitted ? "; its last work is not committed: commit it yourself" : "";
  return {
    reason: "complete",
    isIdle: true,
    message: `nothing to do: ${tasks} of session ${session} ${are} done${proven}${left}.`,
    hints: [],
  };
}

/** The words for an ending that the loop has decided on. */
export function endingFor(
  why: EndReason,
  facts: EndingFacts,
): Ending {
  const { tally, session, spec } = facts;
  const goOn = goOnHint(session, spec, facts.flags);
  const look = `Look: iteratr tool task-list --name ${session}`;
  switch (why) {
    case "complete":
      return {
        reason: "complete",
        message: `${plural(facts.head.counts.completed, "task")} done, after ${spent(facts)}` +
          `${proof(facts)}${leftOver(facts)}.`,
        hints: [],
      };
    case "unverified": {
      const { failed = [], inARow = 0 } = facts.head.judgement ?? {};
      const often = inARow < MAX_FAILED_JUDGEMENTS ? "" : ` in ${inARow} judgements in a row`;
      return {
        reason: "unverified",
        message: `everything is declared done, but ${names(failed)} ${
          failed.length === 1 ? "fails" : "fail"
        }${often}, after ${spent(facts)}.`,
        hints: [`Look: iteratr status ${session}`, goOn],
      };
    }
    case "stalled":
      return {
        reason: "stalled",
        message: `no task or file changed in ${plural(tally.idle, "iteration")}. ${
          openList(facts)
        }`,
        hints: [look, goOn],
      };
    case "stopped":
      return {
        reason: "stopped",
        message: `stopped as asked, with ${left(facts.head)}, after ${spent(facts)}.`,
        hints: [goOn],
      };
    case "time":
      return {
        reason: "budget",
        message: `the time budget of ${formatDuration(facts.limits.timeMs)} is used up with ${
          plural(openTasks(facts.head), "task")
        } open, after ${spent(facts)}. ${openList(facts)}`,
        hints: [goOn, "Give it more: --max-time DURATION, or budget.time in iteratr.yml"],
      };
    case "tokens":
    case "cost":
      return overBudget(why, facts);
    case "no-task-closed":
      return {
        reason: "stalled",
        message: `no task was closed in ${plural(tally.withoutTask, "iteration")} in a row. ${
          openList(facts)
        }`,
        hints: [look, goOn],
      };
    case "only-blocked":
      return {
        reason: "stalled",
        message: `only blocked tasks are left. ${openList(facts)}`,
        hints: [
          look,
          `Unblock: iteratr tool task-status --name ${session} --id ID --status remaining`,
          goOn,
        ],
      };
    case "iterations":
      return {
        reason: "iterations",
        message: `the limit of ${plural(facts.limits.iterations, "iteration")} is reached ` +
          `with ${plural(openTasks(facts.head), "task")} open, after ${spent(facts)}. ${
            openList(facts)
          }`,
        hints: [goOn],
      };
  }
}

/** How to take a session up again, ready to be pasted into a shell. */
export function goOnHint(
  session: string,
  spec: string,
  flags: readonly string[] = [],
): string {
  const words = ["iteratr", "build", "--name", session, "--spec", spec, ...flags];
  return `Go on: ${words.map(shellQuote).join(" ")}`;
}

function overBudget(kind: SpendingKind, facts: EndingFacts): Ending {
  const { head, limits: { spending }, tally } = facts;
  const write = (amount: number): string =>
    kind === "cost" ? formatCost(amount) : `${formatCount(amount)} tokens`;
  const used = amountOf(kind, head.usage);
  const limit = write(spending[kind]);
  const state = isReached(used, spending[kind])
    ? `is used up: the session has taken ${write(used)}`
    : `would not do for another iteration like the last: the session has taken ${write(used)}, ` +
      `the last iteration ${write(amountOf(kind, tally.last))}`;
  const more = kind === "cost"
    ? ["--max-cost", (Math.ceil(200 * Math.max(used, spending.cost)) / 100).toFixed(2)]
    : ["--max-tokens", `${Math.ceil(2 * Math.max(used, spending.tokens) / 1000)}k`];
  const goOn = goOnHint(facts.session, facts.spec, [...facts.flags ?? [], ...more]);
  return {
    reason: "budget",
    message: `the ${kind} budget of ${limit} ${state}, with ${
      plural(openTasks(head), "task")
    } open, after ${spent(facts)}. ${openList(facts)}`,
    hints: [goOn, `Or give it more for good: budget.${kind} in iteratr.yml`],
  };
}

/** What stands between the session and its end. */
function left(head: Head): string {
  const { passed = true, failed = [] } = head.judgement ?? {};
  const open = openTasks(head);
  return open > 0 || passed ? `${plural(open, "task")} open` : `${names(failed)} failing`;
}

function proof({ limits, head: { judgement } }: EndingFacts): string {
  if (limits.gates === "" || judgement === undefined) return "";
  const { tolerated } = judgement;
  const at = judgedAt(judgement);
  if (tolerated.length === 0) return `; gates pass${at}`;
  return `; gates pass${at}, but for ${names(tolerated)}, which failed before the session began`;
}

/** Which state of the files was judged. */
function judgedAt({ commit, dirty }: Judgement): string {
  const rest = dirty ? ", with changes that are not committed" : "";
  return commit === null || commit === "" ? "" : ` at ${commit.slice(0, 7)}${rest}`;
}

/** Said where no proof has said it; what differs after that was left by the gates. */
function leftOver({ uncommitted = [], limits }: EndingFacts): string {
  if (uncommitted.length === 0 || limits.gates !== "") return "";
  return `; ${plural(uncommitted.length, "file")} could not be committed`;
}

function names(gates: readonly string[]): string {
  return gates.map((name) => `"${oneLine(printable(name), 80)}"`).join(", ");
}

function spent({ tally, ms, usage }: EndingFacts): string {
  const figures = usageText(usage);
  const price = figures === "" ? "" : `, ${figures}`;
  return `${plural(tally.iterations, "iteration")}, ${formatDuration(ms)}${price}`;
}

const SHOWN = 3;

function openList({ tasks }: EndingFacts): string {
  const open = tasks.filter((task) => !isClosed(task));
  if (tasks.length === 0) return "No task has been added yet.";
  if (open.length === 0) return "No task is open.";
  const known = byNumber(tasks);
  const shown = open.slice(0, SHOWN).map((task) => {
    const waits = unmet(task, known).map(({ n }) => n);
    const why = waits.length > 0
      ? ` (waits for ${idList(waits)})`
      : task.status === "blocked"
      ? " (blocked)"
      : "";
    return `${formatId("TAS", task.n)} ${oneLine(printable(task.text), 80)}${why}`;
  });
  const more = open.length > SHOWN ? `, and ${open.length - SHOWN} more` : "";
  return `Open: ${shown.join(", ")}${more}.`;
}
