import assert from "node:assert/strict";
import type { Run } from "../build/_run.ts";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { beside, checkEnded, outcomes } from "./_faults.ts";

/*
 * That an agent fails which does not answer in time is tested with a hurried clock in
 * tests/agent/agent_test.ts, and that what fails so is tried again in retry_test.ts.
 */

const HANGS = ["hang-initialize", "hang-new"] as const;

/** Starts a run whose agent hangs in its handshake. */
async function hanging(stage: Stage, scenario: string): Promise<Run> {
  const run = await stage.start(scenario, ["--no-retry"]);
  const method = scenario === "hang-new" ? "session/new" : "initialize";
  await run.until(() => stage.sent(method).length > 0);
  return run;
}

Deno.test("a signal and a stop end a run at once whose agent hangs in its handshake", async () => {
  const ends = [
    { code: 143, end: (_: Stage, run: Run) => run.signal("SIGTERM") },
    { code: 130, end: (_: Stage, run: Run) => run.signal("SIGINT") },
    { code: 8, end: (stage: Stage) => beside(stage, "stop", "--now") },
  ];
  const cases = HANGS.flatMap((scenario) => ends.map((end) => ({ scenario, ...end })));
  await together(cases, async ({ scenario, code, end }) => {
    await using stage = await Stage.make();
    await using run = await hanging(stage, scenario);
    await end(stage, run);
    checkEnded(await stage.ended(run), code);
    assert.deepEqual(outcomes(await stage.session()), [], scenario);
  });
});

Deno.test("a run that is killed while its agent hangs in its handshake is taken up by the next", async () => {
  await together(HANGS, async (scenario) => {
    await using stage = await Stage.make();
    await using run = await hanging(stage, scenario);
    run.signal("SIGKILL");
    await run.finished();
    checkEnded(await stage.build("works tasks=1"), 0);
    assert.equal(outcomes(await stage.session())[0]?.[1], "progress", scenario);
    await stage.removeStrays();
  });
});
