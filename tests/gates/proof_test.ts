import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { dataOf, Stage } from "../build/_stage.ts";
import {
  command,
  DECLARES,
  endedWith,
  gated,
  gatesRun,
  shell,
  statusOf,
  verdicts,
} from "./_gates.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

Deno.test("the log holds what was run, how it ended, what it said, and what it judged", async () => {
  await using stage = await Stage.make();
  const commit = await shell(stage, "git rev-parse HEAD");
  endedWith(await gated(stage, { gates: ["printf 'fine\\n'; exit 0"] }), 0);
  const seen = await stage.session();
  const [gate] = gatesRun(seen, "judgement");
  const { ms, ...facts } = gate ?? {};
  assert.ok(Number.isInteger(ms) && Number(ms) >= 0);
  assert.deepEqual(facts, {
    ...{ for: "judgement", name: "printf 'fine\\n'; exit 0", command: "printf 'fine\\n'; exit 0" },
    ...{ end: "exited", exit: 0, passed: true, bytes: 5, sha256: sha256("fine\n") },
    ...{ output: "fine\n", tail: "fine", changed: [] },
  });
  const [verdict] = verdicts(seen, "judgement");
  const { work, gates, ...rest } = verdict ?? {};
  assert.match(String(work), /^\S+$/);
  assert.match(String(gates), /^\S+$/);
  assert.deepEqual(rest, {
    ...{ for: "judgement", passed: true, failed: [], tolerated: [], commit, dirty: false },
  });
  assert.deepEqual(dataOf(seen, "run.started")[0]?.["gates"], ["printf 'fine\\n'; exit 0"]);
});

Deno.test("a gate that is killed by a signal has failed, and says so", async () => {
  await using stage = await Stage.make();
  const finished = await gated(stage, { gates: ["kill -9 $$"], flags: ["-i", "1"] });
  endedWith(finished, 4);
  assert.match(finished.stdout, /^gate +kill -9 \$\$ +failed \(ended by a signal\)/m);
  const [gate] = gatesRun(await stage.session(), "judgement");
  assert.deepEqual([gate?.["end"], gate?.["exit"], gate?.["passed"]], ["killed", null, false]);
});

Deno.test("a gate that is no command has failed with what the shell said of it", async () => {
  await using stage = await Stage.make();
  endedWith(await gated(stage, { gates: ["no-such-program --all"], flags: ["-i", "1"] }), 4);
  const [gate] = gatesRun(await stage.session(), "judgement");
  assert.deepEqual([gate?.["end"], gate?.["exit"]], ["exited", 127]);
  assert.match(String(gate?.["tail"]), /no-such-program.*not found/);
});

Deno.test("the ending and status name the commit, and whether files differ from it", async () => {
  await using stage = await Stage.make();
  const commit = await shell(stage, "git rev-parse HEAD");
  const turn = `touch proof.txt\n${DECLARES}`;
  const finished = await gated(stage, { turn, gates: ["test -f proof.txt"] });
  endedWith(finished, 0);
  const short = commit.slice(0, 7);
  assert.match(
    finished.stdout,
    new RegExp(
      `^complete: .*; gates pass at ${short}, with changes that are not committed\\.$`,
      "m",
    ),
  );
  const { code, summary } = await statusOf(stage);
  assert.equal(code, 0);
  const { at, ...judgement } = summary["judgement"] as Record<string, unknown>;
  assert.ok(!Number.isNaN(Date.parse(String(at))));
  assert.deepEqual(judgement, {
    ...{ passed: true, failed: [], tolerated: [], iteration: 1, commit, dirty: true },
  });
  const told = await command(stage, "status");
  assert.match(
    told.stdout,
    new RegExp(`^gates {3}passed at ${short} with changes, after iteration 1, .* ago$`, "m"),
  );
});

Deno.test("status names the gates that failed in the last judgement", async () => {
  await using stage = await Stage.make();
  const gates = ["exit 1", "true", "exit 2"];
  endedWith(await gated(stage, { gates, flags: ["-i", "1"] }), 4);
  const { code, summary } = await statusOf(stage);
  assert.deepEqual([code, summary["state"]], [10, "open"]);
  const { passed, failed } = summary["judgement"] as Record<string, unknown>;
  assert.deepEqual([passed, failed], [false, ["exit 1", "exit 2"]]);
  const told = await command(stage, "status");
  assert.match(
    told.stdout,
    /^gates {3}failed: exit 1, exit 2 at \w{7}, after iteration 1, .* ago$/m,
  );
});

Deno.test("status of a session without gates has no judgement", async () => {
  await using stage = await Stage.make();
  const finished = await gated(stage);
  endedWith(finished, 0);
  assert.doesNotMatch(finished.stdout, /gate|verify/);
  assert.equal((await statusOf(stage)).summary["judgement"], null);
  assert.doesNotMatch((await command(stage, "status")).stdout, /^gates/m);
});

Deno.test("a gate that changes tracked files is reported with their names", async () => {
  await using stage = await Stage.make();
  await shell(stage, "echo a > a.txt; echo b > b.txt; git add .; git commit -q -m files");
  const gates = ["echo more >> a.txt; rm b.txt; touch untracked.txt", "true", "date +%N >> a.txt"];
  const finished = await gated(stage, { gates });
  endedWith(finished, 0);
  const changed = gatesRun(await stage.session(), "judgement").map((data) => data["changed"]);
  assert.deepEqual(changed, [["a.txt"], [], ["a.txt"]]);
  const before = gatesRun(await stage.session(), "baseline").map((data) => data["changed"]);
  assert.deepEqual(before, [["a.txt", "b.txt"], [], ["a.txt"]]);
  assert.match(finished.stdout, /^ +it has changed tracked files: a\.txt, b\.txt$/m);
});

Deno.test("the commit that is judged is the one that the iteration has made", async () => {
  await using stage = await Stage.make();
  const turn = `echo x > proof.txt; git add proof.txt
    git -c user.name=A -c user.email=a@example.org commit -q -m proof\n${DECLARES}`;
  endedWith(await gated(stage, { turn, gates: ["git log -1 --format=%s"] }), 0);
  const seen = await stage.session();
  assert.equal(gatesRun(seen, "judgement")[0]?.["tail"], "proof");
  const [verdict] = verdicts(seen, "judgement");
  const commit = await shell(stage, "git rev-parse HEAD");
  assert.deepEqual([verdict?.["commit"], verdict?.["dirty"]], [commit, false]);
});
