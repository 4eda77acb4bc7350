import assert from "node:assert/strict";
import { Stage } from "../build/_stage.ts";
import { configure } from "../endings/_scripted.ts";
import { DECLARES, endedWith, gated, gatesRun, statusOf, verdicts } from "./_gates.ts";

const TURN = `touch proof.txt\n${DECLARES}`;

Deno.test("outside git the gates judge as well, and no commit is named", async () => {
  await using stage = await Stage.make();
  await Deno.remove(stage.project(".git"), { recursive: true });
  const finished = await gated(stage, { turn: TURN, gates: ["test -f proof.txt"] });
  endedWith(finished, 0);
  assert.match(finished.stdout, /^complete: .*; gates pass\.$/m);
  const seen = await stage.session();
  for (const purpose of ["baseline", "judgement"] as const) {
    const [verdict] = verdicts(seen, purpose);
    assert.deepEqual([verdict?.["commit"], verdict?.["dirty"]], [null, false]);
    assert.deepEqual(gatesRun(seen, purpose)[0]?.["changed"], []);
  }
  const { commit } = (await statusOf(stage)).summary["judgement"] as Record<string, unknown>;
  assert.equal(commit, null);
});

Deno.test("before the first commit the gates judge as well, and none is named", async () => {
  await using stage = await Stage.make();
  await Deno.remove(stage.project(".git"), { recursive: true });
  await new Deno.Command("git", { args: ["init", "-q"], cwd: stage.project() }).output();
  const finished = await gated(stage, { turn: TURN, gates: ["test -f proof.txt"] });
  endedWith(finished, 0);
  assert.match(finished.stdout, /^complete: .*; gates pass\.$/m);
  const [verdict] = verdicts(await stage.session(), "judgement");
  assert.deepEqual([verdict?.["commit"], verdict?.["dirty"]], ["", true]);
});

Deno.test("with a root below the top of the repository, gates run at the root", async () => {
  await using stage = await Stage.make();
  await Deno.mkdir(stage.project("part"));
  await Deno.writeTextFile(
    stage.project("part", "iteratr.yml"),
    "verify: 'pwd; test -f proof.txt'\n",
  );
  await Deno.writeTextFile(stage.project("part", "SPEC.md"), "# Something\n");
  endedWith(await gated(stage, { turn: TURN, cwd: "part", flags: ["--spec", "SPEC.md"] }), 0);
  const seen = await stage.session("SPEC", stage.project("part", ".iteratr"));
  assert.equal(gatesRun(seen, "judgement")[0]?.["tail"], stage.project("part"));
});

Deno.test("flags take the place of the gates in the file", async () => {
  await using stage = await Stage.make();
  await configure(stage, "verify: exit 1");
  endedWith(await gated(stage, { gates: ["true"] }), 0);
  const names = gatesRun(await stage.session(), "judgement").map(({ name }) => name);
  assert.deepEqual(names, ["true"]);
});
