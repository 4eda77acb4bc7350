import assert from "node:assert/strict";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { checkEnded, first, outcomes, retryAtOnce, told } from "./_faults.ts";

const WORKS = "works tasks=20";

Deno.test("a budget of money ends the run with 6 when it is used up, after a warning at four fifths", async () => {
  await using stage = await Stage.make();
  const finished = await stage.build(`${WORKS} cost=0.5`, ["--max-cost", "2.00"]);
  checkEnded(
    finished,
    6,
    /^budget \(exit 6\): the cost budget of \$2\.00 is used up: the session has taken \$2\.00, with 16 tasks open/,
  );
  assert.match(finished.stderr, /^ {2}Go on: iteratr build .* --max-cost 4\.00$/m);
  const seen = await stage.session();
  assert.equal(seen.iterations.length, 4);
  assert.deepEqual(dataOf(seen, "budget.warned"), [{ budget: "cost", used: 2, limit: 2 }]);
  assert.deepEqual(dataOf(seen, "budget.reached"), [{ budget: "cost", used: 2, limit: 2 }]);
  assert.match(finished.stdout.split("\n== iteration")[0] ?? "", /\$2\.00/);
});

Deno.test("the last iteration is the estimate for the next one, which does not begin without room", async () => {
  await using stage = await Stage.make();
  const finished = await stage.build(`${WORKS} input=100 output=20`, ["--max-tokens", "400"]);
  checkEnded(finished, 6, /would not do for another iteration like the last: .* 360 tokens/);
  const seen = await stage.session();
  assert.equal(seen.iterations.length, 3);
  assert.deepEqual(dataOf(seen, "budget.warned"), [{ budget: "tokens", used: 360, limit: 400 }]);
});

Deno.test("a budget is the session's: another run has no more of it; raising it goes on, --reset clears", async () => {
  await using stage = await Stage.make();
  const flags = ["--max-cost", "1.00"];
  checkEnded(await stage.build(`${WORKS} cost=0.5`, flags), 6);
  const starts = stage.starts();
  checkEnded(await stage.build(`${WORKS} cost=0.5`, flags), 6, /the session has taken \$1\.00/);
  assert.equal(stage.starts(), starts, "an agent was started for nothing");
  checkEnded(await stage.build(`${WORKS} cost=0.5`, ["--max-cost", "1.50"]), 6, /\$1\.50 is used/);
  assert.equal((await stage.session()).iterations.length, 3);
  checkEnded(await stage.build(`${WORKS} cost=0.5`, [...flags, "--reset"]), 6);
  const seen = await stage.session();
  assert.deepEqual([seen.iterations.length, seen.head.usage.cost], [2, 1]);
});

Deno.test("a budget that is used up within a turn ends the turn", async () => {
  await using stage = await Stage.make();
  const scenario = "runs-away messages=100000 every=20 each=0.01";
  const finished = await stage.build(scenario, ["--max-cost", "0.30"]);
  checkEnded(finished, 6, /^budget \(exit 6\): the cost budget of \$0\.30 is used up/);
  assert.equal(stage.sent("session/cancel").length, 1);
  const seen = await stage.session();
  assert.equal(seen.iterations.length, 1);
  assert.equal(dataOf(seen, "budget.warned").length, 1, told(finished));
  assert.equal(dataOf(seen, "watchdog.fired").length, 0);
});

Deno.test("what attempts spend that fail counts, and ends the retries", async () => {
  await using stage = await Stage.make();
  await retryAtOnce(stage);
  const finished = await stage.build("fails spends=0.5", ["--max-cost", "1.00"]);
  checkEnded(finished, 6, /the session has taken \$1\.00/);
  const seen = await stage.session();
  assert.deepEqual([stage.starts(), outcomes(seen).length, seen.head.usage.cost], [2, 1, 1]);
});

Deno.test("an agent that does not tell what it spends ends a run with a budget, and no other, with 1", async () => {
  await together([["--max-cost", "5"], ["--max-tokens", "2M"]], async (flags) => {
    await using stage = await Stage.make();
    const finished = await stage.build(`${WORKS} usage=0`, flags);
    checkEnded(finished, 1, /does not report its (cost|token usage): the/);
    assert.equal((await stage.session()).iterations.length, 1);
  });
  await using stage = await Stage.make();
  checkEnded(await stage.build("works tasks=1 usage=0"), 0);
});

Deno.test("a model that is priced at nothing is warned of when there is a budget of money", async () => {
  await using stage = await Stage.make();
  const free = await stage.build("works tasks=1 cost=0", ["--max-cost", "5"]);
  checkEnded(free, 0);
  assert.match(free.stdout, /the agent reports no cost for fake\/m1: --max-cost will never take/);
  await using other = await Stage.make();
  const tokens = await other.build("works tasks=1 cost=0", ["--max-tokens", "2M"]);
  assert.doesNotMatch(tokens.stdout, /reports no cost/);
});

Deno.test("completion outranks a budget that the same turn has used up", async () => {
  await using stage = await Stage.make();
  const scenario = "works tasks=1 cost=9";
  checkEnded(await stage.build(scenario, ["--max-cost", "1.00"]), 0, /^complete: /);
});

Deno.test("an iteration costs what all its attempts have cost, those before a wait for a quota too", async () => {
  await using stage = await Stage.make();
  const wait = 'how=error message=slow_down data={"status":429,"retry_after":1}';
  const scenario = `fails at=edits spends=0.25 cost=0.5 ${wait}`;
  checkEnded(await stage.build(first(stage, 2, scenario), ["--max-cost", "9"]), 0);
  const { head, iterations } = await stage.session();
  const costs = iterations.map(({ usage }) => usage.cost);
  assert.equal(costs[0], 1);
  assert.equal(head.usage.cost, 0.5 + 0.5 * costs.length);
});
