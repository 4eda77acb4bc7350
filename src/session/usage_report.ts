import type { Outcome } from "./event.ts";
import { formatId } from "./ids.ts";
import { addExactly, split, splitUsage, usageByModel } from "./shares.ts";
import type { TaskStatus } from "./task.ts";
import { type ModelUsage, NO_USAGE, type Usage } from "./usage.ts";

/**
 * What a session has spent. The usages by iteration, by task and by model each add up exactly to that of
 * `total`, as the times by iteration and by task do. `iteratr usage --json` prints it: fields are only
 * ever added. Times are milliseconds; `usage.cost` is US dollars, in whole billionths of one.
 */
export interface UsageReport {
  readonly iterations: readonly IterationSpent[];
  /** The tasks that iterations have worked on, and at last what went to none. */
  readonly tasks: readonly TaskSpent[];
  /** In the order in which they were first used. */
  readonly models: readonly ModelSpent[];
  /** In the order in which they began. */
  readonly runs: readonly RunSpent[];
  readonly total: TotalSpent;
}

/** What one iteration has spent, so far when it is `running`. */
export interface IterationSpent {
  readonly n: number;
  /** The id of its run. */
  readonly run: string | null;
  readonly outcome: Outcome | "running";
  readonly ms: number;
  readonly usage: Usage;
}

/** The shares of a task in the iterations that worked on it. */
export interface TaskSpent {
  /** As `TAS-1`; null for the iterations that worked on no task, as are text and status then. */
  readonly id: string | null;
  readonly text: string | null;
  /** As it is now. */
  readonly status: TaskStatus | null;
  /** How many iterations had a part in it. */
  readonly iterations: number;
  readonly ms: number;
  readonly usage: Usage;
}

/** What one model has spent. */
export interface ModelSpent {
  /** As `provider/model`; null when nobody knows. */
  readonly model: string | null;
  /** How many iterations had a part in it. */
  readonly iterations: number;
  readonly usage: Usage;
}

/** How long a run took, with what it does between iterations: hooks, gates, waiting. */
export interface RunSpent {
  readonly run: string;
  readonly ms: number;
}

/** What all iterations have spent. */
export interface TotalSpent {
  readonly iterations: number;
  readonly runs: number;
  /** Of the iterations. */
  readonly ms: number;
  /** Of the runs. */
  readonly runMs: number;
  readonly usage: Usage;
}

/** What the log tells of an iteration, as a report needs it. */
export interface IterationFacts extends IterationSpent {
  /** The model that its run was to use. */
  readonly asked: string | null;
  /** What each model has spent, where the agent tells. */
  readonly told: readonly ModelUsage[];
  /** Numbers of the tasks that it worked on, ascending. */
  readonly tasks: readonly number[];
}

/** What the log tells of a task, as a report needs it. */
export interface TaskFacts {
  readonly text: string;
  readonly status: TaskStatus;
}

/** Shares out what iterations have spent; `usage` of each must be in whole billionths of a dollar. */
export function reportOf(
  iterations: readonly IterationFacts[],
  tasks: ReadonlyMap<number, TaskFacts>,
  runs: readonly RunSpent[],
): UsageReport {
  return {
    iterations: iterations.map(({ n, run, outcome, ms, usage }) => ({
      n,
      run,
      outcome,
      ms,
      usage,
    })),
    tasks: byTask(iterations, tasks),
    models: byModel(iterations),
    runs,
    total: {
      iterations: iterations.length,
      runs: runs.length,
      ms: timeOf(iterations),
      runMs: timeOf(runs),
      usage: iterations.map(({ usage }) => usage).reduce(addExactly, NO_USAGE),
    },
  };
}

function timeOf(items: readonly { readonly ms: number }[]): number {
  return items.reduce((sum, { ms }) => sum + ms, 0);
}

function byTask(
  iterations: readonly IterationFacts[],
  tasks: ReadonlyMap<number, TaskFacts>,
): readonly TaskSpent[] {
  const spent = new Map<number | null, { iterations: number; ms: number; usage: Usage }>();
  for (const { ms, usage, tasks: touched } of iterations) {
    const takers = touched.length === 0 ? [null] : touched;
    const times = split(ms, takers.length);
    const usages = splitUsage(usage, takers.length);
    for (const [at, n] of takers.entries()) {
      const before = spent.get(n) ?? { iterations: 0, ms: 0, usage: NO_USAGE };
      spent.set(n, {
        iterations: before.iterations + 1,
        ms: before.ms + (times[at] ?? 0),
        usage: addExactly(before.usage, usages[at] ?? NO_USAGE),
      });
    }
  }
  return [...spent].sort(([a], [b]) => (a ?? Infinity) - (b ?? Infinity))
    .map(([n, share]) => {
      const task = n === null ? undefined : tasks.get(n);
      const id = n === null ? null : formatId("TAS", n);
      return { id, text: task?.text ?? null, status: task?.status ?? null, ...share };
    });
}

function byModel(iterations: readonly IterationFacts[]): readonly ModelSpent[] {
  const spent = new Map<string | null, { iterations: number; usage: Usage }>();
  for (const { usage, told, asked } of iterations) {
    for (const [model, part] of usageByModel(usage, told, asked)) {
      const before = spent.get(model) ?? { iterations: 0, usage: NO_USAGE };
      spent.set(model, {
        iterations: before.iterations + 1,
        usage: addExactly(before.usage, part),
      });
    }
  }
  return [...spent].map(([model, share]) => ({ model, ...share }));
}
