import assert from "node:assert/strict";
import { Stage } from "../build/_stage.ts";
import { buildHooked, linesOf, startHooked, writeHooks } from "./_hooked.ts";

Deno.test("session_end runs to its end also when the store has been deleted", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "session_end": [
      `echo "$ITERATR_REASON $ITERATR_EXIT_CODE" >>"$OUT/ends"`,
      `echo 2 >>"$OUT/ends"`,
    ],
  });
  await using run = await startHooked(stage, {
    turns: { script: `rm -rf "$ITERATR_DATA_DIR"\n` },
  });
  const { code, stderr } = await run.finished();
  assert.equal(code, 9, stderr);
  assert.deepEqual(stage.processes(), []);
  await stage.removeStrays();
  assert.deepEqual(linesOf(stage, "ends"), ["store 9", "2"]);
});

Deno.test("a session_start hook that takes longer than the whole run may ends with it", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "session_start": [{ command: `echo on >>"$OUT/on"; sleep 1000`, timeout: 1000 }],
    "session_end": [`echo "$ITERATR_REASON $ITERATR_EXIT_CODE" >>"$OUT/ends"`],
  });
  await Deno.writeTextFile(stage.project("iteratr.yml"), "budget:\n  time: 1s\n");
  const { code, stdout } = await buildHooked(stage);
  assert.equal(code, 6, stdout);
  assert.deepEqual(linesOf(stage, "ends"), ["budget 6"]);
});

Deno.test("no prompt is sent any more when the time is up in a pre_iteration hook", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "pre_iteration": [{ command: `echo on >>"$OUT/on"; sleep 1000`, timeout: 1000 }],
  });
  const { code, stdout } = await buildHooked(stage, { flags: ["--max-time", "3s"] });
  assert.equal(code, 6, stdout);
  assert.deepEqual(linesOf(stage, "on"), ["on"]);
  assert.equal(stage.prompts().length, 0);
});
