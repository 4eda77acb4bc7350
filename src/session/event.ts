import type { AgentEvents } from "./events/agent_events.ts";
import type { CommandEvents } from "./events/command_events.ts";
import type { GuardEvents } from "./events/guard_events.ts";
import type { IterationEvents } from "./events/iteration_events.ts";
import type { RunEvents } from "./events/run_events.ts";
import type { TaskEvents } from "./events/task_events.ts";

export type { PlanStep, ToolCall, ToolOutcome } from "./events/agent_events.ts";
export type { CommandEnd, CommandFacts } from "./events/command_events.ts";
export type { BudgetFacts, WatchdogKind } from "./events/guard_events.ts";
export type { Outcome, StateMark } from "./events/iteration_events.ts";

/** The version of the envelope. Within a version, types and fields are only ever added. */
export const EVENT_VERSION = 1;

/** Who caused an event: the loop, the agent it drives, or a person at a shell. */
export type Actor = "run" | "agent" | "user";

/** What every type of event carries. Numbers of tasks, notes and iterations count from 1. */
export interface EventData
  extends RunEvents, IterationEvents, TaskEvents, AgentEvents, CommandEvents, GuardEvents {}

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

/** A stored event of one type. */
export type EventOf<T extends EventType> = Extract<SessionEvent, { readonly type: T }>;

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
  "commit.index": true,
  "commit.refused": true,
  "commit.settled": true,
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
