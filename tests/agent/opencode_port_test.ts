import assert from "node:assert/strict";
import { Stage } from "../build/_stage.ts";
import { told } from "../faults/_faults.ts";

/** Makes the fake known as opencode, which writes down what it was called with; gives its path. */
async function fakeOpencode(stage: Stage, first = ""): Promise<string> {
  const calls = stage.join("calls");
  const script = `printf '%s\n' "$*" >>'${calls}'\n${first}\nexec ${stage.agent("works tasks=1")}`;
  return await stage.writeProgram("opencode", script);
}

Deno.test("an opencode that has failed is started again on another port", async () => {
  await using stage = await Stage.make();
  const crash = `[ "$(wc -l <'${stage.join("calls")}')" -ge 4 ] || exit 1`;
  const command = `${await fakeOpencode(stage, crash)} acp`;
  await Deno.writeTextFile(stage.project("iteratr.yml"), "retry:\n  delays: [0s]\n");
  const words = ["build", "-m", "fake/m1", "--no-auto-commit", "--agent-command", command];
  const finished = await stage.run(words);
  assert.equal(finished.code, 0, told(finished));
  const calls = stage.read("calls").trimEnd().split("\n");
  assert.equal(calls.length, 4);
  for (const call of calls) assert.match(call, /^acp --port [1-9]\d*$/);
  // By chance a port may come twice, but not all the time.
  assert.ok(new Set(calls).size > 1, calls.join(", "));
  assert.doesNotMatch(finished.stdout, /^warning/m);
});

Deno.test("a port that nobody can know is left as it is, and the run says once what that costs", async () => {
  await using stage = await Stage.make();
  const command = `${await fakeOpencode(stage)} acp --port 0`;
  const words = ["build", "-m", "fake/m1", "--no-auto-commit", "--agent-command", command];
  const finished = await stage.run(words);
  assert.equal(finished.code, 0, told(finished));
  assert.equal(stage.read("calls"), "acp --port 0\n");
  const warnings = finished.stdout.match(/^warning .*/gm) ?? [];
  assert.equal(warnings.length, 1, told(finished));
  assert.match(warnings[0] ?? "", /sub-agents .*--port/);
});
