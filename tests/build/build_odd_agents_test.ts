import assert from "node:assert/strict";
import { SPLIT_TEXT } from "../fake_agent/scenarios/split.ts";
import { FOREIGN_TEXT } from "../fake_agent/scenarios/unknown_updates.ts";
import type { Finished } from "./_run.ts";
import { Stage } from "./_stage.ts";
import { together } from "./_together.ts";

/** Runs to complete in one iteration, with nothing on stderr, and looks at the rest. */
async function expectComplete(
  scenario: string,
  look: (ended: Finished, stage: Stage) => void | Promise<void> = () => undefined,
): Promise<void> {
  await using stage = await Stage.make();
  const ended = await stage.build(`${scenario} tasks=2 per-turn=2`);
  assert.equal(ended.code, 0, `${scenario}: ${ended.stdout.slice(-2000)}`);
  assert.match(ended.stdout, /^complete: 2 tasks done, after 1 iteration,/m, scenario);
  assert.equal(stage.read("project/out-2.txt"), "Write file 2\n", scenario);
  assert.equal(ended.stderr, "", scenario);
  await look(ended, stage);
}

Deno.test("rubbish between an agent's messages, and a flood on its stderr, do no harm", async () => {
  await expectComplete("noise", ({ stdout }) => {
    assert.doesNotMatch(stdout, /npm warn|DEBUG|xxxx|987654/);
  });
});

Deno.test("an agent's questions are all answered, permissions with yes", async () => {
  await together(["requests", "string-ids"], async (scenario) => {
    await expectComplete(scenario, (_ended, stage) => {
      assert.doesNotMatch(stage.read("log"), /unanswered/);
      assert.throws(() => Deno.statSync(stage.project("forbidden.txt")), Deno.errors.NotFound);
    });
  });
});

Deno.test("updates that iteratr does not know, or that are not what they seem, are passed over", async () => {
  await expectComplete("unknown-updates", ({ stdout }) => {
    assert.ok(!stdout.includes(FOREIGN_TEXT));
    assert.doesNotMatch(stdout, /undefined|\[object|NaN|cheerful|hologram/);
    assert.match(stdout, /^agent {3}with more/m);
  });
});

Deno.test("a flood of 10,000 updates is told without a gap", async () => {
  await expectComplete("flood updates=10000", ({ stdout }) => {
    const told = [...stdout.matchAll(/word (\d+)/g)].map(([, n]) => Number(n));
    assert.deepEqual(told, Array.from({ length: 5000 }, (_, index) => 2 * index + 1));
    assert.equal([...stdout.matchAll(/^tool {4}bash +make check +ok/gm)].length, 1);
  });
});

Deno.test("a message of 20 MiB is kept at its beginning and its end", async () => {
  await expectComplete("big-frame mib=20", ({ stdout }) => {
    // Other lines may stand between its parts.
    const parts = stdout.split("\n").map((line) => line.slice("agent   ".length))
      .filter((line) => line.startsWith("xxx"));
    const told = parts.reduce((sum, part) => sum + part.length, 0);
    assert.ok(told > 2 ** 20 && told <= 2 * 2 ** 20, `${told}`);
    assert.match(stdout, /^output {2}limit reached/m);
  });
});

Deno.test("a tool call whose output makes a message of 24 MiB is one line", async () => {
  // The output stands in the message three times.
  await expectComplete("big-frame mib=8 as=tool", ({ stdout }) => {
    assert.equal([...stdout.matchAll(/^tool {4}bash +cat big\.txt +ok/gm)].length, 1);
    assert.doesNotMatch(stdout, /xxx/);
  });
});

Deno.test("a tool call that grows in 500 snapshots is one line", async () => {
  await expectComplete("slow-tool snapshots=500", ({ stdout }) => {
    assert.equal([...stdout.matchAll(/^tool {4}bash +make all +ok/gm)].length, 1);
    assert.doesNotMatch(stdout, /\[\d+\/500\]/);
  });
});

Deno.test("messages that are cut at awkward places are put together again", async () => {
  await expectComplete("split", ({ stdout }) => assert.ok(stdout.includes(SPLIT_TEXT)));
});

Deno.test("an agent that speaks of models in the older shapes works", async () => {
  await expectComplete("old-shapes");
});

Deno.test("an agent that tells nothing of tokens and cost works, and nothing is made up", async () => {
  await expectComplete("works usage=0", ({ stdout }) => {
    assert.match(stdout, /^-- iteration 1: progress {2}\S+ {2}2 tasks done, 0 open$/m);
    assert.doesNotMatch(stdout, /\$|\d in,/);
  });
});

Deno.test("costs add up over iterations, each of which has a session of its own", async () => {
  await using stage = await Stage.make();
  const { stdout } = await stage.build("works tasks=3 cost=0.5 input=1500 output=20");
  assert.match(
    stdout,
    /^complete: 3 tasks done, after 3 iterations, \S+ 4\.5k in, 60 out, \$1\.50 \(at least\)\.$/m,
  );
  assert.match(stdout, /^-- iteration 3: .* {2}1\.5k in, 20 out, \$0\.50 \(at least\) {2}/m);
  const { head } = await stage.session();
  assert.deepEqual([head.usage.cost, head.usage.inputTokens], [1.5, 4500]);
});
