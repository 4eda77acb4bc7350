import assert from "node:assert/strict";
import { shellQuote } from "../../src/platform/words.ts";
import { dataOf, Stage } from "../build/_stage.ts";
import { checkLog, endingsOf } from "./_log.ts";

const SPENDER = new URL("_spender.ts", import.meta.url).pathname;

Deno.test("what a killed iteration is known to have spent is counted", async () => {
  await using stage = await Stage.make();
  const agent = [Deno.execPath(), "run", "-A", SPENDER].map(shellQuote).join(" ");
  for (let kill = 1; kill <= 2; kill++) {
    const words = ["build", "--json", "--model", "a/b", "--agent-command", agent];
    await using run = await stage.iteratr(words);
    await run.until(() => run.stdout.includes('"iteration.usage"'));
    run.signal("SIGKILL");
    await run.finished();
  }
  const { code, stdout } = await stage.build("works");
  assert.equal(code, 0, stdout);

  const seen = await stage.session();
  checkLog(seen);
  assert.deepEqual(endingsOf(seen), [137, 137, 0]);
  const costs = seen.iterations.slice(0, 2).map(({ usage }) => usage);
  assert.ok(costs.every(({ cost, partial }) => cost > 0 && partial), JSON.stringify(costs));
  for (const [at, ending] of dataOf(seen, "run.ended").slice(0, 2).entries()) {
    assert.deepEqual(ending["usage"], costs[at]);
  }
});
