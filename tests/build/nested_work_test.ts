import assert from "node:assert/strict";
import { buildCommitting } from "../git/_committing.ts";
import { shell } from "./_commits.ts";
import { Stage } from "./_stage.ts";

const DONE = `iteratr tool task-add --content one
  iteratr tool task-status --id TAS-1 --status completed; iteratr tool session-complete`;

/** What a run says that it leaves, and how it ends. */
async function leaves(stage: Stage, script: string): Promise<readonly string[]> {
  const { code, stdout } = await buildCommitting(stage, `${script}\n${DONE}`);
  assert.equal(code, 0, stdout);
  return stdout.split("\n").filter((line) => /left uncommitted|could not be committed/.test(line))
    .map((line) => line.replace(/^complete.*; (?=\d)/, ""));
}

Deno.test("work in a new repository within the project is told, and counted at the end", async () => {
  await using stage = await Stage.make();
  await shell(stage, "git init -q before; echo 1 >before/x");
  const script = "git init -q web; echo app >web/app.js; echo 2 >before/x; echo 1 >one.txt";
  assert.deepEqual(await leaves(stage, script), [
    "warning left uncommitted, because it is a git repository of its own: web",
    "1 file could not be committed.",
  ]);
});

Deno.test("work within a submodule is told, and counted at the end, but for one that was dirty before", async () => {
  await using stage = await Stage.make();
  const library = stage.join("library");
  await shell(
    stage,
    `git init -q ${library}; cd ${library}; echo 1 >x; git add -A; git commit -qm x; cd -
      for name in lib other; do
        git -c protocol.file.allow=always submodule --quiet add ${library} $name
      done
      git commit -qm libraries; echo mine >other/x`,
  );
  const script = "echo session >lib/x; echo session >other/x";
  assert.deepEqual(await leaves(stage, script), [
    "warning left uncommitted, because only a commit within the submodule could hold it: lib",
    "1 file could not be committed.",
  ]);
});
