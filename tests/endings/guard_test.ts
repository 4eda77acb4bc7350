import assert from "node:assert/strict";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { checkRecorded } from "./_ending.ts";
import { configure } from "./_scripted.ts";

Deno.test("a turn that breaks a guard's rule is ended, and counts as a failure of the agent", async () => {
  const cases: readonly (readonly [
    scenario: string,
    lines: readonly string[],
    facts: Readonly<Record<string, unknown>>,
    says: string,
  ])[] = [
    [
      "silent after=text",
      ["  silence: 1s"],
      { kind: "silence", limit: 1_000 },
      "gave no sign of life for 1.0s",
    ],
    [
      "silent after=tool",
      ["  silence: 1s", "  tool_call: 2s"],
      { kind: "tool-call", limit: 2_000 },
      "had a tool call open for 2.0s",
    ],
    [
      "silent",
      ["  silence: 0", "  turn: 1s"],
      { kind: "turn", limit: 1_000 },
      "took more than 1.0s for a turn",
    ],
  ];
  await together(cases, async ([scenario, lines, facts, says]) => {
    await using stage = await Stage.make();
    await configure(stage, "watchdog:", ...lines);
    const { code, stdout, stderr } = await stage.build(scenario, ["--no-retry"]);
    assert.equal(code, 2, stdout);
    assert.ok(
      stderr.startsWith(`agent-failed (exit 2): the agent ${says} in iteration 1.`),
      stderr,
    );
    const seen = await stage.session();
    checkRecorded(seen, { reason: "agent-failed", code: 2 });
    assert.deepEqual(dataOf(seen, "watchdog.fired"), [facts]);
    assert.match(stdout, /^guard {3}.*: the turn is ended$/m);
  });
});

Deno.test("a turn that was ended for its silence is tried again", async () => {
  await using stage = await Stage.make();
  await configure(stage, "watchdog.silence: 1s", "retry:", "  attempts: 2", "  delays: 0s");
  const { code, stdout } = await stage.build("silent");
  assert.equal(code, 2, stdout);
  const seen = await stage.session();
  assert.equal(dataOf(seen, "watchdog.fired").length, 3);
  assert.deepEqual(dataOf(seen, "retry.scheduled").map(({ attempt, max }) => [attempt, max]), [
    ...[[1, 2], [2, 2]],
  ]);
  assert.equal(seen.iterations.length, 1);
});
