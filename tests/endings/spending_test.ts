import assert from "node:assert/strict";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { checkRecorded } from "./_ending.ts";

Deno.test("a run ends when another iteration like the last would exceed its budget, before that begins", async () => {
  await together(
    [
      [["--max-tokens", "200"], "tokens", 120, 200],
      [["--max-cost", "0.0005"], "cost", 0.00028, 0.0005],
    ] as const,
    async ([flags, budget, used, limit]) => {
      await using stage = await Stage.make();
      const { code, stderr, stdout } = await stage.build("works tasks=5", flags);
      assert.equal(code, 6, stdout);
      assert.match(stderr, /^budget .*would not do for another iteration like the last:/m);
      assert.match(
        stderr,
        new RegExp(`^  Go on: iteratr build .* --max-${budget} [0-9.]+k?$`, "m"),
      );
      const seen = await stage.session();
      checkRecorded(seen, { reason: "budget", code: 6 });
      assert.equal(seen.iterations.length, 1);
      const [reached, ...more] = dataOf(seen, "budget.reached");
      assert.deepEqual([reached, more], [{ budget, used, limit }, []]);
      const [started] = dataOf(seen, "run.started");
      assert.equal(started?.[budget === "cost" ? "maxCost" : "maxTokens"], limit);
    },
  );
});

Deno.test("a budget is one of the session's whole life: the next run finds it used up, and does nothing", async () => {
  await using stage = await Stage.make();
  const flags = ["--max-tokens", "200"];
  assert.equal((await stage.build("works tasks=5", flags)).code, 6);
  const again = await stage.build("works", flags);
  assert.equal(again.code, 6, again.stdout);
  assert.equal(stage.prompts().length, 1);
  const more = await stage.build("works", ["--max-tokens", "1k"]);
  assert.equal(more.code, 0, more.stdout);
  assert.match(more.stdout, /^complete: /m);
});

Deno.test("completion outranks a budget that is used up by the last iteration", async () => {
  await using stage = await Stage.make();
  const { code, stdout } = await stage.build("works tasks=2 per-turn=2", ["--max-tokens", "120"]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^warning most of the tokens budget is used up: 120 tokens of 120 tokens$/m);
});

Deno.test("a budget is refused after the first iteration when the agent does not tell what it spends", async () => {
  await using stage = await Stage.make();
  const { code, stderr, stdout } = await stage.build("works usage=0", ["--max-cost", "5"]);
  assert.equal(code, 1, stdout);
  assert.match(stderr, /^config \(exit 1\): the agent does not report its (cost|token usage)/m);
  assert.equal((await stage.session()).iterations.length, 1);
});

Deno.test("a limit of tokens or money that is none is refused before anything is started", async () => {
  await using stage = await Stage.make();
  const bad = [
    ["--max-tokens=1e6", "budget.tokens must be a number of tokens"],
    ["--max-tokens=-1", "budget.tokens must be a number of tokens"],
    ["--max-cost=$5", "budget.cost must be an amount of US dollars"],
    ["--max-cost=1,50", "budget.cost must be an amount of US dollars"],
    ["--retries=many", "retry.attempts must be a whole number"],
  ] as const;
  for (const [flag, message] of bad) {
    const { code, stderr } = await stage.build("works", [flag]);
    assert.equal(code, 1, flag);
    assert.ok(stderr.startsWith(`config (exit 1): ${message}`), stderr);
  }
  const both = await stage.build("works", ["--no-retry", "--retries", "2"]);
  assert.deepEqual([both.code, stage.starts()], [1, 0]);
  assert.match(both.stderr, /--no-retry and --retries cannot be used together/);
});
