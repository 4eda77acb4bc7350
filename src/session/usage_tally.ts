import { isKnown, type Outcome, type SessionEvent, type StoredEvent } from "./event.ts";
import { addExactly, rounded } from "./shares.ts";
import type { TaskStatus } from "./task.ts";
import { type ModelUsage, NO_USAGE, type Usage } from "./usage.ts";
import { type IterationFacts, reportOf, type TaskFacts, type UsageReport } from "./usage_report.ts";

/** A run that is going on, and the time. */
export interface LiveRun {
  readonly run: string;
  readonly now: Date;
}

/** Something that begins, gives signs of life, and perhaps ends. */
interface Span {
  readonly startedAt: string;
  lastAt: string;
  /** How long it took, by its own clock; 0 when it was killed. */
  ms: number;
  hasEnded: boolean;
}

interface RunSeen extends Span {
  readonly model: string;
}

interface IterationSeen extends Span {
  readonly n: number;
  readonly run: string | null;
  outcome: Outcome;
  usage: Usage;
  told: readonly ModelUsage[];
  readonly tasks: Set<number>;
}

/**
 * Reads a log, one event after the other, for what the session has spent. Total: events of unknown types
 * and of things that are not there change nothing.
 */
export class UsageTally {
  readonly #runs = new Map<string, RunSeen>();
  readonly #iterations = new Map<number, IterationSeen>();
  readonly #tasks = new Map<number, TaskFacts>();

  /** Takes the next event of the log. */
  add(event: StoredEvent): void {
    if (!isKnown(event)) return;
    if (isSignOfLife(event)) {
      const run = this.#runs.get(event.run ?? "");
      const iteration = this.#iterations.get(event.iteration ?? 0);
      for (const span of [run, iteration]) if (span !== undefined) span.lastAt = event.at;
    }
    switch (event.type) {
      case "run.started":
        if (event.run === null) return;
        this.#runs.set(event.run, { ...begun(event.at), model: event.data.model });
        return;
      case "run.ended": {
        const run = this.#runs.get(event.run ?? "");
        if (run !== undefined) end(run, event.data.ms);
        return;
      }
      case "iteration.started":
        this.#iteration(event.data.n, event);
        return;
      case "iteration.usage": {
        const iteration = this.#iterations.get(event.data.n);
        if (iteration?.hasEnded === false) iteration.usage = partial(event.data.usage);
        return;
      }
      case "iteration.ended": {
        const { n, outcome, ms, usage, models = [] } = event.data;
        const iteration = this.#iteration(n, event);
        // The head of a session adds up every end, so a second one counts here too.
        iteration.usage = iteration.hasEnded
          ? addExactly(iteration.usage, rounded(usage))
          : rounded(usage);
        iteration.told = [...iteration.told, ...models];
        iteration.outcome = outcome;
        end(iteration, iteration.ms + ms);
        return;
      }
      case "task.added":
      case "task.status":
        this.#task(event);
        return;
    }
  }

  /** What was spent up to the last event; see {@linkcode usageReport}. */
  report(live?: LiveRun): UsageReport {
    const iterations = [...this.#iterations.values()].sort((a, b) => a.n - b.n);
    // One that was left open before the last one goes on no more.
    const current = iterations.at(-1);
    const facts = iterations.map((seen): IterationFacts => {
      const { n, run, outcome, usage, told, tasks } = seen;
      const now = seen === current && run === live?.run ? live?.now : undefined;
      const goesOn = now !== undefined && !seen.hasEnded;
      return {
        ...{ n, run, usage, told, outcome: goesOn ? "running" : outcome },
        ms: lengthOf(seen, now),
        asked: this.#runs.get(run ?? "")?.model ?? null,
        tasks: [...tasks].sort((a, b) => a - b),
      };
    });
    const runs = [...this.#runs].map(([run, seen]) => ({
      run,
      ms: lengthOf(seen, run === live?.run ? live.now : undefined),
    }));
    return reportOf(facts, this.#tasks, runs);
  }

  #iteration(n: number, event: SessionEvent): IterationSeen {
    const seen = this.#iterations.get(n);
    if (seen !== undefined) return seen;
    const iteration: IterationSeen = {
      ...begun(event.at),
      ...{ n, run: event.run, outcome: "interrupted", told: [], tasks: new Set() },
      usage: partial(NO_USAGE),
    };
    this.#iterations.set(n, iteration);
    return iteration;
  }

  #task(event: Extract<SessionEvent, { readonly type: "task.added" | "task.status" }>): void {
    const { n, status } = event.data;
    const text = event.type === "task.added" ? event.data.text : this.#tasks.get(n)?.text;
    if (text === undefined) return;
    this.#tasks.set(n, { text, status });
    if (event.actor === "user" || !isWork(status)) return;
    this.#iterations.get(event.iteration ?? 0)?.tasks.add(n);
  }
}

/**
 * What a session has spent, by its whole log.
 *
 * @param live the run that is going on, and so its last iteration; without it, whatever has not ended
 *     was killed: it took until its last sign of life, and counts as interrupted.
 */
export function usageReport(events: Iterable<StoredEvent>, live?: LiveRun): UsageReport {
  const tally = new UsageTally();
  for (const event of events) tally.add(event);
  return tally.report(live);
}

/** Whether an iteration that gives a task this status works on it; one that only plans it does not. */
function isWork(status: TaskStatus): boolean {
  return status !== "remaining";
}

/**
 * Whether an event shows that the run it names was there. A person may use the tools after it was killed;
 * its end, and commits, may have been written by the next run, much later.
 */
function isSignOfLife({ type, actor }: SessionEvent): boolean {
  return actor !== "user" &&
    type !== "run.ended" && type !== "iteration.ended" && type !== "commit.made";
}

function begun(at: string): Span {
  return { startedAt: at, lastAt: at, ms: 0, hasEnded: false };
}

function end(span: Span, ms: number): void {
  span.ms = ms;
  span.hasEnded = true;
}

/** Milliseconds; without a length of its own it is one up to now, or to the last sign of life. */
function lengthOf({ startedAt, lastAt, ms, hasEnded }: Span, now: Date | undefined): number {
  if (ms > 0) return ms;
  const until = hasEnded || now === undefined ? Date.parse(lastAt) : now.getTime();
  return Math.max(0, until - Date.parse(startedAt)) || 0;
}

function partial(usage: Usage): Usage {
  return { ...rounded(usage), partial: true };
}
