import assert from "node:assert/strict";
import { files, shell, subjects } from "../build/_commits.ts";
import { dataOf, Stage } from "../build/_stage.ts";
import { checkEnded, told } from "../faults/_faults.ts";
import { buildCommitting, made } from "./_committing.ts";

Deno.test("a repository that the agent makes gets the session's work in the next run, and nothing of a person's", async () => {
  await using stage = await Stage.make();
  await shell(stage, "rm -rf .git; echo mine >mine.txt; echo mine >taken-up.txt");
  const first = `test "$TURN" != 1 || git init -q; echo "$TURN" >"first-$TURN.txt"`;
  checkEnded(await buildCommitting(stage, first, ["-i", "2"]), 5);
  assert.deepEqual(made(await stage.session()), []);
  const second = `echo session >taken-up.txt; echo 1 >second.txt
iteratr tool task-add --content one --status completed; iteratr tool session-complete`;
  const finished = await buildCommitting(stage, second);
  checkEnded(finished, 0);
  assert.equal((await subjects(stage)).length, 1);
  assert.deepEqual(
    await files(stage),
    ["first-1.txt", "first-2.txt", "second.txt", "taken-up.txt"],
    told(finished),
  );
  assert.equal(await shell(stage, "git status --porcelain"), "?? mine.txt\n?? specs/\n");
});

Deno.test("a project that gets a repository of its own gives it nothing that was there before", async () => {
  await using stage = await Stage.make();
  const script = 'echo "$TURN" >"work-$TURN.txt"; iteratr tool task-add --content "$TURN"';
  await shell(stage, "rm -rf .git; cd ..; git init -q; echo '*' >.git/info/exclude");
  await shell(
    stage,
    "cd ..; echo '!/project' >>.git/info/exclude; echo '!/project/**' >>.git/info/exclude",
  );
  checkEnded(await buildCommitting(stage, script, ["-i", "1"]), 5);
  await shell(stage, "git init -q; echo mine >mine.txt");
  const again = "echo 1 >more.txt; iteratr tool task-add --content more";
  const finished = await buildCommitting(stage, again, ["-i", "1"]);
  checkEnded(finished, 5);
  assert.match(finished.stdout, /^warning the project is in another repository than before/m);
  assert.deepEqual(await files(stage), ["more.txt"], told(finished));
  assert.equal(dataOf(await stage.session(), "work.baseline").length, 2);
});
