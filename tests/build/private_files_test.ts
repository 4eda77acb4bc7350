import assert from "node:assert/strict";
import { buildCommitting } from "../git/_committing.ts";
import { files, FLAGS, IDENTITY, shell } from "./_commits.ts";
import { Stage } from "./_stage.ts";

Deno.test("a secret that git ignored stays out of the commits when the agent rewrites .gitignore", async () => {
  await using stage = await Stage.make();
  await shell(
    stage,
    `printf '.env\\nnode_modules/\\n' >.gitignore; git add -A; git commit -qm ignore
      echo SECRET=hunter2 >.env; mkdir node_modules; echo 1 >node_modules/x`,
  );
  const script = "printf 'dist/\\n' >.gitignore; echo $TURN >turn.txt";
  for (const run of [1, 2]) {
    const { code, stdout } = await buildCommitting(stage, script, ["-i", "2"]);
    assert.equal(code, 5, stdout);
    const told = /^warning left uncommitted, because git ignored it before the session: (.*)$/gm;
    const names = [...stdout.matchAll(told)].map(([, words]) => words);
    assert.deepEqual(names, [".env, node_modules/"], `run ${run}`);
  }
  assert.deepEqual(await files(stage), [".gitignore", "specs/SPEC.md", "turn.txt"]);
});

Deno.test("a person's files that lie in a stash when an iteration, or a run, ends stay out of the commits", async () => {
  await using stage = await Stage.make();
  await shell(stage, "echo 1 >known; git add -A; git commit -qm known");
  await shell(stage, "echo mine >known; echo mine >private.txt");
  const script = `case $TURN in *[13]) git stash -q -u;; *) git stash pop -q;; esac
    echo $TURN >turn.txt`;
  await buildCommitting(stage, script, ["-i", "1"]);
  const { code, stdout } = await buildCommitting(stage, script, ["-i", "3"]);
  assert.equal(code, 5, stdout);
  assert.deepEqual(await files(stage), ["known", "specs/SPEC.md", "turn.txt"]);
  assert.equal(await shell(stage, "git show HEAD:known"), "1\n");
});

Deno.test("a person's file whose name holds a secret's value stays out of the commits of each run", async () => {
  await using stage = await Stage.make();
  await shell(stage, "echo mine >notes-production.txt");
  const env = { ...IDENTITY, DEPLOY_TOKEN: "production" };
  for (const _run of [1, 2]) {
    const { code, stdout } = await stage.build("works tasks=3", [...FLAGS, "-i", "1"], { env });
    assert.equal(code, 5, stdout);
  }
  assert.equal((await files(stage)).includes("notes-production.txt"), false);
});

Deno.test("what a run has committed of a person's files is the session's also when it comes back", async () => {
  await using stage = await Stage.make();
  await shell(stage, "echo 1 >known; echo 1 >gone; git add -A; git commit -qm known");
  await shell(stage, "echo mine >known; rm gone");
  const change = "echo session >known; echo session >gone";
  await buildCommitting(stage, change, ["-i", "1", "--no-auto-commit"]);
  await buildCommitting(stage, change, ["-i", "1"]);
  await buildCommitting(stage, "echo mine >known; rm gone", ["-i", "1"]);
  assert.equal(await shell(stage, "git status --porcelain"), "");
  assert.equal(await shell(stage, "git show HEAD:known"), "mine\n");
});

Deno.test("what hooks and gates leave before the first turn, also in a person's file, is not the session's", async () => {
  await using stage = await Stage.make();
  await shell(stage, "echo 1 >known; git add -A; git commit -qm known; echo mine >known");
  const hooks = `version: 1\nhooks: { session_start: { command: "echo x >from-hook.txt" } }\n`;
  await Deno.writeTextFile(stage.project(".iteratr.hooks.yml"), hooks);
  const gate = "echo formatted >>known; date +%N >covered.txt";
  const { code, stdout } = await buildCommitting(
    stage,
    "echo one >one.txt; iteratr tool task-add --content one --status completed",
    ["-i", "1", "--verify", gate],
  );
  assert.equal(code, 0, stdout);
  assert.deepEqual(await files(stage), ["known", "one.txt", "specs/SPEC.md"]);
  assert.equal(await shell(stage, "git show HEAD:known"), "1\n");
  // What the gates have changed when they judged is nothing that anybody tried to commit.
  assert.doesNotMatch(stdout, /could not be committed/);
});

Deno.test("what hooks change before the first turn of a later run is not the session's either", async () => {
  await using stage = await Stage.make();
  await shell(stage, "echo 1 >known; git add -A; git commit -qm known");
  const command = "echo x >>from-hook.txt; date +%N >>known; echo more >>uncommitted.txt";
  const hooks = `version: 1\nhooks: { session_start: { command: "${command}" } }\n`;
  const script = "echo $TURN >turn.txt; echo $TURN >>uncommitted.txt";
  await buildCommitting(stage, script, ["-i", "1", "--no-auto-commit"]);
  await Deno.writeTextFile(stage.project(".iteratr.hooks.yml"), hooks);
  const { code, stdout } = await buildCommitting(stage, script, ["-i", "1"]);
  assert.equal(code, 5, stdout);
  // What both have changed was the session's before.
  assert.deepEqual(await files(stage), [
    ...[".iteratr.hooks.yml", "known", "specs/SPEC.md", "turn.txt", "uncommitted.txt"],
  ]);
  assert.equal(await shell(stage, "git show HEAD:known"), "1\n");
});

Deno.test("a person's file that the agent has committed is the session's when it comes back to what it was", async () => {
  await using stage = await Stage.make();
  await shell(stage, "echo 1 >known; git add -A; git commit -qm known; echo mine >known");
  const script = `case $TURN in
    1) git commit -qam wip; echo other >known; git commit -qam other;;
    2) echo mine >known;;
  esac`;
  const { code, stdout } = await buildCommitting(stage, script, ["-i", "2"]);
  assert.equal(code, 5, stdout);
  assert.equal(await shell(stage, "git show HEAD:known"), "mine\n");
});
