import type { EndingReason } from "./ending.ts";
import type { GatePurpose } from "./gate.ts";
import type { HookName } from "./hook.ts";
import type { NoteType } from "./note.ts";
import type { Priority, TaskStatus } from "./task.ts";
import type { StoredText } from "./stored_text.ts";
import type { ModelUsage, Usage } from "./usage.ts";

/** The version of the envelope. Within a version, types and fields are only ever added. */
export const EVENT_VERSION = 1;

/** Who caused an event: the loop, the agent it drives, or a person at a shell. */
export type Actor = "run" | "agent" | "user";

/** How an iteration went, judged by the store and the files, not by what the agent said of itself. */
export type Outcome = "progress" | "idle" | "failed" | "interrupted";

/** How a tool call of the agent went. */
export type ToolOutcome = "ok" | "failed";

/** What a tool call was about, reduced to what a reader of the log wants to see of it. */
export interface ToolCall {
  /** The agent's id of the call, unique within its session. */
  readonly call: string;
  /** The protocol's kind (`execute`, `edit`, `read`, `search`, `fetch`, `think`, `other`). */
  readonly kind: string;
  /** The tool's own name, as `bash` or `write`. */
  readonly tool: string;
  /** The argument that matters: a command, path, pattern or URL. */
  readonly argument: string;
  /** Whether the call hands work to a sub-agent. */
  readonly subagent: boolean;
}

/** What every type of event carries. Numbers of tasks, notes and iterations count from 1. */
export interface EventData {
  readonly "session.created": { readonly spec: string | null };
  readonly "session.completed": {
    /** True when the loop took it as declared because the agent did not answer. */
    readonly assumed: boolean;
  };
  readonly "session.reopened": { readonly why: string };
  /** The first event of an epoch that follows another one. */
  readonly "session.reset": {
    /** The file name of the old epoch's log, in the archive of the data directory. */
    readonly archive: string;
  };
  /** The spec as it was read: at the session's first run, and whenever it has changed since. */
  readonly "spec.recorded": {
    readonly path: string;
    readonly text: StoredText;
    /** Whether there was another text before. */
    readonly changed: boolean;
  };
  readonly "run.started": {
    readonly pid: number;
    readonly host: string;
    readonly version: string;
    readonly spec: string;
    readonly root: string;
    readonly model: string;
    readonly command: readonly string[];
    /** 0 = unlimited. */
    readonly iterations: number;
    readonly timeMs: number;
    /** The moments at which it runs hooks, and the names of its gates; absent when there are none. */
    readonly hooks?: readonly HookName[];
    readonly gates?: readonly string[];
    /** Fingerprint of all gates and their commands; absent when there are none. */
    readonly gatesMark?: string;
    /** Budgets of the session's whole life, tokens and US dollars; absent when there are none. */
    readonly maxTokens?: number;
    readonly maxCost?: number;
    /** Guards that were switched off; absent when all are on. */
    readonly off?: readonly string[];
  };
  /** Somebody wants the run that is going on to end. */
  readonly "run.stop": {
    /** At once, in the middle of a turn; else after the iteration that is going on. */
    readonly now: boolean;
  };
  readonly "run.ended": {
    readonly reason: EndingReason;
    readonly code: number;
    readonly message: string;
    readonly hints: readonly string[];
    /** Iterations this run has begun. */
    readonly iterations: number;
    readonly ms: number;
    readonly usage: Usage;
  };
  readonly "agent.started": {
    readonly pid: number;
    readonly name: string;
    readonly version: string;
    readonly model: string;
  };
  /** The agent's process is gone. */
  readonly "agent.ended": {
    readonly pid: number;
    /** Null when it was ended by the signal. */
    readonly code: number | null;
    readonly signal: string | null;
  };
  /** The agent waits for its provider, and says so: its silence is no fault. */
  readonly "agent.waiting": {
    /** ISO time at which it asks again. */
    readonly until: string;
    readonly message: string;
  };
  /** An attempt at an iteration has failed; it is tried again with a new agent. */
  readonly "retry.scheduled": {
    /** The number of the retry, from 1, and how many there are at most. */
    readonly attempt: number;
    readonly max: number;
    readonly delayMs: number;
    readonly error: string;
  };
  /** A guard has ended the turn. */
  readonly "watchdog.fired": {
    readonly kind: WatchdogKind;
    /** What was exceeded: milliseconds, or a number of messages. */
    readonly limit: number;
  };
  /** The provider takes nothing more until then; the run waits. */
  readonly "quota.waiting": { readonly until: string; readonly error: string };
  readonly "quota.over": {
    readonly waitedMs: number;
    readonly why: "reset" | "resumed" | "stopped";
  };
  /** Somebody wants a run that waits to go on now. */
  readonly "run.resume": Readonly<Record<string, never>>;
  /** Most of a budget is used up. */
  readonly "budget.warned": BudgetFacts;
  /** All of it is, or the next iteration would probably use it up. */
  readonly "budget.reached": BudgetFacts;
  /** The agent's process is about to be started anew. */
  readonly "agent.renewed": { readonly why: string };
  readonly "agent.message": { readonly message: string; readonly text: string };
  readonly "agent.thought": {
    readonly message: string;
    readonly text: string;
    readonly ms: number;
  };
  readonly "agent.tool": ToolCall & {
    readonly outcome: ToolOutcome;
    /** The exit code of a command; null when there was none. */
    readonly exit: number | null;
    readonly ms: number;
    /** Lines added and removed by an edit; null when the call was none. */
    readonly lines: { readonly added: number; readonly removed: number } | null;
    /** What it printed or returned; the middle of a very long output is left out, and marked. */
    readonly output: StoredText;
    /** The end of it, when the call failed. */
    readonly tail: string;
  };
  /** A turn that brought nothing ended with a question, which nobody will answer. */
  readonly "agent.question": { readonly text: string };
  /** The agent's own list of steps, as it stands now. */
  readonly "agent.plan": { readonly steps: readonly PlanStep[] };
  /** From here to the end of the iteration only the last part of the agent's output is kept. */
  readonly "agent.omitted": {
    /** How much output has been kept until here, in characters. */
    readonly kept: number;
  };
  /** The files that were dirty before the session touched anything, with marks of their contents. */
  readonly "work.baseline": {
    /** A JSON array of pairs of path and mark. */
    readonly files: StoredText;
    readonly count: number;
  };
  readonly "commit.made": {
    readonly id: string;
    readonly subject: string;
    readonly by: "agent" | "run";
    readonly files: number;
    readonly added: number;
    readonly removed: number;
  };
  /**
   * From this commit on, what is committed in the iteration is the agent's or the run's; null: from now
   * on, somebody else may be committing. Recorded where there are hooks.
   */
  readonly "commit.base": { readonly commit: string | null };
  /** The work of an iteration could not be committed; it stays as it is. */
  readonly "commit.refused": {
    readonly why: string;
    /** What git's hooks said, for the agent; absent when they had nothing to do with it. */
    readonly output?: string;
  };
  /** A hook has been run. */
  readonly "hook.ended": CommandFacts & {
    readonly hook: HookName;
    /** Whether its output waits for the next prompt. */
    readonly held: boolean;
    /** The task whose completion it was run for, and, at the last hook of it, the completion's event. */
    readonly task?: number;
    readonly completion?: number;
  };
  /** The held output of hooks has gone to the agent, up to that event. */
  readonly "hook.delivered": { readonly through: number };
  /** Gates are about to be run. */
  readonly "verify.started": { readonly for: GatePurpose; readonly gates: readonly string[] };
  readonly "gate.ended": CommandFacts & {
    readonly for: GatePurpose;
    readonly name: string;
    readonly passed: boolean;
    /** Tracked files that were other ones when it had ended; the first of them. */
    readonly changed: readonly string[];
  };
  /** What the gates say of the session. */
  readonly "verify.ended": {
    readonly for: GatePurpose;
    readonly passed: boolean;
    /** Names of the gates that failed, and of those that were allowed to. */
    readonly failed: readonly string[];
    readonly tolerated: readonly string[];
    /** Fingerprint of all gates and their commands. */
    readonly gates: string;
    /** What was judged: the commit that HEAD was at (null outside git), and a mark of all files. */
    readonly commit: string | null;
    readonly work: string;
    /** Whether files differed from that commit. */
    readonly dirty: boolean;
  };
  readonly "iteration.started": {
    readonly n: number;
    /** The commit that HEAD is at; absent where no commits are made, and where hooks run first. */
    readonly commit?: string;
  };
  /** What the iteration has spent so far; the last one counts when the run is killed. */
  readonly "iteration.usage": { readonly n: number; readonly usage: Usage };
  readonly "iteration.ended": {
    readonly n: number;
    readonly outcome: Outcome;
    /** The agent's stop reason, or the error that cut the turn short: a hint, not a fact. */
    readonly stop: string;
    readonly ms: number;
    readonly usage: Usage;
    /** Fingerprint of the work tree and of the tasks afterwards; null when nobody could look. */
    readonly state: StateMark | null;
    /** Ids of its commits, the oldest first, and what they add up to; absent where none are made. */
    readonly commits?: readonly string[];
    readonly files?: { readonly changed: number; readonly added: number; readonly removed: number };
    /** What each model has spent, where the agent tells. */
    readonly models?: readonly ModelUsage[];
  };
  readonly "iteration.summary": { readonly n: number; readonly text: string };
  readonly "task.added": {
    readonly n: number;
    readonly text: string;
    readonly status: TaskStatus;
    readonly priority: Priority;
  };
  readonly "task.status": { readonly n: number; readonly status: TaskStatus };
  readonly "task.priority": { readonly n: number; readonly priority: Priority };
  readonly "task.depends": { readonly n: number; readonly on: number };
  readonly "task.independent": { readonly n: number; readonly of: number };
  readonly "note.added": { readonly n: number; readonly type: NoteType; readonly text: string };
  readonly "warning": { readonly message: string };
}

/** What ended a turn: silence, a tool call or a turn that took too long, or too many model messages. */
export type WatchdogKind = "silence" | "tool-call" | "turn" | "messages" | "empty-messages";

/** How far a budget is used up: milliseconds, tokens, or US dollars. */
export interface BudgetFacts {
  readonly budget: "time" | "tokens" | "cost";
  readonly used: number;
  readonly limit: number;
}

/** What is kept of a command that iteratr has run itself. */
export interface CommandFacts {
  readonly command: string;
  readonly end: CommandEnd;
  /** Its exit code; null when it had none. */
  readonly exit: number | null;
  readonly ms: number;
  /** How much it printed in all, and the SHA-256 of that, in hexadecimal. */
  readonly bytes: number;
  readonly sha256: string;
  /** The beginning and the end of it; a cut is marked. */
  readonly output: StoredText;
  /** The last of it, short enough for a line or two. */
  readonly tail: string;
}

/** How a command came to its end; `stopped` means that the run had to end. */
export type CommandEnd = "exited" | "killed" | "timed-out" | "stopped" | "not-started";

/** A step of a list that the agent keeps for itself; not to be mixed up with a task. */
export interface PlanStep {
  readonly text: string;
  readonly status: "pending" | "in_progress" | "completed" | "cancelled";
}

/** Two fingerprints; a pair of values never seen before in the session means progress. */
export interface StateMark {
  readonly work: string;
  readonly tasks: string;
}

/** The name of a type of event. */
export type EventType = keyof EventData;

/** An event before the store has stamped it. */
export type NewEvent = {
  readonly [T in EventType]: { readonly type: T; readonly data: EventData[T] };
}[EventType];

/** What the store stamps on an event. */
export interface Stamp {
  readonly v: number;
  /** Dense from 1 within the session's epoch. */
  readonly seq: number;
  /** ISO time, UTC, milliseconds. */
  readonly at: string;
  /** The run that was going on, and its iteration; null when there was none. */
  readonly run: string | null;
  readonly iteration: number | null;
  readonly actor: Actor;
}

/** An event as it is stored, of a type that this version knows. */
export type SessionEvent = Stamp & NewEvent;

/** An event as it is read: perhaps written by a later version. */
export interface StoredEvent extends Stamp {
  readonly type: string;
  readonly data: unknown;
}

const KNOWN: Readonly<Record<EventType, true>> = {
  "session.created": true,
  "session.completed": true,
  "session.reopened": true,
  "session.reset": true,
  "spec.recorded": true,
  "run.started": true,
  "run.stop": true,
  "run.ended": true,
  "agent.started": true,
  "agent.ended": true,
  "agent.waiting": true,
  "retry.scheduled": true,
  "watchdog.fired": true,
  "quota.waiting": true,
  "quota.over": true,
  "run.resume": true,
  "budget.warned": true,
  "budget.reached": true,
  "agent.renewed": true,
  "agent.message": true,
  "agent.thought": true,
  "agent.tool": true,
  "agent.omitted": true,
  "agent.plan": true,
  "agent.question": true,
  "work.baseline": true,
  "commit.made": true,
  "commit.base": true,
  "commit.refused": true,
  "hook.ended": true,
  "hook.delivered": true,
  "verify.started": true,
  "gate.ended": true,
  "verify.ended": true,
  "iteration.started": true,
  "iteration.usage": true,
  "iteration.ended": true,
  "iteration.summary": true,
  "task.added": true,
  "task.status": true,
  "task.priority": true,
  "task.depends": true,
  "task.independent": true,
  "note.added": true,
  "warning": true,
};

/** All types that this version knows. */
export const EVENT_TYPES = Object.keys(KNOWN) as readonly EventType[];

/** Whether this version knows the type of an event; others are kept and passed over. */
export function isKnown(event: StoredEvent): event is SessionEvent {
  return event.v === EVENT_VERSION && Object.hasOwn(KNOWN, event.type);
}

/** Builds an event; the type argument ties data to type. */
export function event<T extends EventType>(type: T, data: EventData[T]): NewEvent {
  return { type, data } as NewEvent;
}
