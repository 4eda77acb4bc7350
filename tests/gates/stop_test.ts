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
    const { code, summary } = await statusOf(stage);
    assert.deepEqual([code, summary["state"], summary["open"]], [10, "open", 0], "not proven yet");
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

Deno.test("a stop while the gates judge waits for them, and names what fails", async () => {
  const verdicts = [["true", "complete", 0], ["exit 3", "stopped", 8]] as const;
  await together(verdicts, async ([gate, reason, code]) => {
    await using stage = await Stage.make();
    const slow = `echo x >> "$HOME/n"
      [ $(wc -l < "$HOME/n") = 2 ] && until [ -e "$HOME/go" ]; do sleep 0.05; done; ${gate}`;
    await using run = await startGated(stage, { gates: [slow] });
    await run.until(() => stage.read("home/n") === "x\nx\n");
    endedWith(await command(stage, "stop", "SPEC"), 0);
    await Deno.writeTextFile(stage.join("home", "go"), "");
    const says = code === 0
      ? /gates pass/
      : /stopped as asked, with "echo x .* failing, after 1 it/;
    checkTold(await stage.ended(run), { reason, code, says });
  });
});

Deno.test("a second signal in the middle of a gate that ignores the first ends at once", async () => {
  await using stage = await Stage.make();
  const gate = `trap '' TERM; ${WAITS}`.replace("wait;", "wait; sleep 60;");
  await using run = await startGated(stage, { gates: [gate] });
  await run.until(() => stage.read("home/n").trim() === "2");
  run.signal("SIGTERM");
  run.signal("SIGTERM");
  assert.equal((await run.finished()).code, 143);
  // Whoever has been killed takes a moment to be gone.
  for (let tries = 0; stage.processes().length > 0; tries++) {
    assert.ok(tries < 1_000, `processes are left: ${stage.processes().join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
});

Deno.test("a time budget that is used up by the baseline ends the run, and nothing is kept of it", async () => {
  await using stage = await Stage.make();
  const gate = '[ -e "$HOME/go" ] || sleep 60';
  endedWith(await gated(stage, { gates: [gate], flags: ["--max-time", "1s"] }), 6);
  await Deno.writeTextFile(stage.join("home", "go"), "");
  endedWith(await gated(stage, { gates: [gate] }), 0);
  const seen = await stage.session();
  assert.deepEqual(verdicts(seen, "baseline").map(({ passed }) => passed), [true]);
});
