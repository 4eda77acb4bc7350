import assert from "node:assert/strict";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { configure } from "../endings/_scripted.ts";
import { checkEnded, told } from "../faults/_faults.ts";
import { BREAKS, buildPlanned, type PlannedTurn, says } from "../faults/_planned.ts";
import { buildHooked, DONE, piped, timesPrompted, writeHooks } from "./_hooked.ts";

const SPEAKS: PlannedTurn = { updates: [says("Let me see.")] };
const FINISHES: PlannedTurn = { ...SPEAKS, script: DONE };

/** How often each prompt so far tells what a hook has printed. */
function tellings(stage: Stage, words: string): readonly number[] {
  return stage.prompts().map((prompt) => prompt.split(`    ${words}\n`).length - 1);
}

/** A complaint of a hook that comes once. */
function complaint(words: string): ReturnType<typeof piped> {
  return piped(`test -e "$OUT/said" && exit 0; touch "$OUT/said"; echo ${words}; exit 1`);
}

Deno.test("what hooks have printed stays for the next run when no agent gave a sign of having heard it", async () => {
  await together(["session_start", "pre_iteration"], async (moment) => {
    await using stage = await Stage.make();
    await configure(stage, "retry:", "  attempts: 2", "  delays: [0s]");
    await writeHooks(stage, { [moment]: [piped("echo the-forecast")] });
    checkEnded(await buildPlanned(stage, { turns: [BREAKS] }), 2);
    assert.deepEqual(tellings(stage, "the-forecast"), [1, 1, 1], moment);
    const failed = await stage.session();
    assert.deepEqual(dataOf(failed, "hook.delivered"), [], moment);
    assert.equal(failed.head.held?.length, 1, moment);
    await writeHooks(stage, {});
    checkEnded(await buildPlanned(stage, { turns: [SPEAKS, FINISHES] }), 0);
    assert.deepEqual(tellings(stage, "the-forecast").slice(3), [1, 0], moment);
    const seen = await stage.session();
    assert.equal(dataOf(seen, "hook.delivered").length, 1, moment);
    assert.deepEqual(seen.head.held, [], moment);
  });
});

Deno.test("each attempt at an iteration is told once what hooks have printed, heard or not before", async () => {
  const attempts: readonly (readonly PlannedTurn[])[] = [
    [BREAKS, BREAKS, FINISHES],
    [{ ...BREAKS, ...SPEAKS }, { ...BREAKS, ...SPEAKS }, FINISHES],
    [BREAKS, { ...BREAKS, ...SPEAKS }, FINISHES],
    [{ ...BREAKS, ...SPEAKS }, BREAKS, FINISHES],
  ];
  await together(attempts, async (turns) => {
    await using stage = await Stage.make();
    await configure(stage, "retry:", "  delays: [0s]");
    await writeHooks(stage, { "pre_iteration": [piped("echo the-forecast")] });
    const finished = await buildPlanned(stage, { turns });
    checkEnded(finished, 0);
    assert.deepEqual(tellings(stage, "the-forecast"), [1, 1, 1], told(finished));
    assert.equal(dataOf(await stage.session(), "hook.delivered").length, 1);
  });
});

Deno.test("an agent that has nothing to say in its turn has heard all the same", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, { "session_start": [piped("echo the-forecast")] });
  checkEnded(await buildPlanned(stage, { turns: [{}, { script: DONE }] }), 0);
  assert.deepEqual(tellings(stage, "the-forecast"), [1, 0]);
});

Deno.test("a complaint is owed to the next run when the agent of the extra turn fails", async () => {
  await using stage = await Stage.make();
  await configure(stage, "retry:", "  attempts: 0");
  await writeHooks(stage, { "post_iteration": [complaint("the-complaint")] });
  const finished = await buildPlanned(stage, { turns: [FINISHES, BREAKS] });
  checkEnded(finished, 0);
  assert.deepEqual(tellings(stage, "the-complaint"), [0, 1], told(finished));
  assert.equal((await stage.session()).head.held?.length, 1);
  checkEnded(await buildPlanned(stage, { turns: [SPEAKS] }), 0);
  assert.deepEqual(tellings(stage, "the-complaint"), [0, 1, 1]);
  const last = await buildPlanned(stage, { turns: [SPEAKS] });
  checkEnded(last, 0, /nothing to do/);
  assert.equal(stage.prompts().length, 3);
});

Deno.test("a complaint for which a limit leaves no extra turn is told by one of the next run", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, { "post_iteration": [complaint("the-complaint")] });
  checkEnded(await buildHooked(stage, { flags: ["-i", "1"] }), 0);
  assert.deepEqual(tellings(stage, "the-complaint"), [0]);
  const next = await buildHooked(stage, { turns: { script: "true\n" } });
  checkEnded(next, 0, /^complete: 1 task done, after 1 iteration/);
  assert.deepEqual(tellings(stage, "the-complaint"), [0, 1]);
  checkEnded(await buildHooked(stage), 0, /nothing to do/);
  assert.equal(stage.prompts().length, 2);
});

Deno.test("a hook that complains of everything costs one extra turn, and the next run has nothing to do", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "post_iteration": [piped("echo complaint-{{iteration}}; exit 1")],
  });
  checkEnded(await buildHooked(stage), 0);
  assert.equal(stage.prompts().length, 2);
  assert.equal(timesPrompted(stage, "    complaint-1\n"), 1);
  const [ended] = dataOf(await stage.session(), "run.ended");
  assert.equal(ended?.["told"], true);
  checkEnded(await buildHooked(stage), 0, /nothing to do/);
  assert.equal(stage.prompts().length, 2);
});
