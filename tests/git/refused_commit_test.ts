import assert from "node:assert/strict";
import { files, shell, subjects } from "../build/_commits.ts";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { checkEnded, told } from "../faults/_faults.ts";
import { buildCommitting, made, writeGitHook } from "./_committing.ts";

const DECLARE = `iteratr tool task-add --content one --status completed
iteratr tool session-complete
`;
const LINT = `git diff --cached --name-only | grep -q bad.txt || exit 0
echo LINT-NO-BAD >&2; exit 1`;

/** How many prompts quote git's hook. */
function timesTold(stage: Stage): number {
  return stage.prompts().filter((prompt) => prompt.includes("    LINT-NO-BAD")).length;
}

Deno.test("what git's hook refused last is told in one extra turn, in which the agent can mend it", async () => {
  await using stage = await Stage.make();
  await writeGitHook(stage, "pre-commit", LINT);
  const script = `test "$TURN" = 1 || { rm bad.txt; echo 1 >good.txt; exit; }
echo 1 >bad.txt; ${DECLARE}`;
  const finished = await buildCommitting(stage, script);
  checkEnded(finished, 0, /^complete: 1 task done, after 2 iterations, [^;]*\.$/);
  assert.equal(stage.prompts().length, 2, told(finished));
  assert.equal(timesTold(stage), 1);
  assert.deepEqual(await files(stage), ["good.txt", "specs/SPEC.md"]);
  const seen = await stage.session();
  assert.equal(seen.head.refused, undefined);
  checkEnded(await buildCommitting(stage, script), 0, /nothing to do/);
});

Deno.test("a hook of git that refuses for ever costs one extra turn in all, and is then for a person", async () => {
  await using stage = await Stage.make();
  await writeGitHook(stage, "pre-commit", LINT);
  const script = `echo 1 >bad.txt; test "$TURN" != 1 || { ${DECLARE} }`;
  checkEnded(await buildCommitting(stage, script), 0, /1 file could not be committed\.$/);
  assert.deepEqual([stage.prompts().length, timesTold(stage)], [2, 1]);
  const events = (await stage.session()).events.length;
  const still = /nothing to do: .* done; its last work is not committed: commit it yourself\.$/;
  checkEnded(await buildCommitting(stage, script), 0, still);
  assert.equal(stage.prompts().length, 2);
  assert.equal((await stage.session()).events.length, events, "cron would fill the log");
});

Deno.test("a refusal that no turn was left to tell of is told by the next run", async () => {
  await using stage = await Stage.make();
  await writeGitHook(stage, "pre-commit", LINT);
  const script = `test -e bad.txt && { mv bad.txt good.txt; exit; }
echo 1 >bad.txt; ${DECLARE}`;
  checkEnded(await buildCommitting(stage, script, ["-i", "1"]), 0);
  assert.equal(timesTold(stage), 0);
  checkEnded(await buildCommitting(stage, script), 0, /after 1 iteration, [^;]*\.$/);
  assert.equal(timesTold(stage), 1);
  assert.ok((await files(stage)).includes("good.txt"));
});

/** What a person clears away after the run. */
const OBSTACLES = [
  { puts: ": >.git/index.lock", clears: "rm .git/index.lock" },
  { puts: "git rev-parse HEAD >.git/MERGE_HEAD", clears: "rm .git/MERGE_HEAD" },
];

Deno.test("work that an obstacle kept from its commit is committed by the next run, without a turn", async () => {
  await together(OBSTACLES, async ({ puts, clears }) => {
    await using stage = await Stage.make();
    const script = `echo 1 >one.txt; ${puts}; ${DECLARE}`;
    checkEnded(await buildCommitting(stage, script), 0, /1 file could not be committed\.$/);
    assert.deepEqual(await subjects(stage), ["start"]);
    const still = /nothing to do: .* done; its last work is not committed: commit it yourself\.$/;
    checkEnded(await buildCommitting(stage, script), 0, still);
    await shell(stage, clears);
    const next = await buildCommitting(stage, script);
    checkEnded(next, 0, /^complete: 1 task done, after 0 iterations/);
    assert.deepEqual(await files(stage), ["one.txt", "specs/SPEC.md"], told(next));
    assert.equal(stage.prompts().length, 1, "nobody needs the agent for it");
    assert.equal(made(await stage.session()).length, 1);
    checkEnded(await buildCommitting(stage, script), 0, /nothing to do/);
  });
});
