import assert from "node:assert/strict";
import { usageReport } from "../../src/session/usage_tally.ts";
import { NO_USAGE } from "../../src/session/usage.ts";
import { Log, used } from "./_log.ts";

Deno.test("an iteration is told with its run, outcome, time and usage", () => {
  const log = new Log().run("a").begin(1).end(1, 1500, used(10, 2, 3, 0.25)).endRun(2500)
    .run("b").begin(2).end(2, 700, used(1, 1, 1, 0.5), { outcome: "idle" }).endRun(900);
  const { iterations, runs, total } = usageReport(log.events);
  assert.deepEqual(runs, [{ run: "a", ms: 2500 }, { run: "b", ms: 900 }]);
  assert.deepEqual(iterations, [
    { n: 1, run: "a", outcome: "progress", ms: 1500, usage: used(10, 2, 3, 0.25) },
    { n: 2, run: "b", outcome: "idle", ms: 700, usage: used(1, 1, 1, 0.5) },
  ]);
  assert.deepEqual(total, {
    ...{ iterations: 2, runs: 2, ms: 2200, runMs: 3400, usage: used(11, 3, 4, 0.75) },
  });
});

Deno.test("an iteration that goes on is running until now, with what it has spent so far as partial", () => {
  const log = new Log().run("a").begin(1).spent(1, used(5, 0, 0, 0)).spent(1, used(7, 1, 0, 0.1));
  log.pass(60_000);
  const { iterations, total } = usageReport(log.events, { run: "a", now: log.now });
  const usage = { ...used(7, 1, 0, 0.1), partial: true };
  assert.deepEqual(iterations, [{ n: 1, run: "a", outcome: "running", ms: 63_000, usage }]);
  assert.deepEqual([total.runMs, total.usage], [64_000, usage]);
});

Deno.test("an iteration that a dead run left open is interrupted, and took until its last sign of life", () => {
  const log = new Log().run("a").begin(1).spent(1, used(5, 0, 0, 0));
  log.pass(60_000).plan(1).pass(60_000).task(1, "cancelled", "user");
  for (const live of [undefined, { run: "b", now: log.now }]) {
    const { iterations: [only], total } = usageReport(log.events, live);
    assert.deepEqual([only?.outcome, only?.ms, only?.usage.partial], ["interrupted", 62_000, true]);
    assert.equal(total.runMs, 63_000);
  }
});

Deno.test("an iteration mended after a kill took until its last sign of life, not until it was mended", () => {
  const log = new Log().run("a").begin(1).spent(1, used(5, 0, 0, 0)).pass(3_600_000);
  log.add("commit.made", { id: "c", subject: "", by: "agent", files: 1, added: 1, removed: 0 });
  log.end(1, 0, { ...used(5, 0, 0, 0), partial: true }, { outcome: "interrupted" }).endRun(0);
  const { iterations: [only], total } = usageReport(log.events);
  assert.deepEqual([only?.outcome, only?.ms, only?.usage.partial], ["interrupted", 1000, true]);
  assert.equal(total.runMs, 2000);
});

Deno.test("an iteration of an earlier run does not go on because another run does", () => {
  const log = new Log().run("a").begin(1).run("b").begin(2);
  const { iterations } = usageReport(log.events, { run: "b", now: log.now });
  assert.deepEqual(iterations.map(({ outcome }) => outcome), ["interrupted", "running"]);
});

Deno.test("an iteration goes to the tasks it worked on in equal parts, with the remainder to the first", () => {
  const log = new Log().run("a").begin(1).plan(1).plan(2).plan(3).plan(4);
  log.task(3, "in_progress").task(3, "completed").task(1, "cancelled").task(2, "blocked");
  log.end(1, 100, used(11, 2, 0, 1e-9));
  const { tasks } = usageReport(log.events);
  assert.deepEqual(tasks, [
    {
      ...{ id: "TAS-1", text: "task 1", status: "cancelled", iterations: 1, ms: 34 },
      usage: used(4, 1, 0, 1e-9),
    },
    {
      ...{ id: "TAS-2", text: "task 2", status: "blocked", iterations: 1, ms: 33 },
      usage: used(4, 1, 0, 0),
    },
    {
      ...{ id: "TAS-3", text: "task 3", status: "completed", iterations: 1, ms: 33 },
      usage: used(3, 0, 0, 0),
    },
  ]);
});

Deno.test("an iteration that only plans, or in which only a person changes tasks, goes to no task", () => {
  const log = new Log().run("a").begin(1).plan(1).plan(2).end(1, 10, used(1, 0, 0, 0));
  log.begin(2).task(1, "cancelled", "user").task(2, "remaining").end(2, 20, used(2, 0, 0, 0));
  log.task(2, "in_progress").task(9, "completed");
  const { tasks } = usageReport(log.events);
  const usage = used(3, 0, 0, 0);
  assert.deepEqual(tasks, [{ id: null, text: null, status: null, iterations: 2, ms: 30, usage }]);
});

Deno.test("a task adds up its iterations, keeps its last status, and is partial when one of them is", () => {
  const log = new Log().run("a").begin(1).plan(1, "in_progress").end(1, 10, used(1, 0, 0, 0.1));
  log.begin(2).task(1, "completed").end(2, 5, { ...used(2, 0, 0, 0.2), partial: true });
  log.begin(3).end(3, 1, NO_USAGE);
  const { tasks, total } = usageReport(log.events);
  assert.deepEqual(tasks.map(({ id, iterations, usage }) => [id, iterations, usage.partial]), [
    ["TAS-1", 2, true],
    [null, 1, false],
  ]);
  assert.deepEqual([tasks[0]?.status, tasks[0]?.ms, tasks[0]?.usage.cost], ["completed", 15, 0.3]);
  assert.deepEqual(total.usage, { ...used(3, 0, 0, 0.3), partial: true });
});

Deno.test("where the agent does not tell of models, the run's model has spent all of it", () => {
  const log = new Log().run("a", "p/one").begin(1).end(1, 1, used(1, 0, 0, 0)).endRun(1);
  log.run("b", "p/two").begin(2).end(2, 1, { ...used(2, 0, 0, 0), partial: true });
  log.begin(3).end(3, 1, used(4, 0, 0, 0), { models: [] });
  assert.deepEqual(usageReport(log.events).models, [
    { model: "p/one", iterations: 1, usage: used(1, 0, 0, 0) },
    { model: "p/two", iterations: 2, usage: { ...used(6, 0, 0, 0), partial: true } },
  ]);
});

Deno.test("each model gets what is told of it, and the run's model what is left", () => {
  const models = [
    { model: "p/big", usage: used(6, 1, 0, 0.5) },
    { model: "p/small", usage: used(3, 0, 0, 0.1) },
  ];
  const log = new Log().run("a", "p/asked").begin(1).end(1, 1, used(10, 1, 0, 0.7), { models });
  assert.deepEqual(usageReport(log.events).models, [
    { model: "p/big", iterations: 1, usage: used(6, 1, 0, 0.5) },
    { model: "p/small", iterations: 1, usage: used(3, 0, 0, 0.1) },
    { model: "p/asked", iterations: 1, usage: used(1, 0, 0, 0.1) },
  ]);
});

Deno.test("models never add up to more than the iteration, and roundings make no model of their own", () => {
  const models = [
    { model: "p/big", usage: used(6, 1, 0, 0.4e-9) },
    { model: "p/small", usage: used(9, 0, 0, 0.4e-9) },
  ];
  const log = new Log().run("a", "p/asked").begin(1).end(1, 1, used(10, 1, 0, 0.8e-9), { models });
  assert.deepEqual(usageReport(log.events).models, [
    { model: "p/big", iterations: 1, usage: used(6, 1, 0, 0) },
    { model: "p/small", iterations: 1, usage: used(4, 0, 0, 1e-9) },
  ]);
});

Deno.test("a session without iterations has spent nothing", () => {
  const total = { iterations: 0, runs: 0, ms: 0, runMs: 0, usage: NO_USAGE };
  assert.deepEqual(usageReport([]), {
    ...{ iterations: [], tasks: [], models: [], runs: [], total },
  });
});
