import assert from "node:assert/strict";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { beside, checkEnded, first, outcomes, retryAtOnce, told } from "./_faults.ts";

Deno.test("silence without an open tool call ends the attempt, whatever was seen of it, deaf or not", async () => {
  const hows = ["at=first", "at=text", "at=edits"].flatMap((at) => [
    `how=silent ${at}`,
    `how=deaf ${at}`,
    // It takes SIGKILL to end this one.
    `how=deaf ${at} ignores-sigterm ignores-stdin-close`,
  ]);
  await together(hows, async (how) => {
    await using stage = await Stage.make();
    await retryAtOnce(stage);
    const finished = await stage.build(first(stage, 1, `fails ${how} tasks=1`), ["--silence=2s"]);
    checkEnded(finished, 0);
    assert.match(finished.stdout, /^guard {3}no sign of life for 2\.0s: the turn is ended$/m, how);
    const seen = await stage.session();
    assert.deepEqual(dataOf(seen, "watchdog.fired"), [{ kind: "silence", limit: 2_000 }], how);
    assert.deepEqual(outcomes(seen)[0], [1, "progress"], how);
    assert.equal(stage.sent("session/cancel").length, 1, `${how}: it was not asked to stop`);
    assert.equal(stage.starts(), 2, how);
  });
});

Deno.test("an answer that was streamed in full and never sent is shown, and the attempt ends", async () => {
  await using stage = await Stage.make();
  await retryAtOnce(stage);
  const finished = await stage.build("fails how=deaf at=text", ["--silence=1s", "--no-retry"]);
  checkEnded(finished, 2, /the agent gave no sign of life for 1\.0s in iteration 1\.$/);
  assert.match(finished.stdout, /^agent {3}Here is all of my answer\.$/m);
});

Deno.test("an open tool call may be silent for longer, but not for ever", async () => {
  await using stage = await Stage.make();
  await retryAtOnce(stage, "watchdog:", "  tool_call: 6s");
  const finished = await stage.build(first(stage, 1, "fails how=deaf at=tool tasks=1"), [
    ...["--silence", "3s"],
  ]);
  checkEnded(finished, 0);
  assert.match(finished.stdout, /^guard {3}a tool call has taken 6\.0s: the turn is ended$/m);
  const [fired] = dataOf(await stage.session(), "watchdog.fired");
  assert.deepEqual(fired, { kind: "tool-call", limit: 6_000 });
});

Deno.test("a tool call whose output grows is no silence", async () => {
  await using stage = await Stage.make();
  // Over 2 s in all, and never for more than 20 ms.
  const scenario = "slow-tool snapshots=110 delay=20 times=1 tasks=1";
  const finished = await stage.build(scenario, ["--silence", "1s"]);
  checkEnded(finished, 0);
  assert.deepEqual(dataOf(await stage.session(), "watchdog.fired"), []);
});

Deno.test("a turn that is alive all the time has its limit too", async () => {
  await using stage = await Stage.make();
  await retryAtOnce(stage, "watchdog:", "  messages: 0");
  const scenario = "runs-away messages=100000 every=20 tasks=1";
  const finished = await stage.build(first(stage, 1, scenario), ["--max-turn", "2s"]);
  checkEnded(finished, 0);
  assert.match(finished.stdout, /^guard {3}the turn has taken 2\.0s: the turn is ended$/m);
  assert.deepEqual(dataOf(await stage.session(), "watchdog.fired"), [
    { kind: "turn", limit: 2_000 },
  ]);
});

Deno.test("a run that was stopped for longer than the silence does not blame the agent for it", async () => {
  await using stage = await Stage.make();
  await retryAtOnce(stage, "watchdog:", "  messages: 0", "  empty_messages: 0");
  const scenario = "runs-away messages=1000000 every=20";
  await using run = await stage.start(scenario, ["--silence", "2s", "--no-retry"]);
  await run.until(() => stage.prompts().length > 0);
  run.signal("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, 4_500));
  run.signal("SIGCONT");
  // It would be the first thing that it does.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assert.equal((await beside(stage, "stop", "--now")).code, 0);
  checkEnded(await stage.ended(run), 8);
  assert.deepEqual(dataOf(await stage.session(), "watchdog.fired"), []);
});

Deno.test("0 switches a guard off, and the first lines say so", async () => {
  await using stage = await Stage.make();
  const off = ["  tool_call: 0s", "  turn: 0s", "  messages: 0", "  empty_messages: 0"];
  await retryAtOnce(stage, "watchdog:", ...off);
  await using run = await stage.start("silent", ["--silence", "0", "--no-retry", "--no-wait"]);
  await run.until(() => stage.prompts().length > 0);
  // Longer than a guard could be set to at least.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  assert.equal((await beside(stage, "stop", "--now")).code, 0);
  checkEnded(await stage.ended(run), 8);
  const header = run.stdout.split("\n== iteration")[0] ?? "";
  const names = ["silence", "tool calls", "turn", "messages", "empty messages", "retries"];
  assert.match(header, new RegExp(`${names.join(", ")}, waiting for a\\s+quota`), told(run));
  assert.deepEqual(dataOf(await stage.session(), "watchdog.fired"), []);
});

Deno.test("a signal ends a run at once whose deaf agent a guard is about to end", async () => {
  await together(["SIGTERM", "SIGINT"] as const, async (signal) => {
    await using stage = await Stage.make();
    await retryAtOnce(stage);
    const scenario = "fails how=deaf ignores-sigterm ignores-stdin-close";
    await using run = await stage.start(scenario, ["--silence", "1s"]);
    await run.until(() => /^guard {3}no sign of life/m.test(run.stdout));
    run.signal(signal);
    checkEnded(await stage.ended(run), signal === "SIGTERM" ? 143 : 130);
    assert.deepEqual(outcomes(await stage.session()), [[1, "interrupted"]]);
  });
});
