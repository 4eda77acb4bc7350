import assert from "node:assert/strict";
import stringWidth from "string-width";
import { usageTable } from "../../src/render/usage_table.ts";
import { usageReport } from "../../src/session/usage_tally.ts";
import { Log, used } from "./_log.ts";

function tableOf(log: Log): readonly string[] {
  return usageTable("login", usageReport(log.events)).split("\n");
}

Deno.test("the table has a line for each iteration, task and model, and one for the total", () => {
  const log = new Log().run("a").begin(1).plan(1).plan(2).task(1, "completed");
  log.end(1, 72_000, used(18_200, 2100, 3050, 0.09)).endRun(80_000);
  log.run("b").begin(2).end(2, 3400, { ...used(950, 20, 0, 0.004), partial: true });
  log.endRun(4000);
  assert.deepEqual(tableOf(log), [
    "session login  2 runs, 1m24s in all",
    "",
    "by iteration                                time        in  cached   out    cost",
    "1  run 1  progress                         1m12s     18.2k    3.0k  2.1k   $0.09",
    "2  run 2  progress                          3.4s  >=   950       0    20  $0.004",
    "",
    "by task                                     time        in  cached   out    cost",
    "TAS-1  task 1                              1m12s     18.2k    3.0k  2.1k   $0.09",
    "(no task)                                   3.4s  >=   950       0    20  $0.004",
    "",
    "by model                                                in  cached   out    cost",
    "fake/m1                                           >= 19.1k    3.0k  2.1k   $0.09",
    "",
    "total  2 iterations                        1m15s  >= 19.1k    3.0k  2.1k   $0.09",
    "",
    ">= at least this much: not all of it is known",
    "",
  ]);
});

Deno.test("the lines of the table fit into 80 columns, whatever tasks are called", () => {
  const log = new Log().run("a").begin(1);
  const text = `wide \u6f22\u5b57 ${"and very long ".repeat(20)}`;
  log.add("task.added", { n: 1, text, status: "in_progress", priority: 2 }, "agent");
  log.end(1, 360_000_000, used(123_456_789, 123_456, 1_234_567_890, 1e-9));
  const wide = tableOf(log).filter((line) => stringWidth(line) > 80);
  assert.deepEqual(wide, []);
  assert.ok(tableOf(log).some((line) => line.startsWith("TAS-1  wide \u6f22\u5b57 and ")));
});

Deno.test("a long name of a model stands in a line of its own, whole", () => {
  const model = `provider/${"long-".repeat(12)}model`;
  const lines = tableOf(new Log().run("a", model).begin(1).end(1, 1, used(1, 2, 3, 4)));
  const at = lines.indexOf(model);
  assert.match(lines[at + 1] ?? "", /^ +1 +3 +2 +\$4\.00$/);
});

Deno.test("nothing of a task or a model moves the cursor, or begins a line", () => {
  const evil = "a\x1b[2J\x07b\u009b1mc\nd\re\tf\u202eg";
  const log = new Log().run("a", evil).begin(1);
  log.add("task.added", { n: 1, text: evil, status: "in_progress", priority: 2 }, "agent");
  const lines = tableOf(log.end(1, 1, used(1, 2, 3, 4)));
  assert.deepEqual(lines.filter((line) => /[\p{Cc}\u202e]/u.test(line)), []);
  assert.deepEqual(lines.filter((line) => line.startsWith("d")), []);
});

Deno.test("what is not known of a task or a model is said so", () => {
  const lines = tableOf(new Log().begin(1).end(1, 1, used(1, 2, 3, 4)));
  assert.ok(lines.some((line) => line.startsWith("(no task) ")));
  assert.ok(lines.some((line) => line.startsWith("(unknown) ")));
});

Deno.test("a session without an iteration has a sentence instead of a table", () => {
  assert.deepEqual(tableOf(new Log().run("a").endRun(1500)), [
    "session login  1 run, 1.5s in all",
    "nothing is spent: no iteration has begun yet",
    "",
  ]);
});
