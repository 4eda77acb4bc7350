import assert from "node:assert/strict";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { checkEnded, retries, retryAtOnce } from "./_faults.ts";

const CASES: readonly (readonly [scenario: string, line: RegExp, hint: RegExp])[] = [
  [
    'fails how=error message=bad_key data={"statusCode":401}',
    /the provider refuses the login: bad key \(HTTP 401\)$/,
    /Log in with the agent's own command/,
  ],
  [
    'fails how=error message=no_such_model:_m1 data={"status":404}',
    /the provider does not know the model: no such model: m1 \(HTTP 404\)$/,
    /--model/,
  ],
  [
    'fails how=error message=gone data={"error":{"code":"model_not_found"}}',
    /the provider does not know the model: gone$/,
    /--model/,
  ],
  [
    'fails how=error message=no_credit data={"status":402}',
    /the provider reports a billing problem: no credit \(HTTP 402\)$/,
    /Top up/,
  ],
  [
    "errors at=prompt code=-32000 message=login",
    /the agent requires you to log in: login$/,
    /Log in with/,
  ],
  ["auth", /the agent requires you to log in/, /Log in with the agent's own command/],
  [
    "errors at=initialize code=-32602 message=no",
    /the agent refused the handshake: no$/,
    /iteratr doctor/,
  ],
  [
    "errors at=initialize code=-32000 message=login",
    /the agent requires you to log in: login$/,
    /Log in with/,
  ],
  [
    "errors at=new code=-32000 message=login",
    /the agent requires you to log in/,
    /Log in with the agent's own command/,
  ],
  ["wrong-protocol", /speaks version 99 of the Agent Client Protocol/, /--agent-command/],
  ["works models=a/b", /the agent knows no model "fake\/m1"/, /It knows: a\/b/],
];

Deno.test("what a person must mend ends the run with 1 at once, and says what to do", async () => {
  await together(CASES, async ([scenario, line, hint]) => {
    await using stage = await Stage.make();
    await retryAtOnce(stage);
    const finished = await stage.build(scenario);
    checkEnded(finished, 1, line);
    assert.match(finished.stdout, /^config \(exit 1\): /m, scenario);
    assert.match(finished.stderr, hint, scenario);
    assert.equal(stage.starts(), 1, scenario);
    assert.deepEqual(retries(await stage.session()), [], scenario);
  });
});

Deno.test("an agent that is not there ends the run with 1 at once", async () => {
  await using stage = await Stage.make();
  const words = ["build", "--model", "a/b", "--agent-command", "no-such-agent acp"];
  const finished = await stage.run(words);
  checkEnded(finished, 1, /^config \(exit 1\): the agent "no-such-agent" is not found$/);
  assert.deepEqual(retries(await stage.session()), []);
});

Deno.test("a key that is withdrawn between two attempts ends the run with 1, after the one retry", async () => {
  await using stage = await Stage.make();
  await retryAtOnce(stage);
  // The first process crashes; the second is refused.
  const [crashes, refused] = [
    "fails times=1",
    'fails how=error message=bad_key data={"status":401}',
  ]
    .map((scenario) => stage.agent(scenario));
  const agent = await stage.writeProgram(
    "agent",
    `if [ -e "$HOME/once" ]; then exec ${refused}; fi; touch "$HOME/once"; exec ${crashes}`,
  );
  const words = ["build", "--model", "fake/m1", "--agent-command", agent, "--no-auto-commit"];
  const finished = await stage.run(words);
  checkEnded(finished, 1, /the provider refuses the login: bad key/);
  assert.equal(retries(await stage.session()).length, 1);
});
