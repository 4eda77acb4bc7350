import assert from "node:assert/strict";
import { files, shell } from "../build/_commits.ts";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { checkEnded, told } from "../faults/_faults.ts";
import { buildCommitting, startCommitting, writeGitHook } from "./_committing.ts";

const DECLARE = `iteratr tool task-add --content one --status completed
iteratr tool session-complete
`;
const TRACKED = "echo 1 >base.txt; git add -A; git commit -qm base";

/** A run from cron must say nothing, and leave nothing in the log. */
async function expectIdle(stage: Stage, script: string, what: string): Promise<void> {
  const before = (await stage.session()).events.length;
  for (const round of [1, 2]) {
    const idle = await buildCommitting(stage, script, ["--quiet"]);
    assert.deepEqual(idle, { code: 0, stdout: "", stderr: "" }, `${what}, round ${round}`);
  }
  assert.equal((await stage.session()).events.length, before, what);
}

/** What nobody but a person can commit. */
const HOPELESS: readonly (readonly [what: string, before: string, turn: string])[] = [
  [
    "a key that fails",
    "git config commit.gpgSign true; git config gpg.program false",
    "echo 1 >one.txt",
  ],
  [
    "a conflict without a merge",
    `${TRACKED}; echo 2 >base.txt; git stash -q; echo 3 >base.txt; git commit -qam three`,
    "git stash pop",
  ],
  ["a path that git cannot take", TRACKED, "rm base.txt; mkfifo base.txt"],
];

Deno.test("what only a person can commit costs one more run without a turn, and cron none", async () => {
  await together(HOPELESS, async ([what, before, turn]) => {
    await using stage = await Stage.make();
    await shell(stage, before);
    const script = `${turn}; ${DECLARE}`;
    checkEnded(await buildCommitting(stage, script), 0, /1 file could not be committed\.$/);
    checkEnded(await buildCommitting(stage, script), 0, /after 0 iterations/);
    await expectIdle(stage, script, what);
    const loud = await buildCommitting(stage, script);
    checkEnded(loud, 0, /nothing to do: .*; its last work is not committed: commit it yourself\.$/);
    assert.equal(stage.prompts().length, 1, what);
  });
});

Deno.test("that work is not committed is no longer said when a person has committed it", async () => {
  await using stage = await Stage.make();
  await writeGitHook(stage, "pre-commit", "echo NO; exit 1");
  const script = `echo 1 >one.txt; test "$TURN" != 1 || { ${DECLARE} }`;
  checkEnded(await buildCommitting(stage, script), 0, /1 file could not be committed\.$/);
  const said = /nothing to do: .* done; its last work is not committed: commit it yourself\.$/;
  checkEnded(await buildCommitting(stage, script), 0, said);
  await shell(stage, "git add one.txt; git commit -qnm 'by hand'");
  checkEnded(await buildCommitting(stage, script), 0, /nothing to do: .* is done\.$/);
});

Deno.test("a killed turn that has left nothing to commit is no reason for run after run", async () => {
  await using stage = await Stage.make();
  await shell(stage, TRACKED);
  const script = `git rm -q --cached base.txt; ${DECLARE} touch "$OUT/ready"; sleep 300`;
  {
    await using run = await startCommitting(stage, script);
    await run.until(() =>
      Array.from(Deno.readDirSync(stage.root)).some(({ name }) => name === "ready")
    );
    run.signal("SIGKILL");
    await run.finished();
  }
  await stage.removeStrays();
  checkEnded(await buildCommitting(stage, script), 0, /^complete: 1 task done, [^;]*\.$/);
  await expectIdle(stage, script, "killed");
  checkEnded(await buildCommitting(stage, script), 0, /nothing to do: .* is done\.$/);
});

Deno.test("a hook of git is not run again and again when no budget is left to tell the agent", async () => {
  await using stage = await Stage.make();
  await writeGitHook(stage, "pre-commit", 'echo x >>"$OUT/hooks"; echo NO; exit 1');
  const script = `test -e one.txt && { rm one.txt; exit; }
echo 1 >one.txt; ${DECLARE}`;
  const limit = ["--max-tokens", "1"];
  checkEnded(await buildCommitting(stage, script, limit), 0, /could not be committed\.$/);
  checkEnded(await buildCommitting(stage, script, limit), 0, /after 0 iterations/);
  assert.equal(stage.read("hooks"), "x\nx\n");
  for (const _ of [1, 2]) {
    const idle = await buildCommitting(stage, script, [...limit, "--quiet"]);
    assert.deepEqual(idle, { code: 0, stdout: "", stderr: "" });
  }
  assert.equal(stage.read("hooks"), "x\nx\n");
  // A larger budget is news: now the agent can be told.
  checkEnded(await buildCommitting(stage, script), 0, /after 1 iteration, [^;]*\.$/);
  assert.match(stage.prompts()[1] ?? "", /^ {4}NO$/m);
});

Deno.test("a hook of git that refuses without a word is a hook all the same: the agent is told", async () => {
  await using stage = await Stage.make();
  await writeGitHook(stage, "pre-commit", "test ! -e bad.txt");
  const script = `test "$TURN" = 1 || { mv bad.txt good.txt; exit; }
echo 1 >bad.txt; ${DECLARE}`;
  const finished = await buildCommitting(stage, script);
  checkEnded(finished, 0, /^complete: 1 task done, after 2 iterations, [^;]*\.$/);
  assert.match(stage.prompts()[1] ?? "", /^ {4}a hook of git failed without a word$/m);
  const [refused] = dataOf(await stage.session(), "commit.refused");
  assert.equal(refused?.["byHook"], true, told(finished));
  assert.ok((await files(stage)).includes("good.txt"));
});
