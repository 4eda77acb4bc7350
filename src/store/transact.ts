import {
  type Actor,
  event,
  EVENT_VERSION,
  type NewEvent,
  type SessionEvent,
  type StoredEvent,
} from "../session/event.ts";
import { apply, changedIteration, changedTask, changesInfo, type Lookup } from "../session/fold.ts";
import type { Ruling, SessionView } from "../session/ruling.ts";
import { emptyHead, type Head, type Info, type Iteration, NO_INFO } from "../session/state.ts";
import type { Task } from "../session/task.ts";
import { parentPath } from "../platform/paths.ts";
import { ring } from "./bell.ts";
import type { NewBlob } from "./blob.ts";
import { keys } from "./keys.ts";
import type { Store } from "./open.ts";
import { readTasks } from "./read.ts";
import { inPieces, type Record, writePieces } from "./pieces.ts";
import { withRetry } from "./retry.ts";

/** One command on a session. */
export interface Command {
  readonly session: string;
  readonly actor: Actor;
  /** The run that speaks; left out, events carry the run that the head names. */
  readonly run?: string;
  /** What a session that is not there is made from; left out, it is not made. */
  readonly create?: { readonly spec: string | null };
  /** Texts too long for the events that name them. */
  readonly blobs?: readonly NewBlob[];
  /** Whether the rule looks at tasks; appending the agent's output does not. */
  readonly tasks: boolean;
  /** Called again with fresh facts when another writer was faster: it must be pure. */
  decide(view: SessionView): Ruling;
}

/** What became of a command. */
export type Outcome =
  | {
    readonly kind: "committed";
    /** The events as stored; none when the command changed nothing. */
    readonly events: readonly SessionEvent[];
    readonly head: Head;
    readonly created: boolean;
  }
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "no-session" };

/**
 * Carries out a command as one atomic: it checks the head, and writes the events, the views that they
 * change, and the new head. So ids never repeat, a command happens wholly or not at all, and costs
 * the same however long the log is.
 *
 * @throws {StoreError} when the store cannot be written within its deadline.
 */
export function transact(store: Store, command: Command): Promise<Outcome> {
  return store.exclusive(async () => {
    const outcome = await withRetry(store, () => attempt(store, command));
    if (outcome.kind === "committed") ring(parentPath(store.file), command.session);
    return outcome;
  });
}

async function attempt(store: Store, command: Command): Promise<Outcome | undefined> {
  const { session } = command;
  const entry = await store.kv.get<Head>(keys.head(session));
  if (entry.value === null && command.create === undefined) return { kind: "no-session" };
  const created = entry.value === null;
  const gone = await store.kv.get<number>(keys.gone(session));
  const head = entry.value ?? emptyHead((gone.value ?? 0) + 1);
  const tasks = command.tasks ? await readTasks(store, session, head) : [];
  const ruling = command.decide({ head, tasks });
  if (!ruling.ok) return { kind: "refused", why: ruling.why };
  const opening = created && command.create !== undefined
    ? [event("session.created", { spec: command.create.spec })]
    : [];
  const fresh = [...opening, ...ruling.events].map((item) => masked(item, store.mask));
  if (fresh.length === 0) return { kind: "committed", events: [], head, created: false };
  const written = await prepare(store, command, head, fresh, tasks);
  const ok = await writePieces(store, session, {
    seen: [entry, gone],
    pieces: inPieces(written.records),
    head: written.head,
  });
  return ok
    ? { kind: "committed", events: written.events, head: written.head, created }
    : undefined;
}

/** An event without the secrets that somebody has written into it. The spec is kept as it is. */
function masked(item: NewEvent, mask: (text: string) => string): NewEvent {
  return item.type === "spec.recorded" ? item : maskedValue(item, mask) as NewEvent;
}

function maskedValue(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === "string") return mask(value);
  if (Array.isArray(value)) return value.map((item) => maskedValue(item, mask));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, maskedValue(member, mask)]),
  );
}

interface Prepared {
  readonly events: readonly SessionEvent[];
  readonly records: readonly Record[];
  readonly head: Head;
}

async function prepare(
  store: Store,
  command: Command,
  before: Head,
  fresh: readonly NewEvent[],
  known: readonly Task[],
): Promise<Prepared> {
  const { session } = command;
  const { epoch } = before;
  const tasks = new Map(known.map((task) => [task.n, task]));
  const iterations = new Map<number, Iteration>();
  let info = NO_INFO;
  const lookup: Lookup = {
    task: (n) => tasks.get(n),
    iteration: (n) => iterations.get(n),
    info: () => info,
  };
  const views = new Map<string, Record>();
  const put = (key: Deno.KvKey, value: unknown, isNew: boolean): void => {
    const id = key.join("/");
    views.set(id, { key, value, isNew: isNew || (views.get(id)?.isNew ?? false) });
  };
  const events: SessionEvent[] = [];
  let head = before;
  if (fresh.some((item) => changesInfo(item))) {
    const { value } = await store.kv.get<Info>(keys.info(session, epoch));
    info = value ?? NO_INFO;
  }
  for (const item of fresh) {
    const stamped = stamp(item, command, head, store.clock.now());
    await fetchChanged(store, session, epoch, stamped, tasks, iterations);
    const change = apply(head, stamped, lookup);
    const { task, note, iteration } = change;
    if (task !== undefined) {
      put(keys.task(session, epoch, task.n), task, task.n > before.tasks);
      tasks.set(task.n, task);
    }
    if (note !== undefined) put(keys.note(session, epoch, note.n), note, note.n > before.notes);
    if (iteration !== undefined) {
      const isNew = iteration.n > before.iterations;
      put(keys.iteration(session, epoch, iteration.n), iteration, isNew);
      iterations.set(iteration.n, iteration);
    }
    if (change.info !== undefined) {
      info = change.info;
      put(keys.info(session, epoch), info, false);
    }
    head = change.head;
    events.push(stamped);
  }
  const log = events.map((value): Record => ({
    key: keys.event(session, epoch, value.seq),
    value,
    isNew: true,
  }));
  const blobs = (command.blobs ?? []).flatMap(({ ref, parts }) =>
    parts.map((value, part): Record => ({
      key: keys.blob(session, epoch, ref.blob, part),
      value,
      isNew: true,
    }))
  );
  return { events, records: [...blobs, ...log, ...views.values()], head };
}

function stamp(item: NewEvent, command: Command, head: Head, now: Date): SessionEvent {
  return {
    v: EVENT_VERSION,
    seq: head.seq + 1,
    at: now.toISOString(),
    run: command.run ?? head.run,
    iteration: item.type === "iteration.started" ? item.data.n : head.iteration,
    actor: command.actor,
    ...item,
  };
}

async function fetchChanged(
  store: Store,
  session: string,
  epoch: number,
  item: StoredEvent,
  tasks: Map<number, Task>,
  iterations: Map<number, Iteration>,
): Promise<void> {
  const task = changedTask(item);
  if (task !== undefined && !tasks.has(task)) {
    const { value } = await store.kv.get<Task>(keys.task(session, epoch, task));
    if (value !== null) tasks.set(task, value);
  }
  const iteration = changedIteration(item);
  if (iteration !== undefined && !iterations.has(iteration)) {
    const { value } = await store.kv.get<Iteration>(keys.iteration(session, epoch, iteration));
    if (value !== null) iterations.set(iteration, value);
  }
}
