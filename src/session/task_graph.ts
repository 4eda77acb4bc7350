import { formatId } from "./ids.ts";
import { isClosed, type Task } from "./task.ts";

/** The tasks that a task waits for: its dependencies that are neither completed nor cancelled. */
export function unmet(task: Task, byNumber: ReadonlyMap<number, Task>): readonly Task[] {
  return task.dependsOn.flatMap((n) => {
    const dependency = byNumber.get(n);
    return dependency === undefined || isClosed(dependency) ? [] : [dependency];
  });
}

/** Tasks by their numbers. */
export function byNumber(tasks: Iterable<Task>): ReadonlyMap<number, Task> {
  return new Map(Array.from(tasks, (task) => [task.n, task]));
}

/**
 * The way from one task to another along dependencies, both ends included.
 *
 * @returns the numbers on the shortest such way, or `undefined` when there is none.
 */
export function dependencyPath(
  from: number,
  to: number,
  tasks: ReadonlyMap<number, Task>,
): readonly number[] | undefined {
  const cameFrom = new Map<number, number | null>([[from, null]]);
  const queue = [from];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    if (at === to) return wayBack(to, cameFrom);
    for (const next of tasks.get(at)?.dependsOn ?? []) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, at);
      queue.push(next);
    }
  }
  return undefined;
}

function wayBack(to: number, cameFrom: ReadonlyMap<number, number | null>): readonly number[] {
  const path: number[] = [];
  for (let at: number | null = to; at !== null; at = cameFrom.get(at) ?? null) path.unshift(at);
  return path;
}

/** Ids for a sentence: `TAS-1`, `TAS-1 and TAS-2`, `TAS-1, TAS-2 and TAS-3`. */
export function idList(numbers: readonly number[]): string {
  const ids = numbers.map((n) => formatId("TAS", n));
  const last = ids.at(-1);
  if (last === undefined) return "none";
  return ids.length === 1 ? last : `${ids.slice(0, -1).join(", ")} and ${last}`;
}
