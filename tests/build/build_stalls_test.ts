import assert from "node:assert/strict";
import { Stage } from "./_stage.ts";
import { together } from "./_together.ts";

/** Runs to its end as stalled after three iterations that brought nothing. */
async function expectStall(
  scenario: string,
  prepare?: (stage: Stage) => Promise<void>,
): Promise<void> {
  await using stage = await Stage.make();
  await prepare?.(stage);
  // Bounded, so that a run that takes this for progress ends as well.
  const { code, stdout, stderr } = await stage.build(scenario, ["--iterations", "9"]);
  assert.equal(code, 3, `${scenario}: ${stdout}`);
  const line =
    /^stalled \(exit 3\): no task or file changed in 3 iterations\. No task has been added yet\.$/m;
  assert.match(stdout, line, scenario);
  assert.match(stderr, line, scenario);
  assert.match(stderr, /^ {2}Look: iteratr tool task-list --name SPEC$/m);
  const { iterations, head } = await stage.session();
  assert.deepEqual(iterations.slice(-3).map(({ outcome }) => outcome), ["idle", "idle", "idle"]);
  assert.equal(head.run, null);
}

Deno.test("a run ends 3 when its agent does nothing, talks, asks or refuses", async () => {
  await together(["empty", "talks", "asks", "refuses"], (name) => expectStall(name));
});

Deno.test("a run ends 3 when its agent writes notes only, or turns a file to and fro", async () => {
  await together(["notes-only", "toggles"], (name) => expectStall(name));
});

Deno.test("a run outside of git ends 3 as well", async () => {
  await expectStall("toggles", (stage) => {
    return Deno.remove(stage.project(".git"), { recursive: true });
  });
});

Deno.test("a run whose output goes into a file of the work tree ends 3 as well", async () => {
  await using stage = await Stage.make();
  const { code } = await stage.build("talks", ["-i", "6"], {
    through: 'exec "$@" >run.log 2>errors.log',
  });
  assert.equal(code, 3, stage.read("project/run.log").slice(-1000));
});

Deno.test("an agent that changes files makes progress until the limit, without a task", async () => {
  await using stage = await Stage.make();
  const { code, stdout } = await stage.build("edits", ["--iterations", "5"]);
  assert.equal(code, 5, stdout);
  assert.match(stdout, /^iterations \(exit 5\): .* No task has been added yet\.$/m);
  const { iterations } = await stage.session();
  assert.deepEqual(
    iterations.map(({ outcome }) => outcome),
    ["progress", "progress", "progress", "progress", "progress"],
  );
});

Deno.test("an agent that changes files for ever and closes no task is stalled in the end", async () => {
  await using stage = await Stage.make();
  await Deno.writeTextFile(stage.project("iteratr.yml"), "stall:\n  without_task: 6\n");
  const { code, stdout } = await stage.build("edits", ["--iterations", "9"]);
  assert.equal(code, 3, stdout);
  assert.match(stdout, /^stalled \(exit 3\): no task was closed in 6 iterations in a row\./m);
});

Deno.test("progress is what was not seen before in the session, also by earlier runs", async () => {
  await using stage = await Stage.make();
  const first = await stage.build("toggles", ["--iterations", "2"]);
  assert.equal(first.code, 5, first.stdout);
  const second = await stage.build("toggles", ["--iterations", "9"]);
  assert.equal(second.code, 3, second.stdout);
  const { iterations } = await stage.session();
  assert.deepEqual(
    iterations.map(({ outcome }) => outcome),
    ["progress", "progress", "idle", "idle", "idle"],
  );
});

Deno.test("a run with nothing left but blocked tasks ends 3 and names them", async () => {
  await using stage = await Stage.make();
  const added = await stage.run([
    ...["tool", "task-add", "--name", "SPEC", "--content", "Ask the boss", "--status", "blocked"],
  ]);
  assert.equal(added.code, 0, added.stderr);
  const { code, stdout, stderr } = await stage.build("works", ["--iterations", "9"]);
  assert.equal(code, 3, stdout);
  assert.match(stderr, /^stalled \(exit 3\): .*Open: TAS-1 Ask the boss \(blocked\)\.$/m);
});

Deno.test("a session that was declared complete with blocked tasks is one to go on with", async () => {
  await using stage = await Stage.make();
  for (
    const args of [
      ["task-add", "--content", "Ask the boss", "--status", "blocked"],
      ["session-complete"],
    ]
  ) {
    const { code, stderr } = await stage.run(["tool", ...args, "--name", "SPEC"]);
    assert.equal(code, 0, stderr);
  }
  const { code, stdout } = await stage.build("works", ["--iterations", "9"]);
  assert.equal(code, 3, stdout);
  assert.match(stdout, /^session reopened: it has open tasks$/m);
  assert.match(stdout, /^== iteration 1 =/m);
});
