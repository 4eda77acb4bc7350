import assert from "node:assert/strict";
import type { Run } from "../build/_run.ts";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import {
  beside,
  checkEnded,
  first,
  outcomes,
  report,
  retries,
  retryAtOnce,
  told,
} from "./_faults.ts";
import { buildPlanned } from "./_planned.ts";

const LONG = 'fails how=error message=usage_limit data={"status":429,"retry_after":3600}';

/** A second or two from now, in the forms that providers use. */
function soon(): readonly string[] {
  const epoch = Math.ceil(Date.now() / 1000) + 2;
  return [
    'message=slow_down data={"statusCode":429,"retry_after":1}',
    'message=slow_down data={"status":429,"retryAfterMs":900}',
    'message=nothing data={"error":{"type":"usage_limit_reached","resets_in_seconds":1}}',
    `message=nothing data={"error":{"code":"rate_limit_exceeded","resets_at":${epoch}}}`,
    'message=nothing data={"status":429,"details":[{"retryDelay":"1.5s"}]}',
    "message=429_Too_Many_Requests,_retry_after_1s data={}",
    "message=Usage_limit_reached._Try_again_in_1_second. data={}",
  ];
}

Deno.test("a quota with a time is waited for, in the same iteration and without a retry, and the run goes on by itself", async () => {
  await together(soon(), async (form) => {
    await using stage = await Stage.make();
    const finished = await stage.build(
      first(stage, 1, `fails how=error at=edits tasks=1 ${form}`),
      [
        "--no-retry",
      ],
    );
    checkEnded(finished, 0);
    const seen = await stage.session();
    assert.equal(dataOf(seen, "quota.waiting").length, 1, `${form}: ${told(finished)}`);
    const [over] = dataOf(seen, "quota.over");
    assert.equal(over?.["why"], "reset", form);
    assert.deepEqual([retries(seen), outcomes(seen)[0]], [[], [1, "progress"]], form);
    assert.match(finished.stdout, /^quota {3}used up until .*, the run waits: /m, form);
    assert.match(finished.stdout, /^quota {3}the run goes on after /m, form);
    assert.match(stage.prompts()[1] ?? "", /An earlier attempt[^]*half\.txt/, form);
    report(`${form.slice(0, 60)}: waited ${over?.["waitedMs"]} ms`);
  });
});

Deno.test("what an agent says of limits in its prose is no quota, nor is a 429 without a time", async () => {
  const prose = "says=Usage_limit_reached:_try_again_in_2_hours.";
  const cases = [
    `fails how=crash ${prose}`,
    `fails how=error ${prose}`,
    'fails how=error message=fake_500 data={"status":500}',
    'fails how=error message=slow_down data={"status":429}',
    // A time with nothing that speaks of a limit.
    'fails how=error message=broken data={"status":500,"retry_after":3600}',
  ];
  await together(cases, async (scenario) => {
    await using stage = await Stage.make();
    await retryAtOnce(stage);
    const finished = await stage.build(first(stage, 1, `${scenario} at=text tasks=1`));
    checkEnded(finished, 0);
    const seen = await stage.session();
    assert.deepEqual([dataOf(seen, "quota.waiting"), retries(seen).length], [[], 1], scenario);
  });
});

Deno.test("a quota after session-complete keeps nobody waiting", async () => {
  await using stage = await Stage.make();
  const finished = await stage.build(`${LONG} at=complete tasks=1`);
  checkEnded(finished, 0, /^complete: 1 task done, after 1 iteration/);
  assert.deepEqual(dataOf(await stage.session(), "quota.waiting"), []);
});

/** Starts a run whose agent meets a quota of an hour, once. */
async function waiting(stage: Stage, ...flags: readonly string[]): Promise<Run> {
  const run = await stage.start(first(stage, 1, `${LONG} at=edits spends=0.25 tasks=1`), flags);
  await run.until(() => /^quota {3}used up until /m.test(run.stdout));
  return run;
}

Deno.test("iteratr resume ends a long wait, whose time does not count; status tells of it", async () => {
  await using stage = await Stage.make();
  await using run = await waiting(stage);
  const status = await beside(stage, "status");
  assert.match(status.stdout, /for its provider, until \d{4}-/, told(status));
  assert.equal(stage.processes().length, 1, "the agent lives on while nobody needs it");
  const resumed = await beside(stage, "resume", "SPEC");
  assert.match(resumed.stdout, /tries again now/, told(resumed));
  checkEnded(await stage.ended(run), 0);
  assert.match(run.stdout, /^quota {3}the run goes on after .*, as asked$/m);
  const seen = await stage.session();
  assert.deepEqual(outcomes(seen)[0], [1, "progress"]);
  assert.equal(seen.iterations.length, seen.head.iterations);
});

Deno.test("a stop and a signal end the wait at once", async () => {
  const cases = [
    { code: 8, end: (stage: Stage) => beside(stage, "stop") },
    { code: 8, end: (stage: Stage) => beside(stage, "stop", "--now") },
    { code: 143, end: (_: Stage, run: Run) => run.signal("SIGTERM") },
    { code: 130, end: (_: Stage, run: Run) => run.signal("SIGINT") },
  ];
  await together(cases, async ({ code, end }) => {
    await using stage = await Stage.make();
    await using run = await waiting(stage);
    await end(stage, run);
    checkEnded(await stage.ended(run), code);
    const seen = await stage.session();
    assert.deepEqual(outcomes(seen), [[1, "interrupted"]]);
    assert.deepEqual(dataOf(seen, "quota.over").map(({ why }) => why), ["stopped"]);
    assert.equal(seen.head.usage.cost, 0.25);
  });
});

Deno.test("a run that is killed in the wait is taken up by a new one, which tries at once", async () => {
  await using stage = await Stage.make();
  await using run = await waiting(stage);
  run.signal("SIGKILL");
  await run.finished();
  const next = await stage.build("works tasks=1 cost=0.5");
  checkEnded(next, 0);
  const seen = await stage.session();
  assert.deepEqual(outcomes(seen).slice(0, 2), [[1, "interrupted"], [2, "progress"]]);
  assert.equal(seen.iterations[0]?.usage.cost, 0.25);
  assert.match(stage.prompts()[1] ?? "", /TAS-1.*Write the half/);
  await stage.removeStrays();
});

Deno.test("a wait that is too long, or not wanted, ends the run with 2 and says until when", async () => {
  const cases: readonly (readonly [flags: readonly string[], why: RegExp])[] = [
    [["--no-wait"], /until \d{4}-\S+Z, and waiting is switched off: usage limit/],
    [["--max-wait", "0s"], /and waiting is switched off: usage limit/],
    [["--max-wait", "30m"], /until \d{4}-\S+Z, and that is more than 30m00s away: usage limit/],
  ];
  await together(cases, async ([flags, why]) => {
    await using stage = await Stage.make();
    const finished = await stage.build(LONG, flags);
    checkEnded(finished, 2, why);
    assert.equal(stage.starts(), 1, `${flags}`);
    assert.match(finished.stderr, /^ {2}Go on: /m);
  });
});

Deno.test("a provider that names no time ahead, and refuses each time, is asked less and less often", async () => {
  await using stage = await Stage.make();
  const never = 'fails how=error message=slow_down data={"status":429,"retry_after":0}';
  const finished = await stage.build(never, ["--max-wait", "5s"]);
  // At once, then after 1 s, then after 2 s; 4 s more would be too long.
  checkEnded(finished, 2, /waited already that would be more than 5\.0s/);
  assert.equal(stage.starts(), 4, told(finished));
});

Deno.test("the wait is not counted as time of the run", async () => {
  await using stage = await Stage.make();
  const wait = 'fails how=error message=slow_down data={"status":429,"retry_after":16} tasks=1';
  const finished = await stage.build(first(stage, 1, wait), ["--max-time", "15s"]);
  checkEnded(finished, 0);
  const [ended] = dataOf(await stage.session(), "iteration.ended");
  assert.ok(Number(ended?.["ms"]) < 16_000, told(finished));
});

Deno.test("a quota that session/new is answered with is waited for, too, and a login that is refused is not", async () => {
  const script = `iteratr tool task-add --content one --status completed
iteratr tool session-complete`;
  const refusal = (data: Readonly<Record<string, unknown>>) => ({
    code: -32603,
    message: "no",
    data,
  });
  await using stage = await Stage.make();
  const refused = [refusal({ status: 429, "retry_after": 1 })];
  const finished = await buildPlanned(stage, { refused, turns: [{ script }] }, ["--no-retry"]);
  checkEnded(finished, 0);
  const seen = await stage.session();
  assert.equal(dataOf(seen, "quota.waiting").length, 1, told(finished));
  assert.deepEqual([retries(seen), outcomes(seen)], [[], [[1, "progress"]]]);
  assert.equal(stage.sent("session/new").length, 2);

  await using other = await Stage.make();
  await retryAtOnce(other);
  const plan = { refused: [refusal({ status: 401 })], turns: [{ script }] };
  const ended = await buildPlanned(other, plan);
  checkEnded(ended, 1, /^config \(exit 1\): the provider refuses the login: no \(HTTP 401\)$/);
  assert.equal(other.starts(), 1);
  assert.deepEqual(retries(await other.session()), []);
});

Deno.test("a quota that ends the run is an error for on_error hooks", async () => {
  await using stage = await Stage.make();
  const hook = 'echo "$ITERATR_ITERATION $ITERATR_ERROR" >>"$HOME/errors"';
  const hooks = { version: 1, "on_error": { command: hook } };
  await Deno.writeTextFile(stage.project(".iteratr.hooks.yml"), JSON.stringify(hooks));
  checkEnded(await stage.build(LONG, ["--no-wait"]), 2, /and waiting is switched off/);
  assert.equal(stage.read("home/errors"), "1 the agent's turn failed: usage limit (HTTP 429)\n");
});

Deno.test("the time of an iteration is without a wait that was broken off", async () => {
  await using stage = await Stage.make();
  await using run = await waiting(stage);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await beside(stage, "stop");
  checkEnded(await stage.ended(run), 8);
  const seen = await stage.session();
  const [over] = dataOf(seen, "quota.over");
  assert.equal(over?.["why"], "stopped");
  const waitedMs = Number(over?.["waitedMs"]);
  assert.ok(waitedMs >= 1_500, String(waitedMs));
  const at = (type: string): number =>
    Date.parse(seen.events.find((event) => event.type === type)?.at ?? "");
  const all = at("iteration.ended") - at("iteration.started");
  const ms = Number(dataOf(seen, "iteration.ended")[0]?.["ms"]);
  assert.ok(ms <= all - waitedMs + 500, `${ms} ms of ${all} ms, of which it waited ${waitedMs}`);
});
