import assert from "node:assert/strict";
import { isObject } from "../build/_json.ts";
import type { Finished } from "../build/_run.ts";
import { Stage } from "../build/_stage.ts";

type Fields = Readonly<Record<string, unknown>>;

async function command(stage: Stage, ...args: readonly string[]): Promise<Finished> {
  await using run = await stage.iteratr(args);
  return await run.finished();
}

async function jsonOf(stage: Stage, name = "usage"): Promise<Fields> {
  const { stdout, stderr } = await command(stage, name, "--json");
  assert.equal(stderr, "");
  assert.equal(stdout.split("\n").length, 2, "one line");
  const value: unknown = JSON.parse(stdout);
  assert.ok(isObject(value));
  return value;
}

function rows(report: Fields, name: string): readonly Fields[] {
  const list = report[name];
  assert.ok(Array.isArray(list), name);
  return list.filter(isObject);
}

function usageOf(row: unknown): Fields {
  assert.ok(isObject(row) && isObject(row["usage"]));
  return row["usage"];
}

const ROWS = {
  iterations: ["n", "run", "outcome", "ms", "usage"],
  tasks: ["id", "text", "status", "iterations", "ms", "usage"],
  models: ["model", "iterations", "usage"],
  runs: ["run", "ms"],
} as const;
const TOTAL = ["iterations", "runs", "ms", "runMs", "usage"];
const USAGE = ["inputTokens", "outputTokens", "cachedTokens", "cost", "partial"];

Deno.test("usage --json tells what iterations, tasks and models have spent, with the fields it promises", async () => {
  await using stage = await Stage.make();
  assert.equal((await stage.build("works cost=0.1", ["-i", "1"])).code, 5);
  assert.equal((await stage.build("works cost=0.1")).code, 0);
  const report = await jsonOf(stage);
  assert.deepEqual(Object.keys(report), ["session", ...Object.keys(ROWS), "total"]);
  assert.equal(report["session"], "SPEC");
  for (const [name, keys] of Object.entries(ROWS)) {
    for (const row of rows(report, name)) {
      assert.deepEqual(Object.keys(row).toSorted(), keys.toSorted(), name);
      if (name !== "runs") assert.deepEqual(Object.keys(usageOf(row)).toSorted(), USAGE.toSorted());
    }
  }
  const { total } = report;
  assert.ok(isObject(total));
  assert.deepEqual(Object.keys(total).toSorted(), TOTAL.toSorted());
  assert.deepEqual([total["iterations"], total["runs"], usageOf(total)["cost"]], [3, 2, 0.3]);
  assert.deepEqual(rows(report, "tasks").map(({ id, status }) => [id, status]), [
    ["TAS-1", "completed"],
    ["TAS-2", "completed"],
    ["TAS-3", "completed"],
  ]);
  assert.deepEqual(rows(report, "models").map(({ model }) => model), ["fake/m1"]);
  const [first, second, third] = rows(report, "iterations");
  assert.equal(second?.["run"], third?.["run"]);
  assert.notEqual(first?.["run"], second?.["run"]);
  assert.deepEqual(rows(report, "runs").map(({ run }) => run), [first?.["run"], second?.["run"]]);
  const inStatus = usageOf(await jsonOf(stage, "status"));
  assert.deepEqual({ ...usageOf(total), cost: 0 }, { ...inStatus, cost: 0 });
});

Deno.test("usage prints lines of at most 80 columns in ASCII, and tells what is not all known", async () => {
  await using stage = await Stage.make();
  assert.equal((await stage.build("works cost=0.1")).code, 0);
  const { code, stdout, stderr } = await command(stage, "usage", "SPEC");
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^session SPEC {2}1 run, \S+ in all\n\nby iteration +time +in +cached/);
  assert.match(stdout, /^TAS-2 {2}Write file 2 +\S+ {2}>= +\d+ +0 +\d+ +\$0\.10$/m);
  assert.match(stdout, /^fake\/m1 +>= .* \$0\.30$/m);
  assert.match(stdout, /^total {2}3 iterations .* \$0\.30$/m);
  assert.match(stdout, /^>= at least/m);
  assert.deepEqual(stdout.split("\n").filter((line) => !/^[ -~]{0,80}$/.test(line)), []);
});

Deno.test("usage of a session that is worked in tells of the iteration that goes on, also after a kill", async () => {
  await using stage = await Stage.make();
  assert.equal((await stage.build("works", ["-i", "1"])).code, 5);
  await using run = await stage.start("silent");
  await run.until(() => stage.sent("session/prompt").length === 2);
  const outcomes = async (): Promise<readonly unknown[]> =>
    rows(await jsonOf(stage), "iterations").map((row) => [
      row["outcome"],
      usageOf(row)["partial"],
      Number(row["ms"]) >= 0,
    ]);
  assert.deepEqual(await outcomes(), [["progress", true, true], ["running", true, true]]);
  assert.match((await command(stage, "usage")).stdout, /^2 {2}run 2 {2}running +\d/m);
  run.signal("SIGKILL");
  await run.finished();
  const ended = [["progress", true, true], ["interrupted", true, true]];
  assert.deepEqual(await outcomes(), ended);
  await stage.removeStrays();
  await using next = await stage.start("works");
  assert.equal((await next.finished()).code, 0);
  assert.deepEqual((await outcomes()).slice(0, 2), ended);
});

Deno.test("usage names the only session by itself, and asks which one when there are several", async () => {
  await using stage = await Stage.make();
  const nothing = await command(stage, "usage");
  assert.equal(nothing.code, 1);
  assert.match(nothing.stderr, /^config \(exit 1\): there is no session in /);
  assert.throws(() => Deno.statSync(stage.project(".iteratr")), Deno.errors.NotFound);
  const where = ["--data-dir", stage.join("data")];
  for (const name of ["one", "two"]) {
    assert.equal((await stage.build("works", ["-i", "1", "--name", name, ...where])).code, 5);
  }
  const which = await command(stage, "usage", ...where);
  assert.equal(which.code, 1);
  assert.match(which.stderr, /^config \(exit 1\): several sessions exist \(one, two\): name one/);
  const other = await command(stage, "usage", "three", ...where);
  assert.equal(other.code, 1);
  assert.match(other.stderr, /there is no session three; there is one, two/);
  const two = await command(stage, "usage", "two", ...where);
  assert.deepEqual([two.code, two.stderr], [0, ""]);
  assert.match(two.stdout, /^session two {2}/);
});

Deno.test("no control character of a task reaches the terminal, and JSON keeps them, escaped", async () => {
  await using stage = await Stage.make();
  assert.equal((await stage.build("works", ["-i", "1"])).code, 5);
  await using run = await stage.start("silent");
  await run.until(() => stage.sent("session/prompt").length === 2);
  const current = rows(await jsonOf(stage), "iterations").at(-1);
  const env = { ITERATR_SESSION: "SPEC", ITERATR_RUN: String(current?.["run"]) };
  const content = "red \x1b[31m bell \x07 csi \u009b2J turn \u202e end";
  for (
    const args of [
      ["task-add", "--content", content],
      ["task-status", "--id", "TAS-4", "--status", "in_progress"],
    ]
  ) {
    await using tool = await stage.iteratr(["tool", ...args], { env });
    assert.equal((await tool.finished()).code, 0);
  }
  const forbidden = /[[\p{Cc}--\n]\u202a-\u202e]/v;
  const { stdout } = await command(stage, "usage");
  assert.match(stdout, /^TAS-4 {2}red bell csi/m);
  assert.doesNotMatch(stdout, forbidden);
  const json = await command(stage, "usage", "--json");
  assert.doesNotMatch(json.stdout, forbidden);
  const report: unknown = JSON.parse(json.stdout);
  assert.ok(isObject(report));
  assert.equal(rows(report, "tasks").find(({ id }) => id === "TAS-4")?.["text"], content);
});
