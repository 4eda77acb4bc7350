import { type EventOf, isKnown, type SessionEvent, type StoredEvent } from "./event.ts";
import { applyTask } from "./fold_tasks.ts";
import { baselineOf, beginRun, deliver, endGate, endHook, judge } from "./fold_commands.ts";
import { keepIndex, refuse, settle, tellRefusal, withoutRefusal } from "./fold_commits.ts";
import type { Note } from "./note.ts";
import {
  emptyHead,
  type Head,
  type Info,
  type Iteration,
  NO_INFO,
  type SessionState,
} from "./state.ts";
import type { Task } from "./task.ts";
import { addUsage, NO_USAGE } from "./usage.ts";

/** Looks up what an event may change; the store reads its views, a fold its maps. */
export interface Lookup {
  task(n: number): Task | undefined;
  iteration(n: number): Iteration | undefined;
  info(): Info;
}

/** What one event makes of the session: always a new head, and at most one of the others. */
export interface Change {
  readonly head: Head;
  readonly task?: Task;
  readonly note?: Note;
  readonly iteration?: Iteration;
  readonly info?: Info;
}

/** Whether an event changes what is known of the session as a whole. */
export function changesInfo(event: Pick<StoredEvent, "type">): boolean {
  return event.type === "spec.recorded" || event.type === "run.started" ||
    event.type === "work.baseline" || event.type === "verify.ended";
}

/** The number of the task that an event changes, if it changes one that exists already. */
export function changedTask(event: StoredEvent): number | undefined {
  if (!isKnown(event)) return undefined;
  switch (event.type) {
    case "task.status":
    case "task.priority":
    case "task.depends":
    case "task.independent":
      return event.data.n;
    default:
      return undefined;
  }
}

/** The number of the iteration that an event changes, if it changes one that exists already. */
export function changedIteration(event: StoredEvent): number | undefined {
  if (!isKnown(event)) return undefined;
  switch (event.type) {
    case "iteration.usage":
    case "iteration.ended":
    case "iteration.summary":
      return event.data.n;
    case "commit.base":
      return event.iteration ?? undefined;
    case "commit.refused":
      return event.data.n ?? event.iteration ?? undefined;
    default:
      return undefined;
  }
}

/**
 * Applies one event. Total: an event of an unknown type, or about a task or iteration that is not
 * there, moves the head on and changes nothing else.
 */
export function apply(before: Head, event: StoredEvent, lookup: Lookup): Change {
  const head: Head = { ...before, seq: event.seq, lastAt: event.at };
  return isKnown(event) ? applyKnown(head, event, lookup) : { head };
}

function applyKnown(head: Head, event: SessionEvent, lookup: Lookup): Change {
  switch (event.type) {
    case "session.completed":
      return { head: { ...head, complete: true } };
    case "session.reopened":
      return { head: { ...head, complete: false } };
    case "run.started":
      return {
        head: beginRun(head, event),
        info: { ...lookup.info(), root: event.data.root, model: event.data.model },
      };
    case "work.baseline": {
      const { files: baseline, within } = event.data;
      const where = within === undefined ? {} : { within };
      return { head, info: { ...lookup.info(), baseline, ...where } };
    }
    case "spec.recorded": {
      const { path, text } = event.data;
      return { head, info: { ...lookup.info(), spec: path, text } };
    }
    case "run.ended":
      // A run whose session was taken over has no say in what goes on there now.
      if (head.run !== null && event.run !== null && event.run !== head.run) return { head };
      return { head: { ...tellRefusal(goOn(head), event), run: null, stop: null } };
    case "retry.scheduled":
      return { head: { ...head, retriedAt: event.at } };
    case "quota.waiting":
      return { head: { ...head, waiting: event.data.until } };
    case "quota.over":
      return { head: { ...goOn(head), retriedAt: event.at } };
    case "run.stop":
      return { head: { ...head, stop: event.data.now ? "now" : "after-iteration" } };
    case "hook.ended":
      return { head: endHook(head, event) };
    case "hook.delivered":
      return { head: deliver(head, event.data.through) };
    case "verify.started":
      return { head: event.data.for === "judgement" ? { ...head, evidence: [] } : head };
    case "gate.ended":
      return { head: endGate(head, event) };
    case "verify.ended":
      return event.data.for === "judgement"
        ? { head: judge(head, event) }
        : { head, info: { ...lookup.info(), gates: baselineOf(event) } };
    case "iteration.started":
      return startIteration(head, event);
    case "iteration.ended": {
      const iteration = lookup.iteration(event.data.n);
      const after: Head = {
        ...settle(head, event),
        iteration: null,
        usage: addUsage(head.usage, event.data.usage),
      };
      if (iteration === undefined) return { head: after };
      const { outcome, usage, state } = event.data;
      return {
        head: after,
        iteration: { ...iteration, endedAt: event.at, outcome, usage, state },
      };
    }
    case "iteration.usage":
      return amend(head, lookup, event.data.n, { usage: event.data.usage });
    case "iteration.summary":
      return amend(head, lookup, event.data.n, { summary: event.data.text });
    case "commit.base":
      return event.iteration === null
        ? { head }
        : rebase(head, lookup, event.iteration, event.data.commit);
    case "commit.index":
      return { head: keepIndex(head, event.data.from) };
    case "commit.made":
      return { head: event.data.by === "run" ? withoutRefusal(head) : head };
    case "commit.refused": {
      const { output, byHook = output !== undefined } = event.data;
      const n = event.data.n ?? event.iteration;
      if (n === null) return { head };
      const after = { ...head, refused: refuse(head, n, byHook) };
      return output === undefined ? { head: after } : amend(after, lookup, n, { refusal: output });
    }
    case "commit.settled": {
      const { n: settled, refused } = event.data;
      return { head: { ...(refused ? head : withoutRefusal(head)), settled } };
    }
    case "task.added":
    case "task.status":
    case "task.priority":
    case "task.depends":
    case "task.independent":
      return applyTask(head, event, lookup);
    case "note.added": {
      const { n, type, text } = event.data;
      return {
        head: { ...head, notes: Math.max(head.notes, n) },
        note: { n, type, text, createdAt: event.at, iteration: event.iteration },
      };
    }
    case "session.created":
    case "session.reset":
    case "agent.started":
    case "agent.message":
    case "agent.thought":
    case "agent.tool":
    case "agent.omitted":
    case "agent.plan":
    case "agent.renewed":
    case "agent.question":
    case "agent.ended":
    case "agent.waiting":
    case "watchdog.fired":
    case "run.resume":
    case "budget.warned":
    case "budget.reached":
    case "warning":
      return { head };
  }
}

/** A run that waits no more. */
function goOn({ waiting: _, ...head }: Head): Head {
  return head;
}

/** An iteration of which there has been no other attempt. */
function firstAttempt({ retriedAt: _, ...head }: Head): Head {
  return head;
}

function startIteration(head: Head, event: EventOf<"iteration.started">): Change {
  const { n, commit } = event.data;
  return {
    head: { ...firstAttempt(head), iterations: Math.max(head.iterations, n), iteration: n },
    iteration: {
      n,
      run: event.run,
      startedAt: event.at,
      endedAt: null,
      outcome: null,
      summary: null,
      usage: NO_USAGE,
      state: null,
      ...(commit === undefined ? {} : { commit }),
    },
  };
}

function amend(head: Head, lookup: Lookup, n: number, change: Partial<Iteration>): Change {
  const iteration = lookup.iteration(n);
  return iteration === undefined ? { head } : { head, iteration: { ...iteration, ...change } };
}

function rebase(head: Head, lookup: Lookup, n: number, commit: string | null): Change {
  const iteration = lookup.iteration(n);
  if (iteration === undefined) return { head };
  const { commit: _before, ...rest } = iteration;
  return { head, iteration: commit === null ? rest : { ...rest, commit } };
}

/** Folds a whole log, in the order of its sequence numbers. The views must always equal this. */
export function fold(events: Iterable<StoredEvent>, epoch = 1): SessionState {
  let head = emptyHead(epoch);
  let info = NO_INFO;
  const tasks = new Map<number, Task>();
  const notes = new Map<number, Note>();
  const iterations = new Map<number, Iteration>();
  const lookup: Lookup = {
    task: (n) => tasks.get(n),
    iteration: (n) => iterations.get(n),
    info: () => info,
  };
  for (const event of events) {
    const change = apply(head, event, lookup);
    head = change.head;
    info = change.info ?? info;
    if (change.task !== undefined) tasks.set(change.task.n, change.task);
    if (change.note !== undefined) notes.set(change.note.n, change.note);
    if (change.iteration !== undefined) iterations.set(change.iteration.n, change.iteration);
  }
  return { head, info, tasks, notes, iterations };
}
