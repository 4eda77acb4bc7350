import assert from "node:assert/strict";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import {
  buildHooked,
  command,
  DONE,
  hooksOf,
  linesOf,
  piped,
  sleeping,
  startHooked,
  timesPrompted,
  writeHooks,
} from "./_hooked.ts";

/** Writes down which task has been completed. */
const NOTE = `echo "{{task_id}} {{task_content}}" >>"$OUT/done"`;

Deno.test("on_task_complete runs after the turn, once for each completion, in their order", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "on_task_complete": [NOTE, `cat "$OUT/turn-over" >>"$OUT/done"`],
    "post_iteration": [`echo post >>"$OUT/done"`],
  });
  const script = `iteratr tool task-add --content a
iteratr tool task-add --content b
iteratr tool task-status --id TAS-2 --status completed
iteratr tool task-status --id TAS-2 --status completed
iteratr tool task-status --id TAS-1 --status completed
sleep 0.3; echo over >"$OUT/turn-over"
iteratr tool session-complete
`;
  const { code, stdout } = await buildHooked(stage, { turns: { script } });
  assert.equal(code, 0, stdout);
  assert.deepEqual(linesOf(stage, "done"), ["TAS-2 b", "over", "TAS-1 a", "over", "post"]);
});

Deno.test("a task that is opened again and completed again has its hooks twice", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, { "on_task_complete": [NOTE] });
  const script = `test "$TURN" = 1 && iteratr tool task-add --content a
iteratr tool task-status --id TAS-1 --status completed
test "$TURN" = 1 && iteratr tool task-status --id TAS-1 --status remaining
test "$TURN" = 2 && iteratr tool session-complete
`;
  const { code, stdout } = await buildHooked(stage, { turns: { script } });
  assert.equal(code, 0, stdout);
  assert.deepEqual(linesOf(stage, "done"), ["TAS-1 a", "TAS-1 a"]);
});

Deno.test("a task that a user completes during the turn has its hooks too", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, { "on_task_complete": [NOTE] });
  const script = `iteratr tool task-add --content mine
iteratr tool task-add --content theirs
iteratr tool task-status --id TAS-1 --status completed
echo on >"$OUT/on"; until test -e "$OUT/go"; do sleep 0.05; done
iteratr tool session-complete
`;
  await using run = await startHooked(stage, { turns: { script } });
  await run.until(() => stage.read("on") !== "");
  const args = ["tool", "task-status", "--name", "SPEC", "--id", "TAS-2", "--status", "completed"];
  const done = await command(stage, ...args);
  assert.equal(done.code, 0, done.stderr);
  assert.equal(stage.read("done"), "", "the turn is not over");
  await Deno.writeTextFile(stage.join("go"), "");
  assert.equal((await stage.ended(run)).code, 0);
  assert.deepEqual(linesOf(stage, "done"), ["TAS-1 mine", "TAS-2 theirs"]);
});

Deno.test("a task that a hook completes after the last turn has its hooks before the run ends", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "on_task_complete": [NOTE],
    "post_iteration": ["iteratr tool task-status --id TAS-2 --status completed"],
  });
  const script = `iteratr tool task-add --content a --status completed
iteratr tool task-add --content b
`;
  const { code, stdout } = await buildHooked(stage, { turns: { script }, flags: ["-i", "1"] });
  assert.ok(code === 0 || code === 5, stdout);
  assert.deepEqual(linesOf(stage, "done"), ["TAS-1 a", "TAS-2 b"]);
});

Deno.test("a completion whose hook was broken off by a signal or a kill has its hooks in the next run", async () => {
  const ways = [
    { signal: "SIGKILL", script: DONE },
    { signal: "SIGTERM", script: DONE },
    { signal: "SIGKILL", script: "iteratr tool task-add --content one --status completed\n" },
  ] as const;
  await together(ways, async ({ signal, script }) => {
    await using stage = await Stage.make();
    await writeHooks(stage, { "on_task_complete": [sleeping("on")] });
    {
      await using run = await startHooked(stage, { turns: { script } });
      await run.until(() => stage.read("on") !== "");
      run.signal(signal);
      await run.finished();
    }
    await stage.removeStrays();
    await writeHooks(stage, { "on_task_complete": [NOTE, piped("echo owed-{{task_id}}; exit 1")] });
    const next = await buildHooked(stage, {
      turns: { script: "iteratr tool session-complete\n" },
    });
    assert.equal(next.code, 0, next.stdout);
    assert.deepEqual(linesOf(stage, "done"), ["TAS-1 one"]);
    assert.equal(timesPrompted(stage, "    owed-TAS-1\n"), 1);
    const third = await buildHooked(stage);
    assert.equal(third.code, 0, third.stdout);
    assert.deepEqual(linesOf(stage, "done"), ["TAS-1 one"]);
  });
});

Deno.test("of several hooks of a completion, a kill has those run that had not ended", async () => {
  const waits = `echo on >"$OUT/on"; test -e "$OUT/go" || sleep 1000; echo waited >>"$OUT/done"`;
  const changed = `echo changed >>"$OUT/done"`;
  const cases = [
    [[NOTE, waits, NOTE], ["TAS-1 one", "waited", "TAS-1 one"]],
    // Other hooks than before are run, also where they stand in the place of those that have ended.
    [[changed, waits, NOTE], ["TAS-1 one", "changed", "waited", "TAS-1 one"]],
    // The last one marks the completion as done with.
    [[NOTE], ["TAS-1 one", "TAS-1 one"]],
  ] as const;
  await together(cases, async ([hooks, expected]) => {
    await using stage = await Stage.make();
    await writeHooks(stage, { "on_task_complete": [NOTE, waits, NOTE] });
    {
      await using run = await startHooked(stage);
      await run.until(() => stage.read("on") !== "");
      run.signal("SIGKILL");
      await run.finished();
    }
    await stage.removeStrays();
    await Deno.writeTextFile(stage.join("go"), "");
    await writeHooks(stage, { "on_task_complete": hooks });
    for (let n = 0; n < 2; n++) {
      const { code, stdout } = await buildHooked(stage);
      assert.equal(code, 0, stdout);
      assert.deepEqual(linesOf(stage, "done"), expected);
    }
  });
});

Deno.test("a completion in a turn that was killed has its hooks in the next run", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, { "on_task_complete": [NOTE] });
  {
    const script = `${DONE}echo on >"$OUT/on"; sleep 1000\n`;
    await using run = await startHooked(stage, { turns: { script } });
    await run.until(() => stage.read("on") !== "");
    run.signal("SIGKILL");
    await run.finished();
  }
  await stage.removeStrays();
  const next = await buildHooked(stage);
  assert.equal(next.code, 0, next.stdout);
  assert.deepEqual(linesOf(stage, "done"), ["TAS-1 one"]);
  assert.equal(hooksOf(await stage.session()).length, 1);
});

Deno.test("what was completed before there were hooks for it has none", async () => {
  await using stage = await Stage.make();
  const script = `iteratr tool task-add --content before --status completed
iteratr tool task-add --content open
`;
  const first = await buildHooked(stage, { turns: { script }, flags: ["-i", "1"] });
  assert.equal(first.code, 5, first.stdout);
  await writeHooks(stage, { "on_task_complete": [NOTE] });
  const close = "iteratr tool task-status --id TAS-2 --status completed\n";
  const next = await buildHooked(stage, { turns: { script: close } });
  assert.equal(next.code, 0, next.stdout);
  assert.deepEqual(linesOf(stage, "done"), ["TAS-2 open"]);
});

Deno.test("a hook that completes a task of its own for each completion does not go round in circles", async () => {
  const adds = `echo x >>"$OUT/ran"
iteratr tool task-add --content "after $ITERATR_TASK_ID" --status completed`;
  const declared = `test "$TURN" = 1 && ${DONE}iteratr tool session-complete\n`;
  const cases = [
    { script: "iteratr tool task-add --content one --status completed\n", flags: ["-i", "1"] },
    { script: DONE, flags: ["-i", "1"] },
    { script: declared, flags: ["-i", "3"] },
    { script: declared, flags: [] },
  ];
  await together(cases, async ({ script, flags }) => {
    await using stage = await Stage.make();
    await writeHooks(stage, { "on_task_complete": [adds] });
    const { code, stdout } = await buildHooked(stage, { turns: { script }, flags });
    assert.ok(code === 0 || code === 5, stdout);
    const { tasks } = await stage.session();
    assert.ok(tasks.length > 1 && tasks.length <= 8, `${tasks.length} tasks\n${stdout}`);
    assert.ok(linesOf(stage, "ran").length <= tasks.length);
  });
});
