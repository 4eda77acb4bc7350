import assert from "node:assert/strict";
import { isObject } from "../build/_json.ts";
import { Stage } from "../build/_stage.ts";
import type { Finished } from "../build/_run.ts";

async function command(stage: Stage, ...args: readonly string[]): Promise<Finished> {
  await using run = await stage.iteratr(args);
  return await run.finished();
}

interface Status {
  readonly code: number;
  readonly summary: Readonly<Record<string, unknown>>;
}

async function statusOf(stage: Stage): Promise<Status> {
  const { code, stdout, stderr } = await command(stage, "status", "--json");
  assert.equal(stderr, "");
  assert.equal(stdout.split("\n").length, 2, "one line");
  const summary: unknown = JSON.parse(stdout);
  assert.ok(isObject(summary));
  return { code, summary };
}

const KEYS = [
  ...["session", "state", "hasDied", "iteration", "tasks", "open", "run", "lastActivity", "usage"],
  ...["lastEnding", "judgement", "waiting"],
];

Deno.test("status of a session that is complete exits 0, and tells all of it", async () => {
  await using stage = await Stage.make();
  assert.equal((await stage.build("works")).code, 0);
  const { code, summary } = await statusOf(stage);
  assert.equal(code, 0);
  assert.deepEqual(Object.keys(summary).toSorted(), KEYS.toSorted());
  const { session, state, iteration, tasks, open, run, usage, lastEnding, lastActivity } = summary;
  assert.deepEqual({ session, state, iteration, open, run }, {
    ...{ session: "SPEC", state: "complete", iteration: 3, open: 0, run: null },
  });
  assert.deepEqual(tasks, {
    ...{ remaining: 0, "in_progress": 0, completed: 3, blocked: 0, cancelled: 0 },
  });
  assert.ok(isObject(usage) && Number(usage["inputTokens"]) > 0);
  assert.ok(isObject(lastEnding));
  assert.deepEqual([lastEnding["reason"], lastEnding["code"]], ["complete", 0]);
  assert.ok(!Number.isNaN(Date.parse(String(lastActivity))));
  const told = await command(stage, "status", "SPEC");
  assert.equal(told.code, 0);
  assert.match(told.stdout, /^session SPEC {2}complete\ntasks {3}3 completed\n/);
  assert.match(told.stdout, /^ended {3}complete \(exit 0\), .* ago: 3 tasks done/m);
});

Deno.test("status of a session that is open exits 10, whatever its run ended by", async () => {
  await using stage = await Stage.make();
  assert.equal((await stage.build("works", ["-i", "1"])).code, 5);
  const { code, summary } = await statusOf(stage);
  assert.deepEqual([code, summary["state"], summary["open"]], [10, "open", 2]);
  assert.ok(isObject(summary["lastEnding"]));
  assert.equal(summary["lastEnding"]["reason"], "iterations");
  const told = await command(stage, "status");
  assert.equal(told.code, 10);
  assert.match(told.stdout, /^tasks {3}2 remaining, 1 completed$/m);
});

Deno.test("a session without tasks is open, also when somebody has declared it complete", async () => {
  await using stage = await Stage.make();
  assert.equal((await stage.build("talks", ["--stall", "1"])).code, 3);
  const { code, summary } = await statusOf(stage);
  assert.deepEqual([code, summary["state"]], [10, "open"]);
});

Deno.test("status of a session that is worked in exits 11, and names who does", async () => {
  await using stage = await Stage.make();
  assert.equal((await stage.build("works", ["-i", "1"])).code, 5);
  await using run = await stage.start("silent");
  await run.until(() => stage.sent("session/prompt").length === 2);
  const { code, summary } = await statusOf(stage);
  assert.deepEqual([code, summary["state"], summary["iteration"]], [11, "running", 2]);
  const { run: owner } = summary;
  assert.ok(isObject(owner));
  assert.deepEqual([owner["pid"], owner["host"]], [run.pid, Deno.hostname()]);
  const told = await command(stage, "status");
  assert.equal(told.code, 11);
  assert.match(told.stdout, new RegExp(`^run {5}pid ${run.pid} on host .*sign of life`, "m"));
  run.signal("SIGKILL");
  await run.finished();
  const dead = await statusOf(stage);
  assert.deepEqual([dead.code, dead.summary["state"], dead.summary["run"]], [10, "open", null]);
  assert.match(
    (await command(stage, "status")).stdout,
    /^run {5}(none is going on|the last run was killed before it could finish; .*)$/m,
  );
});

Deno.test("status of a session that is not there is a mistake, and makes nothing", async () => {
  await using stage = await Stage.make();
  const nothing = await command(stage, "status");
  assert.equal(nothing.code, 1);
  assert.match(nothing.stderr, /^config \(exit 1\): there is no session in /);
  assert.throws(() => Deno.statSync(stage.project(".iteratr")), Deno.errors.NotFound);
  assert.equal((await stage.build("works", ["-i", "1"])).code, 5);
  const other = await command(stage, "status", "other");
  assert.equal(other.code, 1);
  assert.match(other.stderr, /there is no session other; there is SPEC/);
});

Deno.test("sessions lists all of them, those with a run on demand, for people and programs", async () => {
  await using stage = await Stage.make();
  assert.equal((await stage.build("works", ["--name", "done"])).code, 0);
  assert.equal((await stage.build("works tasks=2", ["-i", "1", "--name", "open"])).code, 5);
  const none = await command(stage, "sessions", "--running");
  assert.deepEqual([none.code, none.stdout], [0, "no run is going on\n"]);
  assert.equal((await command(stage, "sessions", "--running", "--json")).stdout, "[]\n");
  await using run = await stage.start("silent", ["--name", "running"]);
  await run.until(() => run.stdout.includes("== iteration 1 "));
  const all = await command(stage, "sessions");
  assert.equal(all.code, 0);
  assert.deepEqual(
    all.stdout.trimEnd().split("\n").map((line) => line.split(/ {2,}/).slice(0, 3)),
    [
      ["done", "complete", "0 open, 3 done"],
      ["open", "open", "1 open, 1 done"],
      ["running", "running", "0 open, 0 done"],
    ],
  );
  const listed: unknown = JSON.parse((await command(stage, "sessions", "--json")).stdout);
  assert.ok(Array.isArray(listed));
  assert.deepEqual(listed.map((item) => isObject(item) ? Object.keys(item).toSorted() : []), [
    ...[KEYS.toSorted(), KEYS.toSorted(), KEYS.toSorted()],
  ]);
  const running: unknown = JSON.parse(
    (await command(stage, "sessions", "--running", "--json")).stdout,
  );
  assert.ok(Array.isArray(running));
  assert.deepEqual(running.map((item) => isObject(item) ? item["session"] : ""), ["running"]);
});
