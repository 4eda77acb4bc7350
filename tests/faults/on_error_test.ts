import assert from "node:assert/strict";
import { dataOf, Stage } from "../build/_stage.ts";
import { checkEnded, commitAll, first, retryAtOnce, told } from "./_faults.ts";

const HOOKS = `version: 1
on_error:
  - command: 'echo "$ITERATR_ITERATION $ITERATR_ERROR" >>"$HOME/errors"; echo "advice $(wc -l <"$HOME/errors")"'
    pipe_output: true
  - command: 'echo quiet'
`;

async function withHooks(text: string): Promise<Stage> {
  const stage = await Stage.make();
  await Deno.writeTextFile(stage.project(".iteratr.hooks.yml"), text);
  await retryAtOnce(stage);
  await commitAll(stage).catch(() => undefined);
  return stage;
}

Deno.test("on_error hooks run at each failed attempt, and what they pipe goes into all prompts that follow", async () => {
  await using stage = await withHooks(HOOKS);
  const finished = await stage.build(first(stage, 2, "fails at=edits tasks=1"));
  checkEnded(finished, 0);
  assert.equal(
    stage.read("home/errors"),
    "1 the agent's process ended with code 3\n".repeat(2),
    told(finished),
  );
  const [prompt = "", second = "", third = "", fourth = ""] = stage.prompts();
  assert.doesNotMatch(prompt, /Output of hooks|advice/);
  assert.match(second, /# Output of hooks[^]*## on_error, iteration 1: [^]*^ {4}advice 1$/m);
  assert.doesNotMatch(second, /advice 2|^ {4}quiet/m);
  assert.match(third, /^ {4}advice 1$[^]*^ {4}advice 2$/m);
  assert.match(third, /# An earlier attempt at this iteration failed/);
  // The next iteration has nothing to do with it.
  assert.doesNotMatch(fourth, /advice|An earlier attempt/);
  const hooks = dataOf(await stage.session(), "hook.ended").map(({ hook, held }) => [hook, held]);
  const pair = [["on_error", true], ["on_error", false]];
  assert.deepEqual(hooks, [...pair, ...pair]);
});

Deno.test("on_error hooks run when the last attempt fails, and when a person has to mend it, too", async () => {
  await using stage = await withHooks(HOOKS);
  checkEnded(await stage.build("fails", ["--retries", "1"]), 2);
  assert.equal(stage.read("home/errors").split("\n").length, 3);
  const refused = 'fails how=error message=bad_key data={"status":401}';
  checkEnded(await stage.build(refused), 1);
  assert.match(stage.read("home/errors"), /^2 the agent's turn failed: .*bad key \(HTTP 401\)$/m);
  // Nobody was left to be told: the next run's first prompt tells it.
  checkEnded(await stage.build("works tasks=1"), 0);
  const told = stage.prompts().find((prompt) => /advice 3/.test(prompt)) ?? "";
  assert.match(told, /# Output of hooks/);
});

Deno.test("a quota is an error for on_error hooks, an agent that the run itself ends is none", async () => {
  await using stage = await withHooks(HOOKS);
  const quota = 'fails how=error message=slow_down data={"status":429,"retry_after":1}';
  checkEnded(await stage.build(first(stage, 1, `${quota} tasks=1`)), 0);
  await using run = await stage.start("silent", ["--name", "other"]);
  const prompts = stage.prompts().length;
  await run.until(() => stage.prompts().length > prompts);
  run.signal("SIGTERM");
  checkEnded(await stage.ended(run), 143);
  assert.equal(stage.read("home/errors"), "1 the agent's turn failed: slow down (HTTP 429)\n");
});

Deno.test("the other hooks of an iteration run once, however often it is tried, and each prompt has what they said", async () => {
  await using stage = await withHooks(`version: 1
pre_iteration:
  command: 'echo before >>"$HOME/order"; echo "the forecast is rain"'
  pipe_output: true
on_error:
  command: 'echo error >>"$HOME/order"'
post_iteration:
  command: 'echo after >>"$HOME/order"'
`);
  const finished = await stage.build(first(stage, 2, "fails tasks=1"), ["-i", "1"]);
  checkEnded(finished, 0);
  assert.equal(stage.read("home/order"), "before\nerror\nerror\nafter\n");
  const said = stage.prompts().map((prompt) =>
    prompt.match(/^ {4}the forecast is rain$/gm)?.length
  );
  assert.deepEqual(said, [1, 1, 1]);
});
