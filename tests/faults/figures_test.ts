import assert from "node:assert/strict";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { checkEnded, told } from "./_faults.ts";
import { buildPlanned, type PlannedTurn, says, spent, tokens } from "./_planned.ts";

/** A task that was not there before. */
const script = 'iteratr tool task-add --content "at $(date +%N)"';
const PRICED: PlannedTurn = { script, updates: [says("Done."), spent(0.25)] };
const COUNTED: PlannedTurn = { script, updates: [says("Done.")], result: tokens(100, 20) };
const SILENT: PlannedTurn = { script, updates: [says("Done.")] };

Deno.test("an agent that does not tell what a budget is of ends the run with 1 after its first turn", async () => {
  const cases = [
    [
      PRICED,
      "--max-tokens",
      "2M",
      /does not report its token usage: the tokens budget/,
    ],
    [
      COUNTED,
      "--max-cost",
      "5",
      /does not report its cost: the cost budget cannot be enforced/,
    ],
    [SILENT, "--max-tokens", "2M", /its token usage:/],
    [SILENT, "--max-cost", "5", /its cost:/],
  ] as const;
  await together(cases, async ([turn, flag, amount, why]) => {
    await using stage = await Stage.make();
    const finished = await buildPlanned(stage, { turns: [turn] }, [flag, amount]);
    checkEnded(finished, 1, why);
    assert.match(finished.stderr, /Run without --max-tokens and --max-cost/, told(finished));
    assert.equal((await stage.session()).iterations.length, 1, flag);
  });
});

Deno.test("an agent need tell only what there is a budget of", async () => {
  const cases = [[PRICED, "--max-cost", "5"], [COUNTED, "--max-tokens", "2M"]] as const;
  await together(cases, async ([turn, flag, amount]) => {
    await using stage = await Stage.make();
    const finished = await buildPlanned(stage, { turns: [turn] }, [flag, amount, "-i", "2"]);
    checkEnded(finished, 5);
    assert.deepEqual(dataOf(await stage.session(), "warning").filter(isOfFigures), [], flag);
  });
});

Deno.test("figures that an agent no longer tells are missed in one warning, and the run goes on", async () => {
  const cases = [
    [PRICED, "--max-cost", "5", "its cost: the cost"],
    [COUNTED, "--max-tokens", "2M", "its token usage: the tokens"],
  ] as const;
  await together(cases, async ([turn, flag, amount, what]) => {
    await using stage = await Stage.make();
    const turns = [turn, SILENT, turn, SILENT];
    checkEnded(await buildPlanned(stage, { turns }, [flag, amount, "-i", "5"]), 5);
    const seen = await stage.session();
    assert.equal(seen.iterations.length, 5);
    assert.deepEqual(dataOf(seen, "warning").filter(isOfFigures), [
      { message: `the agent no longer reports ${what} budget cannot be enforced` },
    ]);
  });
});

function isOfFigures({ message }: Readonly<Record<string, unknown>>): boolean {
  return /no longer reports|reports no cost/.test(String(message));
}

Deno.test("figures below zero, and such as nobody can spend, count for nothing", async () => {
  const cases: readonly PlannedTurn[] = [
    { script, updates: [says("Done."), spent(-5)], result: tokens(-1_000, -20) },
    { script, updates: [says("Done."), spent(1e300)], result: tokens(1e300, 1e300) },
  ];
  await together(cases, async (absurd) => {
    await using stage = await Stage.make();
    const sane: PlannedTurn = { ...COUNTED, updates: [says("Done."), spent(0.25)] };
    const flags = ["-i", "2", "--max-cost", "0.60", "--max-tokens", "1k"];
    checkEnded(await buildPlanned(stage, { turns: [sane, absurd] }, flags), 5);
    const { head, iterations } = await stage.session();
    const { cost, inputTokens, outputTokens } = head.usage;
    assert.deepEqual([cost, inputTokens, outputTokens], [0.25, 100, 20]);
    assert.equal(iterations.length, 2);
  });
});

Deno.test("messages that are empty from beginning to end are counted, and end the attempt at 20", async () => {
  await using stage = await Stage.make();
  const updates = Array.from({ length: 600 }, (_, nth) => says("", `msg_${nth}`));
  const script = "iteratr tool task-add --content one --status completed; " +
    "iteratr tool session-complete";
  const turns = [{ updates }, { script, updates: [says("Done.")] }];
  const finished = await buildPlanned(stage, { turns });
  checkEnded(finished, 0);
  const seen = await stage.session();
  assert.deepEqual(dataOf(seen, "watchdog.fired"), [{ kind: "empty-messages", limit: 20 }]);
  assert.equal(dataOf(seen, "retry.scheduled").length, 1, told(finished));
});

Deno.test("what a turn has spent is kept when the run is killed behind it, and counts for a budget", async () => {
  await using stage = await Stage.make();
  const hook = 'echo on >"$HOME/on"; sleep 1000';
  await Deno.writeTextFile(
    stage.project(".iteratr.hooks.yml"),
    `version: 1\nhooks:\n  post_iteration: { command: '${hook}', timeout: 1000 }\n`,
  );
  const agent = "works tasks=2 cost=0.5 input=300 output=40";
  {
    await using run = await stage.start(agent);
    await run.until(() => stage.read("home/on") !== "");
    run.signal("SIGKILL");
    await run.finished();
  }
  await stage.removeStrays();
  await Deno.remove(stage.project(".iteratr.hooks.yml"));
  await using usage = await stage.iteratr(["usage", "--json"]);
  const report = JSON.parse((await usage.finished()).stdout);
  const { cost, inputTokens, outputTokens } = report.total.usage;
  assert.deepEqual([cost, inputTokens, outputTokens], [0.5, 300, 40]);
  const starts = stage.starts();
  const next = await stage.build(agent, ["--max-cost", "0.50"]);
  checkEnded(next, 6, /the session has taken \$0\.50/);
  assert.equal(stage.starts(), starts, "an agent was started without any money left");
  const { head } = await stage.session();
  assert.deepEqual([head.usage.cost, head.usage.inputTokens], [0.5, 300]);
});

Deno.test("a cost that falls after the budget was reached ends the run all the same", async () => {
  await using stage = await Stage.make();
  const turns = [{ script, updates: [says("Done."), spent(10), spent(0.1)] }];
  const finished = await buildPlanned(stage, { turns }, ["--max-cost", "3", "-i", "5"]);
  checkEnded(finished, 6, /^budget \(exit 6\)/);
  const { iterations, head } = await stage.session();
  assert.deepEqual([iterations.length, head.usage.cost], [1, 10]);
});

Deno.test("figures that are none do not pass for figures", async () => {
  const none = [{}, { inputTokens: "900000", outputTokens: null }];
  await together(none, async (usage) => {
    await using stage = await Stage.make();
    const turns = [{ script, updates: [says("Done.")], result: { usage } }];
    const finished = await buildPlanned(stage, { turns }, ["--max-tokens", "1k", "-i", "2"]);
    checkEnded(finished, 1, /does not report its token usage/);
  });
});

Deno.test("a cost of nothing is warned of also where no tokens are told", async () => {
  await using stage = await Stage.make();
  const turns = [{ script, updates: [says("Done."), spent(0)] }];
  const finished = await buildPlanned(stage, { turns }, ["--max-cost", "1", "-i", "1"]);
  checkEnded(finished, 5);
  assert.match(
    finished.stdout,
    /the agent reports no cost for fake\/m1: --max-cost will never take/,
  );
});
