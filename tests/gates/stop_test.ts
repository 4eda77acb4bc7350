import assert from "node:assert/strict";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { checkRecorded, checkTold } from "../endings/_ending.ts";
import { command, endedWith, gated, gatesRun, startGated, statusOf, verdicts } from "./_gates.ts";

/** Waits the first time that it judges; a child of it as well, and one that left its group. */
const WAITS = `n=$(($(cat "$HOME/n" 2>/dev/null || echo 0) + 1)); echo $n > "$HOME/n"
  if [ $n = 2 ]; then sleep 60 & setsid sleep 60 & touch "$HOME/waits"; wait; fi`;

const ENDINGS = [
  ["stop --now", { reason: "stopped", code: 8, says: /stopped as asked/ }],
  ["SIGTERM", { reason: "interrupted", code: 143, says: /SIGTERM was received/ }],
  ["SIGINT", { reason: "interrupted", code: 130, says: /SIGINT was received/ }],
  ["SIGHUP", { reason: "interrupted", code: 129, says: /SIGHUP was received/ }],
] as const;

Deno.test("a run that is told to end in the middle of a gate ends, and the next one judges", async () => {
  await together(ENDINGS, async ([how, ending]) => {
    await using stage = await Stage.make();
    await using run = await startGated(stage, { gates: [WAITS] });
    await run.until(() => stage.read("home/n").trim() === "2");
    if (how === "stop --now") endedWith(await command(stage, "stop", "SPEC", "--now"), 0);
    else run.signal(how);
    checkTold(await stage.ended(run), ending);
    const seen = await stage.session();
    checkRecorded(seen, ending);
    assert.deepEqual(gatesRun(seen, "judgement").map(({ end, passed }) => [end, passed]), [
      ["stopped", false],
    ]);
    assert.deepEqual(verdicts(seen, "judgement"), [], "a judgement that was broken off");
    assert.equal(seen.head.complete, true);
    endedWith(await gated(stage, { gates: [WAITS] }), 0);
    assert.equal(stage.prompts().length, 1, "a turn was taken");
  });
});

Deno.test("status says running while a gate is run", async () => {
  await using stage = await Stage.make();
  await using run = await startGated(stage, { gates: [WAITS] });
  await run.until(() => stage.read("home/n").trim() === "2");
  const { code, summary } = await statusOf(stage);
  assert.deepEqual([code, summary["state"]], [11, "running"]);
  assert.equal(summary["judgement"], null);
  const told = await command(stage, "status");
  assert.match(told.stdout, /^session SPEC {2}running$/m);
  run.signal("SIGTERM");
  endedWith(await stage.ended(run), 143);
});
