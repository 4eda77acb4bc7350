import assert from "node:assert/strict";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { configure } from "../endings/_scripted.ts";
import { endedWith, gated, gatesRun } from "./_gates.ts";

const HANGS = "'echo begins; sleep 60 & sleep 60'";

const LIMITS = [
  ["verify:", `  - command: ${HANGS}`, "    timeout: 1s"],
  ["verify:", `  - command: ${HANGS}`, "    timeout: 1"],
  [`verify: ${HANGS}`, "verify_timeout: 1s"],
  // The gate's own limit counts.
  ["verify:", `  - command: ${HANGS}`, "    timeout: 1s", "verify_timeout: 1h"],
];

Deno.test("a gate past its time has failed, and its whole group is gone", async () => {
  await together(LIMITS, async (lines) => {
    await using stage = await Stage.make();
    await configure(stage, ...lines);
    const finished = await gated(stage, { flags: ["-i", "1"] });
    endedWith(finished, 4);
    assert.match(finished.stdout, /^gate +echo begins; .* +timed out +[1-9]/m);
    const [gate] = gatesRun(await stage.session(), "judgement");
    assert.deepEqual(
      [gate?.["end"], gate?.["exit"], gate?.["passed"]],
      ["timed-out", null, false],
    );
    assert.ok(Number(gate?.["ms"]) >= 1_000);
  });
});

Deno.test("the next prompt says that a gate took too long", async () => {
  await using stage = await Stage.make();
  await configure(stage, `verify: ${HANGS}`, "verify_timeout: 3s");
  endedWith(await gated(stage, { flags: ["-i", "2"] }), 4);
  const [, second = ""] = stage.prompts();
  assert.match(second, /^## `echo begins; sleep 60 & sleep 60` timed out\n\n {4}begins$/m);
});

Deno.test("a gate that ignores SIGTERM is killed, and so is what it hides in another session", async () => {
  await using stage = await Stage.make();
  await configure(stage, "verify_timeout: 1s");
  const stubborn = "trap '' TERM; setsid sleep 60 & while :; do sleep 1; done";
  endedWith(await gated(stage, { gates: [stubborn], flags: ["-i", "1"] }), 4);
  assert.equal(gatesRun(await stage.session(), "judgement")[0]?.["end"], "timed-out");
});
