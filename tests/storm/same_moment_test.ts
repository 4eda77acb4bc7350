import assert from "node:assert/strict";
import type { Run } from "../build/_run.ts";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { checkLog, checkStore, endingsOf } from "./_log.ts";

const PLACES = 2;
const TIMES = 5;
const BUSY = 7;

/** Starts the same run twice: one has to find the other at work, which is then told to end. */
async function collide(stage: Stage, turn: number): Promise<void> {
  await using a = await stage.start("silent");
  await using b = await stage.start("silent");
  const loser = await Promise.race([a, b].map(async (run) => {
    await run.finished();
    return run;
  }));
  const winner: Run = loser === a ? b : a;
  const { code, stdout } = await loser.finished();
  assert.equal(code, BUSY, stdout);
  assert.match(stdout, new RegExp(`^busy \\(exit ${BUSY}\\): .*pid ${winner.pid} `, "m"));
  await winner.until(() => stage.prompts().length > turn);
  winner.signal("SIGTERM");
  assert.equal((await stage.ended(winner)).code, 143);
}

Deno.test("of two runs that start at the same moment one works and the other ends as busy", async () => {
  await together(Array.from({ length: PLACES }, (_, place) => place), async () => {
    await using stage = await Stage.make();
    for (let turn = 0; turn < TIMES; turn++) await collide(stage, turn);
    assert.equal(stage.starts(), TIMES);
    const seen = await stage.session();
    checkLog(seen);
    assert.deepEqual(endingsOf(seen), Array.from({ length: TIMES }, () => 143));
    await checkStore(stage);
  });
});
