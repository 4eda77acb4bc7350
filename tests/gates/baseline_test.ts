import assert from "node:assert/strict";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { endedWith, gated, gatesRun, shell, startGated, verdicts } from "./_gates.ts";

const OPEN = "iteratr tool task-add --content more";
const PROOF = "test -f proof.txt || { echo there is no proof; exit 3; }";

Deno.test("the gates are run once before a session begins, and kept with the commit", async () => {
  await using stage = await Stage.make();
  const commit = await shell(stage, "git rev-parse HEAD");
  const run = { turn: OPEN, gates: [PROOF, "true"], flags: ["-i", "1"] };
  const first = await gated(stage, run);
  endedWith(first, 5);
  assert.match(first.stdout, /^verify {2}before the session begins: 2 gates$/m);
  assert.match(first.stdout, /^verify {2}fails before the session: test -f proof.txt/m);
  await shell(stage, "git commit -q --allow-empty -m later");
  endedWith(await gated(stage, run), 5);
  const seen = await stage.session();
  const order = seen.events.map(({ type }) => type).filter((type) => /verify|^iter.*s/.test(type));
  assert.deepEqual(order.slice(0, 3), ["verify.started", "verify.ended", "iteration.started"]);
  const [verdict, ...more] = verdicts(seen, "baseline");
  assert.deepEqual(more, [], "a second baseline");
  assert.deepEqual(
    [verdict?.["passed"], verdict?.["failed"], verdict?.["commit"], verdict?.["dirty"]],
    [false, [PROOF], commit, false],
  );
  const outcomes = gatesRun(seen, "baseline").map(({ name, exit, tail }) => [name, exit, tail]);
  assert.deepEqual(outcomes, [[PROOF, 3, "there is no proof"], ["true", 0, ""]]);
  assert.deepEqual(verdicts(seen, "judgement"), []);
  for (const prompt of stage.prompts()) assert.doesNotMatch(prompt, /there is no proof$/m);
});

Deno.test("--reset takes the baseline anew", async () => {
  await using stage = await Stage.make();
  const run = { turn: OPEN, gates: [PROOF], flags: ["-i", "1"] };
  endedWith(await gated(stage, run), 5);
  await shell(stage, "touch proof.txt; git add proof.txt; git commit -q -m proof");
  endedWith(await gated(stage, { ...run, flags: [...run.flags, "--reset"] }), 5);
  const [verdict, ...more] = verdicts(await stage.session(), "baseline");
  assert.deepEqual(more, []);
  assert.deepEqual([verdict?.["passed"], verdict?.["failed"]], [true, []]);
  assert.equal(verdict?.["commit"], await shell(stage, "git rev-parse HEAD"));
});

Deno.test("a baseline that a signal breaks off is taken by the next run", async () => {
  const gate = `[ -e "$HOME/once" ] || { touch "$HOME/once"; sleep 60; }; exit 1`;
  await together([["SIGKILL", 137], ["SIGTERM", 143]] as const, async ([signal, code]) => {
    await using stage = await Stage.make();
    await using run = await startGated(stage, { turn: OPEN, gates: [gate] });
    await run.until(() => {
      try {
        return Deno.statSync(stage.join("home", "once")).isFile;
      } catch {
        return false;
      }
    });
    run.signal(signal);
    assert.equal((await run.finished()).code, code);
    if (signal === "SIGTERM") assert.deepEqual(stage.processes(), []);
    await stage.removeStrays();
    endedWith(await gated(stage, { turn: OPEN, gates: [gate], flags: ["-i", "1"] }), 5);
    const seen = await stage.session();
    assert.deepEqual(verdicts(seen, "baseline").map(({ failed }) => failed), [[gate]]);
  });
});

Deno.test("gates that come when a session has begun have no baseline", async () => {
  await using stage = await Stage.make();
  endedWith(await gated(stage, { turn: OPEN, flags: ["-i", "1"] }), 5);
  endedWith(await gated(stage, { turn: OPEN, gates: [PROOF], flags: ["-i", "1"] }), 5);
  const seen = await stage.session();
  assert.deepEqual(verdicts(seen, "baseline"), []);
  assert.ok(!seen.events.some(({ type }) => type === "verify.started"));
});
