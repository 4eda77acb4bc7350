import assert from "node:assert/strict";
import { promptPids } from "../endings/_scripted.ts";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { checkEnded, first, outcomes, retries, retryAtOnce, told } from "./_faults.ts";

const ERRORS = {
  crash: /the agent's process ended with code 3/,
  killed: /the agent's process was ended by SIGKILL/,
  error: /the agent's turn failed: fake 500/,
  garbage: /the agent has closed the connection/,
  silent: /the agent gave no sign of life for 2\.0s/,
  deaf: /the agent gave no sign of life for 2\.0s/,
} as const;

type How = keyof typeof ERRORS;
const HOWS = Object.keys(ERRORS) as readonly How[];

/** Lets an agent fail at its first prompt; the second try must do the work of the same iteration. */
async function expectRetried(how: How, at: "first" | "tool" | "edits"): Promise<void> {
  await using stage = await Stage.make();
  // Silence counts only while no tool call is open.
  await retryAtOnce(stage, "watchdog:", "  silence: 2s", "  tool_call: 2s");
  const finished = await stage.build(first(stage, 1, `fails how=${how} at=${at} tasks=1`));
  const where = `${how} ${at}`;
  checkEnded(finished, 0);
  assert.match(finished.stdout, /^retry {3}1 of 3 at once: the agent/m, where);

  const seen = await stage.session();
  const [n, outcome] = outcomes(seen)[0] ?? [];
  assert.deepEqual([n, outcome], [1, "progress"], where);
  const error = how !== "crash" && how !== "killed" && at === "tool" && how !== "error" &&
      how !== "garbage"
    ? /the agent had a tool call open for 2\.0s/
    : ERRORS[how];
  assert.equal(retries(seen).length, 1, told(finished));
  assert.match(retries(seen)[0] ?? "", error, where);

  // A process and a session of its own, and a prompt that says what happened.
  const [pid, next] = promptPids(stage);
  assert.notEqual(pid, next, `${where}: the same process`);
  const [session, fresh] = stage.sent("session/prompt").map(({ sessionId }) => sessionId);
  assert.notEqual(session, fresh, `${where}: the same session`);
  const [prompt = "", again = ""] = stage.prompts();
  assert.notEqual(again, prompt, `${where}: the prompt was replayed`);
  assert.doesNotMatch(prompt, /earlier attempt/i, where);
  assert.match(again, /# An earlier attempt at this iteration failed/, where);
  assert.match(again, error, where);
  const changed = at === "edits"
    ? /Changed and not committed:\n\n\s+.*half\.txt/
    : /^It has changed no file/m;
  assert.match(again, changed, where);
  // The tasks are those that the first attempt has left.
  if (at === "edits") assert.match(again, /TAS-1.*Write the half/, where);
}

for (const at of ["first", "tool", "edits"] as const) {
  Deno.test(`an agent that fails at the stage "${at}" is tried again in the same iteration, with another process, session and prompt`, async () => {
    await together(HOWS, (how) => expectRetried(how, at));
  });
}

Deno.test("an agent that dies or refuses at its start is tried again", async () => {
  const cases = ["crash at=start", "crash at=initialize", "crash at=new"];
  await together([...cases, "errors at=new"], async (scenario) => {
    await using stage = await Stage.make();
    await retryAtOnce(stage);
    const finished = await stage.build(first(stage, 2, `${scenario} tasks=1 per-turn=1`));
    checkEnded(finished, 0);
    const seen = await stage.session();
    assert.equal(retries(seen).length, 2, `${scenario}: ${told(finished)}`);
    assert.deepEqual(outcomes(seen)[0], [1, "progress"], scenario);
    // Nobody has worked before, and the story says so.
    assert.match(stage.prompts()[0] ?? "", /It has changed no file/);
  });
});

Deno.test("an agent that fails after session-complete ends the run complete, without a retry", async () => {
  const hows = ["crash", "error", "garbage", "silent", "deaf"];
  await together(hows, async (how) => {
    await using stage = await Stage.make();
    await retryAtOnce(stage, "watchdog:", "  silence: 2s");
    const finished = await stage.build(`fails how=${how} at=complete tasks=1`);
    checkEnded(finished, 0, /^complete: 1 task done, after 1 iteration/);
    const seen = await stage.session();
    assert.deepEqual([retries(seen), outcomes(seen)], [[], [[1, "progress"]]], how);
    assert.equal(stage.starts(), 1, how);
    assert.match(finished.stdout, /the agent failed after everything was done/, how);
  });
});
