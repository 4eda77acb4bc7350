import { fold } from "../session/fold.ts";
import { formatId } from "../session/ids.ts";
import type { Head, SessionState } from "../session/state.ts";
import type { StoredEvent } from "../session/event.ts";
import { loadText } from "./blob.ts";
import { StoreError } from "./errors.ts";
import { namedBlobs } from "./export.ts";
import type { Store } from "./open.ts";
import {
  readEvents,
  readHead,
  readInfo,
  readIterations,
  readNotes,
  readTasks,
  sessionNames,
} from "./read.ts";

/** What a check of one session has found. */
export interface CheckResult {
  readonly session: string;
  readonly events: number;
  /** The first difference between log and views; `undefined` when there is none. */
  readonly problem: string | undefined;
  /** Whether somebody wrote all the time, so that the views could not be compared. */
  readonly isBusy: boolean;
}

/** So often a session is read while somebody keeps writing. */
const ATTEMPTS = 20;

/** Compares the log and the views of every session. It changes nothing. */
export async function* checkSessions(store: Store): AsyncGenerator<CheckResult> {
  for (const session of await sessionNames(store)) yield await checkSession(store, session);
}

async function checkSession(store: Store, session: string): Promise<CheckResult> {
  // Somebody may be writing: only what was read without a write in between can be compared.
  for (let attempt = 1;; attempt++) {
    const head = await readHead(store, session);
    if (head === undefined) return { session, events: 0, problem: undefined, isBusy: false };
    const events = await Array.fromAsync(readEvents(store, session, head, 0));
    const views: SessionState = {
      head,
      info: await readInfo(store, session, head),
      tasks: new Map((await readTasks(store, session, head)).map((task) => [task.n, task])),
      notes: new Map((await readNotes(store, session, head)).map((note) => [note.n, note])),
      iterations: new Map((await readIterations(store, session, head)).map((it) => [it.n, it])),
    };
    const after = await readHead(store, session);
    const isBusy = after?.seq !== head.seq || after.epoch !== head.epoch;
    if (isBusy && attempt < ATTEMPTS) continue;
    const problem = isBusy ? undefined : firstDifference(events, views);
    return {
      session,
      events: events.length,
      problem: problem ?? await firstLostText(store, session, head, events),
      isBusy,
    };
  }
}

async function firstLostText(
  store: Store,
  session: string,
  head: Head,
  events: readonly StoredEvent[],
): Promise<string | undefined> {
  const named = events.flatMap((event) => namedBlobs(event).map((ref) => ({ ref, event })));
  for (const { ref, event } of named) {
    try {
      await loadText(store, session, head.epoch, ref);
    } catch (error) {
      if (!(error instanceof StoreError) || error.fault !== "damaged") throw error;
      return `event ${event.seq} names blob ${ref.blob}, of which a part is missing`;
    }
  }
  return undefined;
}

/** The first way in which a log and the views kept beside it disagree, in words. */
export function firstDifference(
  events: readonly StoredEvent[],
  views: SessionState,
): string | undefined {
  const gap = events.findIndex((event, index) => event.seq !== index + 1);
  if (gap >= 0) return `event ${gap + 1} of the log is missing`;
  if (events.length !== views.head.seq) {
    return `the head tells of ${views.head.seq} events, the log has ${events.length}`;
  }
  const folded = fold(events, views.head.epoch);
  return differing("the head", folded.head, views.head) ??
    differing("the session's info", folded.info, views.info) ??
    differingMap((n) => `task ${formatId("TAS", n)}`, folded.tasks, views.tasks) ??
    differingMap((n) => `note ${formatId("NOT", n)}`, folded.notes, views.notes) ??
    differingMap((n) => `iteration ${n}`, folded.iterations, views.iterations);
}

function differing(what: string, folded: unknown, view: unknown): string | undefined {
  if (view === undefined) return `${what} is in the log and not among the views`;
  if (folded === undefined) return `${what} is among the views and not in the log`;
  const [a, b] = [canonical(folded), canonical(view)];
  return a === b ? undefined : `${what} differs: the log says ${a}, the view ${b}`;
}

function differingMap(
  name: (n: number) => string,
  folded: ReadonlyMap<number, unknown>,
  views: ReadonlyMap<number, unknown>,
): string | undefined {
  for (const n of new Set([...folded.keys(), ...views.keys()])) {
    const difference = differing(name(n), folded.get(n), views.get(n));
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** JSON with the members of every object in order of their names. */
function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, member: unknown) =>
      typeof member === "object" && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => a < b ? -1 : 1))
        : member,
  );
}
