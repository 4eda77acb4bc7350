import assert from "node:assert/strict";
import { dataOf, Stage } from "../build/_stage.ts";
import { checkEnded, first, outcomes, report, retries, retryAtOnce } from "./_faults.ts";

/** How many messages of a runaway turn the log has kept. */
async function runaway(scenario: string, ...lines: readonly string[]): Promise<Stage> {
  const stage = await Stage.make();
  await retryAtOnce(stage, ...lines);
  const finished = await stage.build(first(stage, 1, `runs-away tasks=1 ${scenario}`));
  checkEnded(finished, 0);
  return stage;
}

Deno.test("more than 300 model messages end the attempt, and the next one does the work", async () => {
  await using stage = await runaway("messages=100000 every=1");
  const seen = await stage.session();
  assert.deepEqual(dataOf(seen, "watchdog.fired"), [{ kind: "messages", limit: 300 }]);
  assert.match(retries(seen)[0] ?? "", /called its model more than 300 times in a turn/);
  assert.deepEqual(outcomes(seen)[0], [1, "progress"]);
  report(`messages in the log: ${dataOf(seen, "agent.message").length}`);
});

Deno.test("20 model messages in a row without text or tool end the attempt", async () => {
  await using stage = await runaway("messages=100000 every=1 empty=1");
  const seen = await stage.session();
  assert.deepEqual(dataOf(seen, "watchdog.fired"), [{ kind: "empty-messages", limit: 20 }]);
  assert.match(retries(seen)[0] ?? "", /got 20 model messages in a row without text or tool/);
});

Deno.test("as many messages as are allowed, and half as many without words, end nothing", async () => {
  await using full = await runaway("messages=280 every=0");
  assert.deepEqual(dataOf(await full.session(), "watchdog.fired"), []);
  await using empty = await runaway("messages=10 every=0 empty=1");
  assert.deepEqual(dataOf(await empty.session(), "watchdog.fired"), []);
});

Deno.test("watchdog.messages and watchdog.empty_messages set other limits", async () => {
  const lines = ["watchdog:", "  messages: 30", "  empty_messages: 12"];
  await using full = await runaway("messages=100000 every=1", ...lines);
  const [fired] = dataOf(await full.session(), "watchdog.fired");
  assert.deepEqual(fired, { kind: "messages", limit: 30 });
  await using empty = await runaway("messages=100000 every=1 empty=1", ...lines);
  const [other] = dataOf(await empty.session(), "watchdog.fired");
  assert.deepEqual(other, { kind: "empty-messages", limit: 12 });
});
