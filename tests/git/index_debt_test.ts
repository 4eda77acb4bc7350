import assert from "node:assert/strict";
import { shell } from "../build/_commits.ts";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { checkEnded, told } from "../faults/_faults.ts";
import { buildCommitting, made, startCommitting, writeGitHook } from "./_committing.ts";

const OPEN = `echo "$TURN" >"work-$TURN.txt"
iteratr tool task-list | grep -q TAS-1 || exec iteratr tool task-add --content one
iteratr tool task-status --id TAS-1 --status completed; iteratr tool session-complete
`;
const DONE = `echo 1 >work-1.txt
iteratr tool task-add --content one --status completed; iteratr tool session-complete
`;

/** Holds the index behind the commit, for as long as the test likes. */
const HOLDS = "test -e ../held || { : >.git/index.lock; : >../held; }";

/** Kills iteratr behind its commit, once. */
const KILLS = `test -e ../killed || { touch ../killed
kill -9 "$(cut -d' ' -f4 /proc/$PPID/stat)"; }`;

Deno.test("an index that was held behind a commit is brought up to date by the next run, also by one that has nothing else to do", async () => {
  await together([OPEN, DONE], async (script) => {
    await using stage = await Stage.make();
    await writeGitHook(stage, "post-commit", HOLDS);
    await using run = await startCommitting(stage, script);
    await run.until(() =>
      Array.from(Deno.readDirSync(stage.root)).some((it) => it.name === "held")
    );
    run.signal("SIGTERM");
    const finished = await stage.ended(run);
    checkEnded(finished, 143);
    assert.equal(await shell(stage, "git status --porcelain"), "D  work-1.txt\n?? work-1.txt\n");
    const broken = await stage.session();
    assert.equal(made(broken).length, 1, told(finished));
    assert.match(finished.stdout, /^warning another git process holds the index/m);
    assert.ok(broken.head.indexFrom !== undefined);
    await Deno.remove(stage.project(".git/index.lock"));
    checkEnded(await buildCommitting(stage, script), 0);
    assert.equal(await shell(stage, "git status --porcelain"), "");
    assert.equal((await stage.session()).head.indexFrom, undefined);
  });
});

Deno.test("an index that somebody holds on is warned of once, and brought up to date within the run", async () => {
  await using stage = await Stage.make();
  await writeGitHook(stage, "post-commit", HOLDS);
  const script = `case $TURN in 3) rm -f .git/index.lock;; esac
echo "$TURN" >"work-$TURN.txt"; iteratr tool task-add --content "$TURN"`;
  const finished = await buildCommitting(stage, script, ["-i", "3"]);
  checkEnded(finished, 5);
  const seen = await stage.session();
  const warnings = dataOf(seen, "warning").filter(({ message }) => /holds/.test(`${message}`));
  assert.equal(warnings.length, 1, told(finished));
  assert.equal(await shell(stage, "git status --porcelain"), "");
  assert.equal(seen.head.indexFrom, undefined);
});

const HOOKS = [
  { name: "commit-msg", script: 'printf "\\nMore words.\\n" >>"$1"', commits: 1 },
  {
    name: "post-commit",
    script: `test -z "$INNER" || exit 0
test -e VERSION || { echo 2 >VERSION; git add VERSION; INNER=1 git commit -qm "chore: bump"; }`,
    commits: 2,
  },
];

Deno.test("after a kill behind its commit, the index is mended and the commit is the run's, whatever hooks of git have made of it", async () => {
  await together(HOOKS, async ({ name, script, commits }) => {
    await using stage = await Stage.make();
    await shell(stage, "echo 1 >base; echo 1 >mine; git add -A; git commit -qm base");
    await shell(stage, "echo 2 >mine; git add mine");
    const kills = name === "post-commit" ? `${script}\n${KILLS}` : KILLS;
    await writeGitHook(stage, name, script);
    await writeGitHook(stage, "post-commit", kills);
    {
      await using run = await startCommitting(stage, `echo 2 >>base\n${DONE}`);
      assert.equal((await run.finished()).code, 137);
    }
    await stage.removeStrays();
    const next = await buildCommitting(stage, DONE);
    checkEnded(next, 0);
    assert.equal(await shell(stage, "git status --porcelain"), "M  mine\n", name);
    const seen = await stage.session();
    assert.deepEqual(made(seen).map((each) => each.slice(0, 4)), Array(commits).fill("run:"));
    assert.equal(seen.head.indexFrom, undefined);
  });
});

Deno.test("after a kill, the index keeps what the agent has staged on top of its own commit", async () => {
  await using stage = await Stage.make();
  await shell(stage, "echo 1 >base; git add -A; git commit -qm base");
  const script = `echo 2 >base; git commit -qam "feat: two"; echo 1 >base; git add base
: >../ready; sleep 300`;
  {
    await using run = await startCommitting(stage, script);
    await run.until(() =>
      Array.from(Deno.readDirSync(stage.root)).some((it) => it.name === "ready")
    );
    run.signal("SIGKILL");
    await run.finished();
  }
  await stage.removeStrays();
  checkEnded(await buildCommitting(stage, `git status --porcelain >../seen\n${DONE}`), 0);
  assert.equal(stage.read("seen"), "M  base\n");
});
