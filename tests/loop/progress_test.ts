import assert from "node:assert/strict";
import fc from "fast-check";
import { SeenStates, tasksMark } from "../../src/loop/progress.ts";
import type { Task } from "../../src/session/task.ts";

function task(n: number, change: Partial<Task> = {}): Task {
  return {
    n,
    text: `Task ${n}`,
    status: "remaining",
    priority: 2,
    dependsOn: [],
    createdAt: "2026-11-20T10:00:00.000Z",
    updatedAt: "2026-11-20T10:00:00.000Z",
    iteration: null,
    ...change,
  };
}

Deno.test("a state of the files or of the tasks that was not seen before is progress", () => {
  const seen = new SeenStates();
  assert.equal(seen.add({ work: "a", tasks: "1" }), true);
  assert.equal(seen.add({ work: "b", tasks: "1" }), true);
  assert.equal(seen.add({ work: "b", tasks: "2" }), true);
});

Deno.test("going to and fro between two states is no progress, nor is staying", () => {
  const seen = new SeenStates();
  seen.add({ work: "a", tasks: "1" });
  seen.add({ work: "b", tasks: "1" });
  for (let round = 0; round < 5; round++) {
    assert.equal(seen.add({ work: "a", tasks: "1" }), false);
    assert.equal(seen.add({ work: "b", tasks: "1" }), false);
    assert.equal(seen.add({ work: "b", tasks: "1" }), false);
  }
});

Deno.test("files that toggle beside tasks that toggle are no progress in any combination", () => {
  const seen = new SeenStates();
  seen.add({ work: "a", tasks: "1" });
  seen.add({ work: "b", tasks: "2" });
  assert.equal(seen.add({ work: "a", tasks: "2" }), false);
  assert.equal(seen.add({ work: "b", tasks: "1" }), false);
});

Deno.test("progress is bounded by the number of different states, in whatever order they come", () => {
  const mark = fc.record({
    work: fc.constantFrom("a", "b", "c"),
    tasks: fc.constantFrom("1", "2", "3"),
  });
  fc.assert(fc.property(fc.array(mark), (marks) => {
    const seen = new SeenStates();
    const progress = marks.filter((each) => seen.add(each)).length;
    const works = new Set(marks.map(({ work }) => work)).size;
    const tasks = new Set(marks.map((each) => each.tasks)).size;
    assert.ok(progress >= Math.max(works, tasks) && progress <= works + tasks);
    assert.ok(marks.every((each) => !seen.add(each)));
  }));
});

Deno.test("the mark of the tasks changes with what stands in them", () => {
  const base = [task(1), task(2)];
  const changes: readonly (readonly Task[])[] = [
    [],
    [task(1)],
    [task(1), task(2), task(3)],
    [task(1), task(2, { text: "Other" })],
    [task(1), task(2, { status: "in_progress" })],
    [task(1), task(2, { status: "completed" })],
    [task(1), task(2, { priority: 0 })],
    [task(1), task(2, { dependsOn: [1] })],
    base,
  ];
  assert.equal(new Set(changes.map(tasksMark)).size, changes.length);
});

Deno.test("the mark of the tasks does not tell who touched them and when", () => {
  const touched = [
    task(1, { iteration: 7, updatedAt: "2027-01-01T00:00:00.000Z" }),
    task(2, { createdAt: "2027-01-01T00:00:00.000Z" }),
  ];
  assert.equal(tasksMark(touched), tasksMark([task(1), task(2)]));
});

Deno.test("texts of tasks cannot be mistaken for what stands beside them", () => {
  const one = [task(1, { text: 'a","remaining",2],[2,"b' })];
  const two = [task(1, { text: "a" }), task(2, { text: "b" })];
  assert.notEqual(tasksMark(one), tasksMark(two));
});
