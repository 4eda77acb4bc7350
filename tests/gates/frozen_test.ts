import assert from "node:assert/strict";
import { dataOf, Stage } from "../build/_stage.ts";
import { configure } from "../endings/_scripted.ts";
import { DECLARES, endedWith, gated, gatesRun } from "./_gates.ts";

Deno.test("an agent that edits verify cannot loosen its gates, and each change is reported once", async () => {
  await using stage = await Stage.make();
  await configure(stage, "verify: 'echo strict; exit 1'");
  const turn = `case $TURN in
    1|2) echo "verify: 'true'" > iteratr.yml;;
    4) rm iteratr.yml;;
  esac\n${DECLARES}`;
  const finished = await gated(stage, { turn });
  endedWith(finished, 4);
  const seen = await stage.session();
  const commands = new Set(gatesRun(seen, "judgement").map(({ command }) => command));
  assert.deepEqual([...commands], ["echo strict; exit 1"]);
  const warnings = dataOf(seen, "warning").map(({ message }) => message);
  const expected = `${
    stage.project("iteratr.yml")
  } has changed: this run goes on with what it said before`;
  assert.deepEqual(warnings, [expected, expected]);
  assert.ok(finished.stdout.includes(expected));
});

Deno.test("a change in the last iteration is reported before the gates judge", async () => {
  await using stage = await Stage.make();
  await configure(stage, "verify: 'true'");
  const turn = `echo "verify: echo other" > iteratr.yml\n${DECLARES}`;
  endedWith(await gated(stage, { turn }), 0);
  const types = (await stage.session()).events.map(({ type, data }) =>
    type === "verify.started" ? `${type} ${(data as { for: string }).for}` : type
  );
  const warning = types.indexOf("warning");
  assert.ok(warning > 0 && warning < types.indexOf("verify.started judgement"), types.join(" "));
  const judged = gatesRun(await stage.session(), "judgement").map(({ command }) => command);
  assert.deepEqual(judged, ["true"]);
});

Deno.test("the template and the hooks are frozen like the gates", async () => {
  await using stage = await Stage.make();
  await Deno.writeTextFile(stage.project("template.txt"), "the first template {{spec}}");
  await Deno.writeTextFile(
    stage.project(".iteratr.hooks.yml"),
    'version: 1\nhooks:\n  pre_iteration: { command: "echo frozen", pipe_output: true }\n',
  );
  await configure(stage, "template: template.txt", "verify: test -f proof.txt");
  const turn = `[ "$TURN" = 2 ] && touch proof.txt
    echo loosened > template.txt; echo 'version: 1' > .iteratr.hooks.yml\n${DECLARES}`;
  endedWith(await gated(stage, { turn }), 0);
  for (const prompt of stage.prompts()) {
    assert.match(prompt, /the first template/);
    assert.match(prompt, /^ *frozen$/m);
  }
  const warnings = dataOf(await stage.session(), "warning").map(({ message }) => String(message));
  assert.deepEqual(warnings.map((message) => /[^/]+ has changed/.exec(message)?.[0]), [
    ".iteratr.hooks.yml has changed",
    "template.txt has changed",
  ]);
});

Deno.test("the next run takes the gates that are there by then", async () => {
  await using stage = await Stage.make();
  await configure(stage, "verify: 'false'");
  const turn = `echo "verify: 'true'" > iteratr.yml\n${DECLARES}`;
  endedWith(await gated(stage, { turn, flags: ["-i", "1"] }), 4);
  endedWith(await gated(stage, { turn, flags: ["-i", "1"] }), 0);
});

Deno.test("a configuration that an agent writes where there was none is reported, and not taken", async () => {
  await using stage = await Stage.make();
  const turn = `echo "verify: 'true'" > iteratr.yml\n${DECLARES}`;
  endedWith(await gated(stage, { turn, gates: ["exit 1"], flags: ["-i", "2"] }), 4);
  const seen = await stage.session();
  const warnings = dataOf(seen, "warning").map(({ message }) => String(message));
  assert.deepEqual(warnings.map((text) => text.startsWith(stage.project("iteratr.yml"))), [true]);
  assert.ok(gatesRun(seen, "judgement").every(({ command }) => command === "exit 1"));
});
