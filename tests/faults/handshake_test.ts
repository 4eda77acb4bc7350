import assert from "node:assert/strict";
import type { Run } from "../build/_run.ts";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { beside, checkEnded, outcomes, retries, retryAtOnce, told } from "./_faults.ts";
import { buildPlanned, offers, type Plan, type PlannedTurn } from "./_planned.ts";

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

const WORKS: PlannedTurn = {
  script: "iteratr tool task-add --content one && " +
    "iteratr tool task-status --id TAS-1 --status completed && iteratr tool session-complete",
};

/** A database that another process holds, as an agent's library tells of it. */
const LOCKED = { code: -32603, message: "Internal error", data: { details: "database is locked" } };

const STARTS: Readonly<Record<string, readonly [plan: Omit<Plan, "turns">, error: string]>> = {
  initialize: [{ greeted: [LOCKED] }, "the agent's start failed: database is locked"],
  "session/new": [{ refused: [LOCKED] }, "the agent opened no session: database is locked"],
  "session/set_config_option": [
    { unset: [LOCKED], session: offers("fake/r1", "fake/m1") },
    "the agent took no model: database is locked",
  ],
};

Deno.test("a start that fails for now is tried again, and the retry says why", async () => {
  await together(Object.entries(STARTS), async ([method, [plan, error]]) => {
    await using stage = await Stage.make();
    await retryAtOnce(stage);
    const finished = await buildPlanned(stage, { ...plan, turns: [WORKS] });
    checkEnded(finished, 0);
    const seen = await stage.session();
    assert.deepEqual(retries(seen), [`1/3 0 ${error}`], method);
    assert.deepEqual(outcomes(seen), [[1, "progress"]], told(finished));
    assert.ok(stage.prompts()[0]?.includes(error), method);
  });
});

Deno.test("a provider that asks for patience at the start is waited for, and a refusal is for a person", async () => {
  const limit = { code: 429, message: "Please wait.", data: { ["retry_after_ms"]: 50 } };
  const refused = { code: 401, message: "Invalid API key" };
  for (const key of ["greeted", "refused"] as const) {
    await using stage = await Stage.make();
    const finished = await buildPlanned(stage, { [key]: [limit], turns: [WORKS] }, ["--no-retry"]);
    checkEnded(finished, 0);
    assert.match(finished.stdout, /^quota .*Please wait\. \(HTTP 429\)/m, told(finished));
  }
  await using stage = await Stage.make();
  const finished = await buildPlanned(stage, { greeted: [refused], turns: [WORKS] });
  checkEnded(finished, 1, /the provider refuses the login: Invalid API key \(HTTP 401\)$/);
});

Deno.test("that an agent does not tell its model is said once in a run", async () => {
  await using stage = await Stage.make();
  const add = "iteratr tool task-add --content one; iteratr tool task-add --content two";
  const close = (id: string): string => `iteratr tool task-status --id ${id} --status completed`;
  const turns = [{ script: `${add}; ${close("TAS-1")}` }, {
    script: `${close("TAS-2")}; iteratr tool session-complete`,
  }];
  const finished = await buildPlanned(stage, { turns });
  checkEnded(finished, 0);
  assert.ok(stage.prompts().length > 1, told(finished));
  assert.equal(finished.stdout.match(/does not tell its model/g)?.length, 1, told(finished));
});
