import assert from "node:assert/strict";
import type { Finished, Run } from "../build/_run.ts";
import { dataOf, Stage } from "../build/_stage.ts";
import { checkRecorded, checkTold } from "./_ending.ts";
import { neverStall } from "./_scripted.ts";

/** Any command beside a run that goes on. */
async function command(stage: Stage, ...args: readonly string[]): Promise<Finished> {
  await using run = await stage.iteratr(args);
  return await run.finished();
}

async function prompted(stage: Stage, run: Run, times = 1): Promise<void> {
  await run.until(() => stage.sent("session/prompt").length >= times);
}

Deno.test("stop ends a run after its iteration, which is not disturbed, and the next run goes on", async () => {
  await using stage = await Stage.make();
  await using run = await stage.start("works tasks=2 pace=400");
  await prompted(stage, run);
  const { code, stdout, stderr } = await command(stage, "stop");
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.equal(stdout, `the run of session SPEC (pid ${run.pid}) ends after its iteration\n`);
  const expected = { reason: "stopped", code: 8 };
  const finished = await stage.ended(run);
  checkTold(finished, {
    ...expected,
    says: /stopped as asked, with 1 task open, after 1 iteration, /,
    hint: /^ {2}Go on: iteratr build --name SPEC --spec specs\/SPEC\.md/m,
  });
  assert.match(finished.stdout, /^stop {4}asked for, after this iteration$/m);
  const seen = await stage.session();
  checkRecorded(seen, expected);
  assert.deepEqual(seen.iterations.map(({ outcome }) => outcome), ["progress"]);
  assert.deepEqual(stage.sent("session/cancel"), []);
  const next = await stage.build("works tasks=2");
  assert.equal(next.code, 0, next.stdout);
  assert.match(next.stdout, /^== iteration 2 =/m);
});

Deno.test("stop --now ends a run in the middle of its turn, and the next run goes on", async () => {
  await using stage = await Stage.make();
  await using run = await stage.start("silent from=2 after=tool");
  await prompted(stage, run, 2);
  const { code, stdout } = await command(stage, "stop", "SPEC", "--now");
  assert.equal(code, 0);
  assert.equal(stdout, `the run of session SPEC (pid ${run.pid}) ends now\n`);
  const finished = await stage.ended(run);
  const expected = { reason: "stopped", code: 8 };
  checkTold(finished, { ...expected, says: /stopped as asked/, hint: /^ {2}Go on: /m });
  const seen = await stage.session();
  checkRecorded(seen, expected);
  assert.deepEqual(seen.iterations.map(({ outcome }) => outcome), ["progress", "interrupted"]);
  const next = await stage.build("works");
  assert.equal(next.code, 0, next.stdout);
});

Deno.test("stop --now hurries a run that was to end after its iteration", async () => {
  await using stage = await Stage.make();
  await using run = await stage.start("silent");
  await prompted(stage, run);
  assert.equal((await command(stage, "stop")).code, 0);
  assert.equal((await command(stage, "stop", "--now")).code, 0);
  assert.equal((await stage.ended(run)).code, 8);
  const seen = await stage.session();
  assert.deepEqual(dataOf(seen, "run.stop"), [{ now: false }, { now: true }]);
});

Deno.test("stop ends a run whose agent does not answer the handshake as well", async () => {
  await using stage = await Stage.make();
  await using run = await stage.start("hang-initialize");
  await run.until(() => stage.sent("initialize").length > 0);
  assert.equal((await command(stage, "stop", "--now")).code, 0);
  assert.equal((await stage.ended(run)).code, 8);
  assert.deepEqual((await stage.session()).iterations, []);
});

Deno.test("a stop that comes while a run is still getting ready is heeded", async () => {
  for (const flags of [[], ["--now"]]) {
    await using stage = await Stage.make();
    assert.equal((await stage.build("works", ["-i", "1"])).code, 5);
    // A large work tree takes git its time.
    const git = (await stage.run([], { through: "command -v git" })).stdout.trim();
    const slow = await stage.writeProgram("git", `sleep 2; exec ${git} "$@"`);
    await using run = await stage.start("works");
    // Granted as soon as the run holds the session.
    for (let tries = 0; (await command(stage, "stop", ...flags)).code !== 0; tries++) {
      assert.ok(tries < 100, "the run cannot be stopped");
    }
    await Deno.remove(slow);
    const asked = stage.sent("session/prompt").length;
    const { code, stdout } = await stage.ended(run);
    assert.equal(asked, 1, "the stop came too late to test anything");
    assert.equal(code, 8, stdout);
    assert.equal(stage.sent("session/prompt").length, 1);
  }
});

Deno.test("the log of a run that was stopped tells its ending, as the store does", async () => {
  await using stage = await Stage.make();
  await using run = await stage.start("silent", ["--log-file", stage.join("run.log")]);
  await prompted(stage, run);
  assert.equal((await command(stage, "stop", "--now")).code, 0);
  assert.equal((await stage.ended(run)).code, 8);
  const log = stage.read("run.log");
  assert.match(log, /stopped/, log);
  assert.doesNotMatch(log, /internal|\[object Object\]/, log);
});

Deno.test("stop without a run says so, and leaves nothing that would end the next one", async () => {
  await using stage = await Stage.make();
  const nothing = await command(stage, "stop");
  assert.equal(nothing.code, 1);
  assert.match(nothing.stderr, /^config \(exit 1\): there is no session/);
  assert.equal((await stage.build("works", ["-i", "1"])).code, 5);
  for (const args of [["stop"], ["stop", "SPEC"], ["stop", "--now"]]) {
    const { code, stdout, stderr } = await command(stage, ...args);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
    assert.equal(stderr, "config (exit 1): no run of session SPEC is going on\n");
  }
  const unknown = await command(stage, "stop", "other");
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /there is no session other; there is SPEC/);
  assert.equal((await stage.build("works")).code, 0);
});

Deno.test("a run that was killed is not there to be stopped", async () => {
  await using stage = await Stage.make();
  await using run = await stage.start("silent");
  await prompted(stage, run);
  run.signal("SIGKILL");
  await run.finished();
  const { code, stderr } = await command(stage, "stop", "--now");
  assert.equal(code, 1);
  assert.match(stderr, /no run of session SPEC is going on/);
});

Deno.test("stop and status name the sessions when there are several, and choose none", async () => {
  await using stage = await Stage.make();
  await neverStall(stage);
  for (const name of ["alpha", "beta"]) {
    assert.equal((await stage.build("works", ["-i", "1", "--name", name])).code, 5);
  }
  await using run = await stage.start("silent", ["--name", "beta"]);
  await prompted(stage, run, 3);
  for (const args of [["stop"], ["stop", "--now"], ["status"], ["status", "--json"]]) {
    const { code, stdout, stderr } = await command(stage, ...args);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
    assert.equal(stderr, "config (exit 1): several sessions exist (alpha, beta): name one\n");
  }
  assert.equal((await command(stage, "stop", "beta", "--now")).code, 0);
  assert.equal((await stage.ended(run)).code, 8);
});
