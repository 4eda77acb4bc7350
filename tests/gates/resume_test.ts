import assert from "node:assert/strict";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { DECLARES, endedWith, gated, gatesRun, startGated, statusOf, verdicts } from "./_gates.ts";

/** Waits the first time that it judges; the baseline is the first time that it is run at all. */
const WAITS = `n=$(($(cat "$HOME/n" 2>/dev/null || echo 0) + 1)); echo $n > "$HOME/n"
  [ $n = 2 ] && sleep 60; `;

Deno.test("a run that is killed in the middle of a gate is judged by the next one, without a turn", async () => {
  await together([["true", 0, 1], ["exit 1", 4, 2]] as const, async ([gate, code, prompts]) => {
    await using stage = await Stage.make();
    const gates = [`${WAITS}${gate}`];
    await using run = await startGated(stage, { gates });
    await run.until(() => stage.read("home/n").trim() === "2");
    run.signal("SIGKILL");
    await run.finished();
    await stage.removeStrays();
    endedWith(await gated(stage, { gates, flags: ["-i", "1"] }), code);
    assert.equal(stage.prompts().length, prompts);
    const seen = await stage.session();
    assert.equal(verdicts(seen, "baseline").length, 1);
    assert.deepEqual(verdicts(seen, "judgement").map(({ passed }) => passed), [
      ...(code === 0 ? [true] : [false, false]),
    ]);
    assert.deepEqual(dataOf(seen, "run.ended").map(({ code }) => code), [137, code]);
  });
});

Deno.test("a run that is killed between declaration and judgement is judged by the next one", async () => {
  await using stage = await Stage.make();
  // The turn is not over when it declares: its iteration is closed as interrupted.
  await using run = await startGated(stage, { turn: `${DECLARES}sleep 60\n`, gates: ["true"] });
  await run.until(() => run.stdout.includes("session declared complete"));
  run.signal("SIGKILL");
  await run.finished();
  await stage.removeStrays();
  assert.equal((await statusOf(stage)).code, 10, "it is declared done, and not proven");
  const finished = await gated(stage, { gates: ["true"] });
  endedWith(finished, 0);
  assert.match(finished.stdout, /^complete: 1 task done, after 0 iterations.*; gates pass/m);
  assert.equal(stage.prompts().length, 1);
});

Deno.test("a session that was complete without gates is judged when there are some", async () => {
  await together([["true", 0, 1], ["test -f proof.txt", 0, 2], ["exit 1", 4, 2]] as const, async (
    [gate, code, prompts],
  ) => {
    await using stage = await Stage.make();
    endedWith(await gated(stage), 0);
    const turn = `touch proof.txt\n${DECLARES}`;
    endedWith(await gated(stage, { turn, gates: [gate], flags: ["-i", "1"] }), code);
    assert.equal(stage.prompts().length, prompts);
    if (prompts === 2) assert.match(stage.prompts()[1] ?? "", /was reopened/);
    assert.deepEqual(verdicts(await stage.session(), "baseline"), []);
  });
});

Deno.test("a session that other gates have judged is judged by these", async () => {
  await using stage = await Stage.make();
  endedWith(await gated(stage, { gates: ["true"] }), 0);
  endedWith(await gated(stage, { gates: ["true", "echo another"] }), 0);
  assert.equal(stage.prompts().length, 1, "a turn was taken");
  const judged = gatesRun(await stage.session(), "judgement").map(({ name }) => name);
  assert.deepEqual(judged, ["true", "true", "echo another"]);
});

Deno.test("a proven session is nothing to do: no gate, no hook and no agent is run", async () => {
  await using stage = await Stage.make();
  const gates = ['echo x >> "$HOME/runs"'];
  endedWith(await gated(stage, { gates }), 0);
  const events = (await stage.session()).events.length;
  const again = await gated(stage, { gates });
  endedWith(again, 0);
  assert.match(again.stdout, /^complete: nothing to do/m);
  assert.equal(stage.read("home/runs"), "x\nx\n", "the baseline and the judgement");
  assert.equal((await stage.session()).events.length, events);
  // Without gates, the proof of before is more than is asked for.
  assert.match((await gated(stage)).stdout, /^complete: nothing to do: .*; gates passed/m);
});

Deno.test("--reopen takes a turn, and judges again", async () => {
  await using stage = await Stage.make();
  endedWith(await gated(stage, { gates: ["true"] }), 0);
  endedWith(await gated(stage, { gates: ["true"], flags: ["--reopen"] }), 0);
  assert.equal(stage.prompts().length, 2);
  assert.equal(verdicts(await stage.session(), "judgement").length, 2);
});

Deno.test("a stop after an iteration that was declared done lets the gates judge it", async () => {
  await using stage = await Stage.make();
  const turn = `${DECLARES}until [ -e "$HOME/go" ]; do sleep 0.05; done\n`;
  await using run = await startGated(stage, { turn, gates: ["true"] });
  await run.until(() => run.stdout.includes("session declared complete"));
  await using stop = await stage.iteratr(["stop", "SPEC"]);
  await run.until(() => run.stdout.includes("asked for, after this iteration"));
  await Deno.writeTextFile(stage.join("home", "go"), "");
  endedWith(await run.finished(), 0);
  endedWith(await stop.finished(), 0);
  assert.equal(verdicts(await stage.session(), "judgement").length, 1);
});

Deno.test("a run without the gates that the session was begun with says that nothing will be proven", async () => {
  await using stage = await Stage.make();
  endedWith(await gated(stage, { gates: ["exit 1"], flags: ["-i", "1"] }), 4);
  const finished = await gated(stage);
  endedWith(finished, 0);
  assert.match(
    finished.stdout,
    /^warning this session has had gates, and this run has none/m,
  );
  assert.match(finished.stdout, /^complete: 1 task done, .*[^;]$/m);
  assert.match((await gated(stage)).stdout, /is done; not proven, since this run has no gates\.$/m);
  const warned = dataOf(await stage.session(), "warning").length;
  assert.equal(warned, 1, "it is said by the run that takes turns, and by no other");
});

Deno.test("gates that have changed since the last run are told, and those that have not are not", async () => {
  await using stage = await Stage.make();
  const flags = ["-i", "1"];
  const told = async (...gates: readonly string[]): Promise<boolean> => {
    const { stdout } = await gated(stage, { gates, flags });
    return /^warning the gates are not those of the last run of this session/m.test(stdout);
  };
  assert.deepEqual(
    [await told("exit 1"), await told("exit 1"), await told("exit 2"), await told("true")],
    [false, false, true, true],
  );
});
