import assert from "node:assert/strict";
import { workTree } from "../../src/git/work_tree.ts";
import { shell } from "../build/_commits.ts";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { checkEnded, told } from "../faults/_faults.ts";
import { buildCommitting, made, writeGitHook } from "./_committing.ts";
import { Repository } from "./_repository.ts";

/** An outer repository around the project's, which ignores it. */
async function putInto(stage: Stage, ignored: string): Promise<void> {
  await Deno.writeTextFile(stage.join(".gitignore"), `${ignored}\n`);
  const setup = "cd ..; git init -q; echo 1 >base.txt; git add --force .gitignore base.txt";
  await shell(stage, `${setup}; git commit -qm outer`);
}

/** All the commits of the outer repository. */
async function outer(stage: Stage): Promise<string> {
  return await shell(stage, "cd ..; git log --format=%s");
}

const BREAKS = ["rm -rf .git", "rm .git/HEAD"];

Deno.test("a run whose repository was removed or broken commits into no other one, and says so", async () => {
  await together(BREAKS, async (breaks) => {
    await using stage = await Stage.make();
    await putInto(stage, "*");
    const script =
      `test "$TURN" = 1 && ${breaks}; echo "$TURN" >"$TURN.txt"; echo more >>../base.txt`;
    const finished = await buildCommitting(stage, script, ["-i", "4"]);
    checkEnded(finished, 5);
    assert.equal(await outer(stage), "outer\n");
    const seen = await stage.session();
    assert.deepEqual(made(seen), []);
    assert.deepEqual(
      seen.iterations.map(({ outcome }) => outcome),
      ["progress", "progress", "progress", "progress"],
      told(finished),
    );
    const says = breaks === BREAKS[0] ? /the repository of the project is gone/ : /git cannot tell/;
    assert.match(String(dataOf(seen, "commit.refused")[0]?.["why"]), says);
  });
});

Deno.test("a project that git ignores is worked on as outside git, which is said in one line", async () => {
  await together(["project/", "*"], async (ignored) => {
    await using stage = await Stage.make();
    await shell(stage, "rm -rf .git");
    await putInto(stage, ignored);
    const finished = await buildCommitting(stage, 'echo "$TURN" >"$TURN.txt"', ["-i", "4"]);
    checkEnded(finished, 5);
    const lines = finished.stdout.split("\n").filter((line) => /will not be committed/.test(line));
    assert.deepEqual(lines, [
      "warning the work will not be committed: git ignores this directory",
    ], told(finished));
    assert.deepEqual(
      (await stage.session()).iterations.map(({ outcome }) => outcome),
      ["progress", "progress", "progress", "progress"],
    );
    assert.equal(await outer(stage), "outer\n");
  });
});

Deno.test("a directory is in a work tree unless git ignores it with all its files", async () => {
  await using repository = await Repository.make();
  await repository.write("ignored/known/x", "1\n");
  await repository.write("ignored/unknown/x", "1\n");
  await repository.git("add", "--force", "ignored/known/x");
  assert.equal(await workTree(repository.path), repository.path);
  assert.equal(await workTree(repository.join("d")), repository.path);
  assert.equal(await workTree(repository.join("ignored/known")), repository.path);
  assert.equal(await workTree(repository.join("ignored/unknown")), undefined);
});

Deno.test("git's hooks may look into other repositories than the project's", async () => {
  await using stage = await Stage.make();
  await putInto(stage, "nothing");
  await writeGitHook(stage, "pre-commit", "unset GIT_DIR GIT_INDEX_FILE; git -C .. log -1");
  checkEnded(await buildCommitting(stage, "echo 1 >one.txt", ["-i", "1"]), 5);
  assert.deepEqual(made(await stage.session()).length, 1);
});

Deno.test("a project whose own repository is gone is not committed to the one around it by later runs either", async () => {
  await using stage = await Stage.make();
  await putInto(stage, "nothing");
  const script = 'test "$TURN" = 1 && rm -rf .git; echo "$TURN" >"$TURN.txt"';
  checkEnded(await buildCommitting(stage, script, ["-i", "1"]), 5);
  const next = await buildCommitting(stage, script, ["-i", "2"]);
  checkEnded(next, 5);
  assert.match(
    next.stdout,
    /^warning the work will not be committed: the project had a repository of/m,
  );
  assert.equal(await outer(stage), "outer\n");
});

Deno.test("a repository that is made anew in a turn is not taken for the one before", async () => {
  await using stage = await Stage.make();
  const script = `test "$TURN" = 1 && { rm -rf .git; git init -q; }; echo "$TURN" >"$TURN.txt"`;
  const finished = await buildCommitting(stage, script, ["-i", "1"]);
  checkEnded(finished, 5);
  assert.match(finished.stdout, /^commit {2}refused: the repository has lost its commits/m);
  assert.deepEqual(made(await stage.session()), []);
});
