import assert from "node:assert/strict";
import { Stage } from "../build/_stage.ts";
import { DECLARES, endedWith, gated, gatesRun, IDENTITY, shell, verdicts } from "./_gates.ts";

const COMMITS = { flags: ["--auto-commit"], env: IDENTITY };

Deno.test("with auto-commit, the gates judge what has been committed", async () => {
  await using stage = await Stage.make();
  const turn = `echo $TURN > proof.txt\n${DECLARES}`;
  const finished = await gated(stage, {
    ...{ turn, gates: ["git show HEAD:proof.txt && grep -q 2 proof.txt"], ...COMMITS },
  });
  endedWith(finished, 0);
  const head = await shell(stage, "git rev-parse HEAD");
  const seen = verdicts(await stage.session(), "judgement");
  assert.deepEqual(seen.map(({ passed, dirty }) => [passed, dirty]), [[false, false], [
    true,
    false,
  ]]);
  assert.equal(seen[1]?.["commit"], head);
  assert.match(finished.stdout, new RegExp(`; gates pass at ${head.slice(0, 7)}\\.$`, "m"));
});

Deno.test("what a gate changes is reported, and goes into the commit of the next iteration", async () => {
  await using stage = await Stage.make();
  await shell(stage, "echo a > a.txt; git add a.txt; git commit -q -m files");
  const turn = `touch turn-$TURN.txt\n${DECLARES}`;
  const gates = ["echo more >> a.txt; test -f turn-2.txt"];
  const finished = await gated(stage, { turn, gates, ...COMMITS });
  endedWith(finished, 0);
  const seen = await stage.session();
  for (const { changed } of gatesRun(seen, "judgement")) assert.deepEqual(changed, ["a.txt"]);
  assert.equal(finished.stdout.match(/^ +it has changed tracked files: a\.txt$/gm)?.length, 3);
  const added = await shell(stage, "git log --reverse --format= --numstat -- a.txt");
  // What the baseline has changed was there before the first turn, and stays out while it is unchanged.
  assert.deepEqual(added.split("\n"), ["1\t0\ta.txt", "2\t0\ta.txt"]);
  // Then what was judged is the commit; what the gate changed afterwards is left as it is.
  assert.deepEqual(verdicts(seen, "judgement").map(({ dirty }) => dirty), [true, false]);
  assert.match(await shell(stage, "git status --porcelain a.txt"), /^ ?M a\.txt$/);
});

Deno.test("an agent that is idle while a gate changes files makes no progress by that", async () => {
  await using stage = await Stage.make();
  const gates = ["date +%N > stamp.txt; exit 1"];
  endedWith(await gated(stage, { gates, flags: ["-i", "3"] }), 4);
  const { iterations } = await stage.session();
  assert.deepEqual(iterations.map(({ outcome }) => outcome), ["progress", "idle", "idle"]);
});
