import assert from "node:assert/strict";
import { dataOf, Stage } from "../build/_stage.ts";
import { buildHooked, DONE, hooksOf, piped, timesPrompted, writeHooks } from "./_hooked.ts";

/** Completes a task in each turn, and declares the session done in the third. */
const THREE_TURNS = `iteratr tool task-add --content "task $TURN" --status completed
test "$TURN" -lt 3 || iteratr tool session-complete
test "$TURN" -ge 3 || iteratr tool task-add --content "open $TURN"
test "$TURN" -lt 2 || iteratr tool task-status --id TAS-2 --status cancelled
test "$TURN" -lt 3 || iteratr tool task-status --id TAS-4 --status cancelled
test "$TURN" -lt 3 || iteratr tool session-complete
`;

Deno.test("what hooks print goes to the prompts that it is for, each piece once, in the order of the runs", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "session_start": [piped("echo S-out"), "echo S-kept"],
    "pre_iteration": [piped("echo PRE-{{iteration}}-out")],
    "on_task_complete": [piped("echo TASK-{{task_id}}-out")],
    "post_iteration": [piped("echo POST-{{iteration}}-out; exit {{iteration}}")],
    "session_end": [piped("echo END-out")],
  });
  const { code, stdout } = await buildHooked(stage, { turns: { script: THREE_TURNS } });
  assert.equal(code, 0, stdout);
  const pieces = stage.prompts().map((prompt) =>
    [...prompt.matchAll(/^ {4}(\S+-out)$/gm)].map(([, piece]) => piece)
  );
  assert.deepEqual(pieces, [
    ["S-out", "PRE-1-out"],
    ["TASK-TAS-1-out", "POST-1-out", "PRE-2-out"],
    ["TASK-TAS-3-out", "POST-2-out", "PRE-3-out"],
    // The one turn more, since the hook after the third has failed.
    ["TASK-TAS-5-out", "POST-3-out", "PRE-4-out"],
  ]);
  assert.equal(timesPrompted(stage, "S-kept"), 0);
  assert.equal(timesPrompted(stage, "END-out"), 0);
});

Deno.test("each piece is framed with its moment, its command and what came of it", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "session_start": [
      piped("echo one"),
      piped("echo two >&2; exit 7"),
      piped("kill -KILL $$"),
      piped("true"),
      piped("false"),
    ],
    "pre_iteration": [piped("echo '# no heading'\necho three")],
  });
  const { code, stdout } = await buildHooked(stage);
  assert.equal(code, 0, stdout);
  const [prompt = ""] = stage.prompts();
  for (
    const piece of [
      "## session_start: `echo one` ok\n\n    one\n",
      "## session_start: `echo two >&2; exit 7` failed (exit 7)\n\n    two\n",
      "## session_start: `kill -KILL $$` failed (ended by a signal)\n\n    (it printed nothing)\n",
      "## session_start: `false` failed (exit 1)\n\n    (it printed nothing)\n",
      "## pre_iteration, iteration 1: `echo '# no heading'; echo three` ok\n\n    # no heading\n    three\n",
    ]
  ) assert.ok(prompt.includes(piece), `${piece}\nin\n${prompt.slice(0, 2000)}`);
  assert.ok(!prompt.includes("`true`"), "who says nothing, and has not failed, is not told");
});

Deno.test("a complaint that comes when all is done costs one turn more, and only one", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, { "post_iteration": [piped("echo complaint-{{iteration}}; exit 1")] });
  const { code, stdout } = await buildHooked(stage);
  assert.equal(code, 0, stdout);
  assert.equal(stage.prompts().length, 2);
  assert.equal(timesPrompted(stage, "    complaint-1\n"), 1);
  assert.equal(timesPrompted(stage, "    complaint-2\n"), 0);
  const next = await buildHooked(stage);
  assert.equal(next.code, 0, next.stdout);
  assert.equal(stage.prompts().length, 2, "what is complete stays so");
});

Deno.test("when all is done, neither a hook that succeeds nor one that does not pipe costs a turn", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, { "post_iteration": [piped("echo fine"), "echo complaint; exit 1"] });
  const { code, stdout } = await buildHooked(stage);
  assert.equal(code, 0, stdout);
  assert.equal(stage.prompts().length, 1);
});

Deno.test("what a hook prints after an agent's error goes to the prompt that takes the work up", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "on_error": [piped("echo rescue-{{iteration}}")],
    "post_iteration": [piped("echo never")],
  });
  const first = await stage.build("errors message=overloaded", ["--no-retry"]);
  assert.equal(first.code, 2, first.stdout);
  const seen = await stage.session();
  assert.deepEqual(hooksOf(seen).map(({ hook }) => hook), ["on_error"]);
  const before = stage.prompts().length;
  const next = await stage.build("works tasks=1");
  assert.equal(next.code, 0, next.stdout);
  assert.match(stage.prompts()[before] ?? "", /on_error, iteration 1: `.*` ok\n\n {4}rescue-1\n/);
  assert.equal(timesPrompted(stage, "    rescue-1\n"), 1);
});

Deno.test("a hook that fails is shown and recorded, and ends nothing", async () => {
  await using stage = await Stage.make();
  const fail = (word: string): string => `echo ${word} says no; exit 9`;
  await writeHooks(stage, {
    "session_start": [fail("start"), "no-such-program"],
    "pre_iteration": [fail("pre")],
    "on_task_complete": [fail("task")],
    "post_iteration": [fail("post")],
    "session_end": [fail("end")],
  });
  const { code, stdout } = await buildHooked(stage);
  assert.equal(code, 0, stdout);
  for (const word of ["start", "pre", "task", "post", "end"]) {
    assert.match(stdout, new RegExp(`^ {8}\\| ${word} says no$`, "m"));
  }
  assert.match(stdout, /^hook +session_start +no-such-program +failed \(exit 127\)/m);
  const seen = await stage.session();
  assert.deepEqual(hooksOf(seen).map(({ hook, end, exit, held }) => [hook, end, exit, held]), [
    ["session_start", "exited", 9, false],
    ["session_start", "exited", 127, false],
    ["pre_iteration", "exited", 9, false],
    ["on_task_complete", "exited", 9, false],
    ["post_iteration", "exited", 9, false],
    ["session_end", "exited", 9, false],
  ]);
  assert.equal(dataOf(seen, "run.ended").at(-1)?.["reason"], "complete");
  assert.equal(seen.events.at(-1)?.type, "run.ended");
});

Deno.test("--json tells of each hook what is recorded of it", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "session_start": [piped("echo hello")],
    "session_end": ["exit 5"],
  });
  const { code, stdout } = await buildHooked(stage, { flags: ["--json"] });
  assert.equal(code, 0, stdout);
  const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const told = lines.filter(({ type }) => type === "hook.ended").map(({ data }) => data);
  assert.deepEqual(told, hooksOf(await stage.session()));
  assert.deepEqual(told.map(({ hook, exit, held }) => [hook, exit, held]), [
    ["session_start", 0, true],
    ["session_end", 5, false],
  ]);
});

Deno.test("where nothing is piped, no prompt speaks of hooks", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, { "pre_iteration": ["echo a"], "post_iteration": ["echo b; exit 1"] });
  const { code, stdout } = await buildHooked(stage, { turns: { script: DONE } });
  assert.equal(code, 0, stdout);
  assert.equal(timesPrompted(stage, "Output of hooks"), 0);
});

Deno.test("however much is held, a prompt stays within its bounds and tells of every piece", async () => {
  await using stage = await Stage.make();
  const loud = (n: number): string =>
    `echo first-${n}; head -c 90000 /dev/zero | tr '\\0' x; echo last-${n}`;
  await writeHooks(stage, {
    "session_start": Array.from({ length: 12 }, (_, n) => piped(loud(n))),
  });
  const { code, stdout } = await buildHooked(stage);
  assert.equal(code, 0, stdout);
  const [prompt = ""] = stage.prompts();
  assert.ok(prompt.length < 300_000, `${prompt.length} characters`);
  for (let n = 0; n < 12; n++) {
    assert.ok(prompt.includes(`    first-${n}\n`), `first of ${n}`);
    assert.ok(prompt.includes(`last-${n}\n`), `last of ${n}`);
  }
});
