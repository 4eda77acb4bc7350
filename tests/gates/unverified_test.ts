import assert from "node:assert/strict";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { checkRecorded, checkTold } from "../endings/_ending.ts";
import { configure } from "../endings/_scripted.ts";
import { DECLARES, endedWith, gated, gatesRun, verdicts } from "./_gates.ts";

const ENDING = {
  reason: "unverified",
  code: 4,
  hint: /^ {2}Look: iteratr status SPEC\n {2}Go on: iteratr build --name SPEC .* --verify /m,
};

Deno.test("after five failed judgements in a row a run ends 4, and no stall comes before", async () => {
  await using stage = await Stage.make();
  const finished = await gated(stage, { gates: ["echo never", "exit 9"], flags: ["--stall", "1"] });
  const says =
    /: everything is declared done, but "exit 9" fails in 5 judgements in a row, after 5 it/;
  checkTold(finished, { ...ENDING, says });
  const seen = await stage.session();
  checkRecorded(seen, ENDING);
  assert.deepEqual(
    verdicts(seen, "judgement").map(({ failed }) => failed),
    Array(5).fill(["exit 9"]),
  );
  assert.equal(seen.head.judgement?.inARow, 5);
  assert.equal(seen.head.complete, false);
});

Deno.test("the iterations without a task closed are not counted while only gates are in the way", async () => {
  await using stage = await Stage.make();
  await configure(stage, "stall:", "  iterations: 1", "  without_task: 1");
  const turn = `date +%N > touched.txt\n${DECLARES}`;
  endedWith(await gated(stage, { turn, gates: ["false"] }), 4);
  assert.equal(verdicts(await stage.session(), "judgement").length, 5);
});

Deno.test("completion outranks a limit of iterations that is reached in the same one", async () => {
  await using stage = await Stage.make();
  const finished = await gated(stage, { gates: ["true"], flags: ["-i", "1"] });
  endedWith(finished, 0);
  assert.match(finished.stdout, /^complete: 1 task done, after 1 iteration.*; gates pass/m);
});

Deno.test("a run that is declared done and ended by -i is judged, and ends 4 when that fails", async () => {
  await together([1, 2], async (times) => {
    await using stage = await Stage.make();
    const finished = await gated(stage, { gates: ["exit 9"], flags: ["-i", String(times)] });
    const says = /: everything is declared done, but "exit 9" fails, after/;
    checkTold(finished, { ...ENDING, says });
    const seen = await stage.session();
    checkRecorded(seen, ENDING);
    assert.equal(verdicts(seen, "judgement").length, times);
    assert.equal(gatesRun(seen, "judgement").length, times);
  });
});

Deno.test("a run with all tasks closed whose time is up is judged all the same", async () => {
  // Whether the time is up before the turn, in it, or in the gate: the gates have the last word.
  const cases = [["true", "sleep 60", 0], ["exit 9", "sleep 60", 4], [
    "sleep 1; exit 9",
    "",
    4,
  ]] as const;
  await together(cases, async ([gate, turn, code]) => {
    await using stage = await Stage.make();
    endedWith(await gated(stage), 0);
    const flags = ["--max-time", "1s", ...(turn === "" ? [] : ["--reopen"])];
    const finished = await gated(stage, { turn, gates: [gate], flags });
    endedWith(finished, code);
    if (code === 4) assert.match(finished.stdout, /^unverified \(exit 4\): /m);
    assert.equal(verdicts(await stage.session(), "judgement").length, 1);
  });
});

Deno.test("a limit that is reached with tasks open judges nothing", async () => {
  await using stage = await Stage.make();
  const turn = "iteratr tool task-add --content one";
  endedWith(await gated(stage, { turn, gates: ["false"], flags: ["-i", "1"] }), 5);
  assert.deepEqual(verdicts(await stage.session(), "judgement"), []);
});

Deno.test("a run after one that ended 4 tells the agent why, and counts its judgements anew", async () => {
  await using stage = await Stage.make();
  const gates = ["echo the cause; exit 9"];
  endedWith(await gated(stage, { gates, flags: ["-i", "2"] }), 4);
  endedWith(await gated(stage, { gates }), 4);
  const seen = await stage.session();
  assert.equal(verdicts(seen, "judgement").length, 7);
  const [, , third = ""] = stage.prompts();
  assert.match(third, /failed \(exit 9\)\n\n {4}the cause$/m);
  assert.deepEqual(dataOf(seen, "run.ended").map(({ iterations }) => iterations), [2, 5]);
});

Deno.test("a session that is judged by nothing else than what failed is told whole", async () => {
  await using stage = await Stage.make();
  const finished = await gated(stage, { gates: ["exit 1", "exit 2"], flags: ["-i", "1"] });
  checkTold(finished, { ...ENDING, says: /but "exit 1", "exit 2" fail, after 1 iteration/ });
});

Deno.test("the hooks at the end of a session are told that it is not proven", async () => {
  await using stage = await Stage.make();
  await Deno.writeTextFile(
    stage.project(".iteratr.hooks.yml"),
    'version: 1\nhooks:\n  session_end: { command: "echo $ITERATR_REASON $ITERATR_EXIT_CODE > ended.txt" }\n',
  );
  endedWith(await gated(stage, { gates: ["exit 1"], flags: ["-i", "1"] }), 4);
  assert.equal(stage.read("project/ended.txt"), "unverified 4\n");
});
