import assert from "node:assert/strict";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { configure } from "../endings/_scripted.ts";
import { checkEnded, outcomes, retries, retryAtOnce, told } from "./_faults.ts";

Deno.test("an agent that fails again and again ends the run with 2, its retries, and its last lines", async () => {
  await together(["first", "tool", "edits"], async (at) => {
    await using stage = await Stage.make();
    await retryAtOnce(stage);
    const finished = await stage.build(`fails at=${at} code=7`);
    checkEnded(
      finished,
      2,
      /^agent-failed \(exit 2\): the agent's process ended with code 7 in iteration 1; 3 retries \(after 0s, 0s, 0s\) did not help\.$/,
    );
    assert.match(
      finished.stderr,
      /^ {2}Its last words: starting up\n {4}fatal: the fake agent was told to fail$/m,
    );
    assert.match(finished.stderr, /^ {2}Go on: iteratr build --name SPEC/m);
    assert.equal(stage.starts(), 4, at);
    const seen = await stage.session();
    assert.deepEqual(outcomes(seen), [[1, "failed"]], at);
    assert.equal(retries(seen).length, 3, at);
  });
});

Deno.test("an agent that never starts ends the run with 2 and its last lines as well", async () => {
  await using stage = await Stage.make();
  await retryAtOnce(stage);
  const agent = await stage.writeProgram("agent", "echo one >&2; echo two >&2; exit 9");
  const words = ["build", "--model", "a/b", "--agent-command", agent, "--no-auto-commit"];
  const finished = await stage.run([...words, "--retries", "1"]);
  checkEnded(finished, 2, /ended with code 9 in iteration 1; 1 retry \(after 0s\) did not help\.$/);
  assert.match(finished.stderr, /^ {2}Its last words: one\n {4}two$/m);
  assert.deepEqual(outcomes(await stage.session()), [[1, "failed"]]);
});

Deno.test("--no-retry, --retries and ITERATR_RETRIES say how often; the first lines tell that it is never", async () => {
  const never = { flags: ["--no-retry"], env: {}, starts: 1 };
  const zero = { flags: ["--retries", "0"], env: {}, starts: 1 };
  const twice = { flags: ["--retries", "2"], env: {}, starts: 3 };
  const once = { flags: [], env: { ITERATR_RETRIES: "1" }, starts: 2 };
  await together([never, zero, twice, once], async ({ flags, env, starts }) => {
    await using stage = await Stage.make();
    await retryAtOnce(stage);
    const finished = await stage.build("fails how=error", flags, { env });
    const words = `${flags} ${JSON.stringify(env)}`;
    checkEnded(finished, 2, /^agent-failed \(exit 2\): the agent's turn failed: fake 500 in iter/);
    assert.equal(stage.starts(), starts, words);
    const [run] = dataOf(await stage.session(), "run.started");
    assert.deepEqual(run?.["off"], starts === 1 ? ["retries"] : undefined, words);
    const isTold = /retries/.test(finished.stdout.split("\n== iteration")[0] ?? "");
    assert.equal(isTold, starts === 1, told(finished));
  });
});

Deno.test("retry.delays say how long is waited, the last one for all that follow", async () => {
  await using stage = await Stage.make();
  await configure(stage, "retry:", "  attempts: 3", "  delays: [0s, 1s]");
  const finished = await stage.build("fails");
  checkEnded(finished, 2, /; 3 retries \(after 0s, 1s, 1s\) did not help/);
  assert.deepEqual(
    dataOf(await stage.session(), "retry.scheduled").map(({ delayMs }) => delayMs),
    [0, 1_000, 1_000],
  );
});

Deno.test("without any setting the retries come at once, after 5 s and after 15 s; a signal does not wait for them", async () => {
  const cases = [
    { signal: "SIGTERM", code: 143 },
    { signal: "SIGINT", code: 130 },
    { signal: "SIGHUP", code: 129 },
  ] as const;
  await together(cases, async ({ signal, code }) => {
    await using stage = await Stage.make();
    await using run = await stage.start("fails at=edits");
    await run.until(() => /^retry {3}2 of 3 in 5\.0s: /m.test(run.stdout));
    run.signal(signal);
    checkEnded(await stage.ended(run), code, /^interrupted /);
    const seen = await stage.session();
    assert.deepEqual(outcomes(seen), [[1, "interrupted"]]);
    assert.deepEqual(
      dataOf(seen, "retry.scheduled").map(({ delayMs, max }) => [delayMs, max]),
      [[0, 3], [5_000, 3]],
    );
    // What was begun is taken up, in a new iteration.
    const next = await stage.build("works tasks=1");
    checkEnded(next, 0);
    assert.match(next.stdout, /^== iteration 2 =/m);
    assert.match(stage.prompts().at(-1) ?? "", /TAS-1.*Write the half/);
  });
});

Deno.test("a run that is killed before a retry is taken up by the next one, with all that was done", async () => {
  await using stage = await Stage.make();
  await using run = await stage.start("fails at=edits spends=0.25");
  await run.until(() => /^retry {3}2 of 3 in /m.test(run.stdout));
  run.signal("SIGKILL");
  await run.finished();
  const next = await stage.build("works tasks=1 cost=0.5");
  checkEnded(next, 0);
  const seen = await stage.session();
  assert.deepEqual(outcomes(seen).slice(0, 2), [[1, "interrupted"], [2, "progress"]]);
  // Two attempts of a quarter each.
  assert.equal(seen.iterations[0]?.usage.cost, 0.5);
  assert.ok(seen.tasks.every(({ status }) => status === "completed"));
  await stage.removeStrays();
});

Deno.test("stop --now ends a run that is about to try again", async () => {
  await using stage = await Stage.make();
  await using run = await stage.start("fails");
  await run.until(() => /^retry {3}2 of 3 in /m.test(run.stdout));
  await using stop = await stage.iteratr(["stop", "--now"]);
  assert.equal((await stop.finished()).code, 0);
  const finished = await stage.ended(run);
  checkEnded(finished, 8, /^stopped \(exit 8\): /);
  const why = "the run was to stop: it was not tried again";
  assert.ok(finished.stdout.includes(`iteration 1: interrupted (${why})`), finished.stdout);
});

Deno.test("a stop in the pause before a retry ends the run at once, and what was begun stays open", async () => {
  await using stage = await Stage.make();
  await configure(stage, "retry:", "  delays: [60s]");
  await using run = await stage.start("fails at=edits");
  await run.until(() => /^retry {3}1 of 3 in 1m00s: /m.test(run.stdout));
  await using stop = await stage.iteratr(["stop"]);
  assert.equal((await stop.finished()).code, 0);
  await run.finished(20_000);
  checkEnded(await stage.ended(run), 8, /^stopped \(exit 8\): stopped as asked, with 1 task open/);
  assert.deepEqual(outcomes(await stage.session()), [[1, "interrupted"]]);
  assert.equal(stage.starts(), 1);
});

Deno.test("a stop that was asked for in the attempt that fails leaves no retry to wait for", async () => {
  await using stage = await Stage.make();
  await configure(stage, "retry:", "  delays: [60s]", "watchdog:", "  silence: 4s");
  await using run = await stage.start("fails how=silent at=edits");
  await run.until(() => stage.prompts().length === 1);
  await using stop = await stage.iteratr(["stop"]);
  assert.equal((await stop.finished()).code, 0);
  await run.finished(30_000);
  checkEnded(await stage.ended(run), 8);
  assert.deepEqual(outcomes(await stage.session()), [[1, "interrupted"]]);
});
