import assert from "node:assert/strict";
import fc from "fast-check";
import type { Task, TaskStatus } from "../../src/session/task.ts";
import { byNumber, dependencyPath, idList, unmet } from "../../src/session/task_graph.ts";
import { NOON } from "../support/memory_session.ts";

function task(n: number, dependsOn: readonly number[], status: TaskStatus = "remaining"): Task {
  const at = { createdAt: NOON, updatedAt: NOON, iteration: null };
  return { n, text: `task ${n}`, status, priority: 2, dependsOn, ...at };
}

/** Any graph, cycles included, also with dependencies on tasks that are not there. */
const graph = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 4 }), {
  maxLength: 8,
}).map((lists) => byNumber(lists.map((list, index) => task(index + 1, list))));
const number = fc.integer({ min: 1, max: 9 });

/** How many steps lead from one task to another: by Bellman and Ford, to compare with. */
function distance(from: number, to: number, tasks: ReadonlyMap<number, Task>): number | undefined {
  const steps = new Map([[from, 0]]);
  for (let round = 0; round <= 10; round++) {
    for (const [n, count] of [...steps]) {
      for (const next of tasks.get(n)?.dependsOn ?? []) {
        steps.set(next, Math.min(steps.get(next) ?? Infinity, count + 1));
      }
    }
  }
  return steps.get(to);
}

Deno.test("dependencyPath finds a shortest way whenever there is one, in any graph", () => {
  fc.assert(
    fc.property(graph, number, number, (tasks, from, to) => {
      const path = dependencyPath(from, to, tasks);
      const expected = distance(from, to, tasks);
      assert.equal(path === undefined ? undefined : path.length - 1, expected);
      if (path === undefined) return;
      assert.deepEqual([path[0], path.at(-1)], [from, to]);
      for (const [index, n] of path.slice(1).entries()) {
        assert.ok(tasks.get(path[index] ?? 0)?.dependsOn.includes(n));
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("unmet names the dependencies that are there and neither completed nor cancelled", () => {
  const tasks = byNumber([
    task(1, [], "completed"),
    task(2, [], "cancelled"),
    task(3, [], "blocked"),
    task(4, [], "in_progress"),
    task(5, [], "remaining"),
  ]);
  const waiting = task(6, [1, 2, 3, 4, 5, 99]);
  assert.deepEqual(unmet(waiting, tasks).map(({ n }) => n), [3, 4, 5]);
});

Deno.test("idList joins ids as a sentence does", () => {
  assert.equal(idList([]), "none");
  assert.equal(idList([1]), "TAS-1");
  assert.equal(idList([1, 2]), "TAS-1 and TAS-2");
  assert.equal(idList([3, 1, 2]), "TAS-3, TAS-1 and TAS-2");
});
