import assert from "node:assert/strict";
import { shell, subjects } from "../build/_commits.ts";
import { dataOf, Stage } from "../build/_stage.ts";
import { checkEnded, told } from "../faults/_faults.ts";
import { buildCommitting } from "./_committing.ts";

const DECLARE = `iteratr tool task-add --content one --status completed
iteratr tool session-complete
`;
const BASE = "echo 1 >base.txt; git add -A; git commit -qm base";
const WARNING = "left uncommitted, because it was only taken out of git's index, " +
  "and no .gitignore names it: base.txt";

Deno.test("a file that is only taken out of the index is told in a line, and is no file that could not be committed", async () => {
  for (const also of ["", "echo 1 >more.txt;"]) {
    await using stage = await Stage.make();
    await shell(stage, BASE);
    const script = `git rm -q --cached base.txt; ${also} ${DECLARE}`;
    const finished = await buildCommitting(stage, script);
    checkEnded(finished, 0, /^complete: 1 task done, [^;]*\.$/);
    const warnings = dataOf(await stage.session(), "warning").map(({ message }) => message);
    assert.deepEqual(warnings, [WARNING], told(finished));
    assert.equal((await subjects(stage)).length, also === "" ? 2 : 3);
    assert.equal(await shell(stage, "git status --porcelain"), "D  base.txt\n?? base.txt\n");
  }
});

Deno.test("a file that is taken out of the index and changed is committed as it is, and nothing is told", async () => {
  await using stage = await Stage.make();
  await shell(stage, BASE);
  const script = `git rm -q --cached base.txt; echo 2 >base.txt; ${DECLARE}`;
  checkEnded(await buildCommitting(stage, script), 0, /^complete: 1 task done, [^;]*\.$/);
  assert.deepEqual(dataOf(await stage.session(), "warning"), []);
  assert.equal(await shell(stage, "git show HEAD:base.txt; git status --porcelain"), "2\n");
});

Deno.test("a file that a refused commit leaves out of the index counts once", async () => {
  await using stage = await Stage.make();
  await shell(stage, BASE);
  const script = `git rm -q --cached base.txt; echo 2 >base.txt; : >.git/index.lock; ${DECLARE}`;
  const finished = await buildCommitting(stage, script);
  checkEnded(finished, 0, /^complete: .*; 1 file could not be committed\.$/);
});
