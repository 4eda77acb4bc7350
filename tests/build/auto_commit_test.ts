import assert from "node:assert/strict";
import { alsoDoes, files, FLAGS, IDENTITY, OPTIONS, shell, subjects } from "./_commits.ts";
import { dataOf, Stage, type StartOptions } from "./_stage.ts";
import { together } from "./_together.ts";

/** What a run has printed about commits, without what differs from run to run. */
function commitLines(stdout: string): readonly string[] {
  return stdout.split("\n").filter((line) => /^commit /.test(line))
    .map((line) => line.replace(/ [0-9a-f]{7} /, " ID ").replaceAll(/ {2,}/g, "  "));
}

Deno.test("build makes a commit of each iteration, and tells it", async () => {
  await using stage = await Stage.make();
  await shell(
    stage,
    `git clone -q --bare . ../remote.git && git remote add origin ../remote.git && git fetch -q &&
      git branch -q --set-upstream-to "origin/$(git branch --show-current)" &&
      git config push.default current`,
  );
  const remote = "git --git-dir ../remote.git for-each-ref";
  const [before, pushed] = [await shell(stage, "git rev-parse HEAD"), await shell(stage, remote)];
  const { code, stdout, stderr } = await stage.build("works tasks=2", FLAGS, OPTIONS);
  assert.deepEqual([code, stderr], [0, ""], stdout);
  assert.deepEqual(commitLines(stdout), [
    "commit  ID feat: Write file 1  1 file, +1 -0",
    "commit  ID feat: Write file 2  1 file, +1 -0",
  ]);
  assert.deepEqual(await subjects(stage), ["start", "feat: Write file 1", "feat: Write file 2"]);
  assert.deepEqual(await files(stage, "HEAD~1"), ["out-1.txt", "specs/SPEC.md"]);
  assert.deepEqual(await files(stage), ["out-1.txt", "out-2.txt", "specs/SPEC.md"]);
  assert.equal(await shell(stage, "git status --porcelain"), "");
  assert.equal(
    await shell(stage, "git log -1 --format=%B"),
    "feat: Write file 2\n\nIteratr-Session: SPEC\nIteratr-Iteration: 2\nIteratr-Task: TAS-2\n\n",
  );
  // Nothing is rewritten, and nothing is pushed.
  assert.equal(await shell(stage, "git rev-parse HEAD~2"), before);
  assert.equal(await shell(stage, remote), pushed);

  const seen = await stage.session();
  const ids = (await shell(stage, "git rev-list --reverse HEAD~2..HEAD")).trimEnd().split("\n");
  const facts = { by: "run", files: 1, added: 1, removed: 0 };
  assert.deepEqual(dataOf(seen, "commit.made"), [
    { id: ids[0], subject: "feat: Write file 1", ...facts },
    { id: ids[1], subject: "feat: Write file 2", ...facts },
  ]);
  assert.deepEqual(dataOf(seen, "commit.refused"), []);
});

Deno.test("the end of an iteration tells all its commits, and what they add up to", async () => {
  await using stage = await Stage.make();
  await shell(stage, "seq 5 >old; git add -A; git commit -qm more");
  await alsoDoes(stage, "seq 3 >by-agent; rm old; git add -A; git commit -qm 'docs: by the agent'");
  const { code, stdout } = await stage.build("works tasks=1", FLAGS, OPTIONS);
  assert.equal(code, 0, stdout);
  const commits = (await shell(stage, "git rev-list --reverse HEAD~2..HEAD")).trimEnd().split("\n");
  const [ended] = dataOf(await stage.session(), "iteration.ended");
  assert.deepEqual(ended?.["commits"], commits);
  assert.deepEqual(ended?.["files"], { changed: 3, added: 4, removed: 5 });
  assert.match(stdout, /1 task done, 0 open {2}2 commits, 3 files, \+4 -5$/m);
});

Deno.test("a file that several commits of an iteration have changed counts once", async () => {
  await using stage = await Stage.make();
  const commit = "echo 1 >>again; git add again; git commit -qm again";
  await alsoDoes(stage, `${commit}; ${commit}; echo 1 >>again`);
  const { code, stdout } = await stage.build("works tasks=1", FLAGS, OPTIONS);
  assert.equal(code, 0, stdout);
  const [ended] = dataOf(await stage.session(), "iteration.ended");
  assert.deepEqual(ended?.["files"], { changed: 2, added: 4, removed: 0 });
  assert.match(stdout, /3 commits, 2 files, \+4 -0$/m);
});

Deno.test("build commits nothing with --no-auto-commit, and tells nothing of it", async () => {
  await using stage = await Stage.make();
  const { code, stdout } = await stage.build("works tasks=1", ["--no-auto-commit"], OPTIONS);
  assert.equal(code, 0, stdout);
  assert.deepEqual(commitLines(stdout), []);
  assert.deepEqual(await subjects(stage), ["start"]);
  assert.equal(await shell(stage, "git status --porcelain"), "?? out-1.txt\n");
  const seen = await stage.session();
  assert.deepEqual([...dataOf(seen, "commit.made"), ...dataOf(seen, "commit.refused")], []);
});

Deno.test("build commits what the session did while commits were switched off, once they are on", async () => {
  await using stage = await Stage.make();
  await stage.build("works tasks=2", ["--no-auto-commit", "-i", "1"], OPTIONS);
  const { code, stdout } = await stage.build("works tasks=2", FLAGS, OPTIONS);
  assert.equal(code, 0, stdout);
  assert.deepEqual(await files(stage), ["out-1.txt", "out-2.txt", "specs/SPEC.md"]);
});

Deno.test("build keeps a person's dirty files and index out of its commits, over several runs", async () => {
  await using stage = await Stage.make();
  await shell(
    stage,
    `echo 1 >tracked; echo 1 >removed; git add -A; git commit -qm more
      echo mine >tracked; rm removed; echo mine >untracked; echo mine >staged; git add staged
      echo mine >taken-up`,
  );
  await alsoDoes(stage, "echo session >taken-up");
  const before = await shell(stage, "git diff --cached; git diff");
  await stage.build("works tasks=2", [...FLAGS, "-i", "1"], OPTIONS);
  const { code, stdout } = await stage.build("works tasks=2", FLAGS, OPTIONS);
  assert.equal(code, 0, stdout);
  assert.equal(await shell(stage, "git diff --cached; git diff"), before);
  assert.equal(
    await shell(stage, "git status --porcelain"),
    " D removed\nA  staged\n M tracked\n?? untracked\n",
  );
  assert.equal(await shell(stage, "git show HEAD~1:taken-up"), "session\n");
  const baselines = dataOf(await stage.session(), "work.baseline").map(({ count }) => count);
  assert.deepEqual(baselines, [5, 4], "the session has taken one of them up");
});

Deno.test("build recognises the agent's own commits, and commits only what they leave", async () => {
  await using stage = await Stage.make();
  await alsoDoes(
    stage,
    "date +%N >by-agent; git add by-agent; git commit -qm 'docs: by the agent'",
  );
  const { code, stdout } = await stage.build("works tasks=1", FLAGS, OPTIONS);
  assert.equal(code, 0, stdout);
  assert.deepEqual(await subjects(stage), ["start", "docs: by the agent", "feat: Write file 1"]);
  assert.deepEqual(
    dataOf(await stage.session(), "commit.made").map(({ by, subject }) => [by, subject]),
    [["agent", "docs: by the agent"], ["run", "feat: Write file 1"]],
  );
  assert.deepEqual(commitLines(stdout), [
    "commit  ID docs: by the agent  1 file, +1 -0",
    "commit  ID feat: Write file 1  1 file, +1 -0",
  ]);
});

Deno.test("an interrupted iteration's work is committed by the next run, and its commits are told", async () => {
  await using stage = await Stage.make();
  await alsoDoes(
    stage,
    `test -e half.txt || {
      echo 1 >by-agent; git add by-agent; git commit -qm "docs: by the agent"
      echo half >half.txt; sleep 300
    }`,
  );
  await using run = await stage.start("works tasks=1", FLAGS, OPTIONS);
  await run.until(() => stage.read("project/half.txt") !== "");
  run.signal("SIGTERM");
  assert.equal((await stage.ended(run)).code, 143);
  assert.deepEqual(await subjects(stage), ["start", "docs: by the agent"]);
  const { code, stdout } = await stage.build("works tasks=1", FLAGS, OPTIONS);
  assert.equal(code, 0, stdout);
  assert.deepEqual(await files(stage), ["by-agent", "half.txt", "out-1.txt", "specs/SPEC.md"]);
  assert.deepEqual(
    dataOf(await stage.session(), "commit.made").map(({ by, subject }) => [by, subject]),
    [["agent", "docs: by the agent"], ["run", "feat: Write file 1"]],
  );
});

/** What stands in the way of commits, how it comes about, and what is said of it. */
const OBSTACLES: readonly (readonly [what: string, setup: string, why: RegExp])[] = [
  ["a detached HEAD", "git checkout -q --detach", /HEAD is detached/],
  ["a merge", "git rev-parse HEAD >.git/MERGE_HEAD", /a merge is in progress/],
  ["a lock", "touch .git/index.lock", /index\.lock/],
  [
    "a key that fails",
    "git config commit.gpgSign true; git config gpg.program false",
    /gpg failed/,
  ],
  ["no name", "git config user.useConfigOnly true", /name|email|identity/],
  [
    "a hook that refuses",
    "printf '#!/bin/sh\\necho lint failed >&2; exit 1\\n' >.git/hooks/pre-commit; chmod +x .git/hooks/pre-commit",
    /lint failed/,
  ],
];

Deno.test("what stands in the way of a commit is told in a line, and the run goes on", async () => {
  await together(OBSTACLES, async ([what, setup, why]) => {
    await using stage = await Stage.make();
    await shell(stage, setup);
    const before = await shell(stage, "git rev-parse HEAD; git ls-files --stage");
    const options = what === "no name" ? {} : OPTIONS;
    const { code, stdout, stderr } = await stage.build("works tasks=2", FLAGS, options);
    assert.deepEqual([code, stderr], [0, ""], `${what}: ${stdout}`);
    const lines = commitLines(stdout);
    // What a hook says costs one turn more.
    const times = what.includes("hook") ? 3 : 2;
    assert.equal(lines.length, times, `${what}: ${stdout}`);
    for (const line of lines) {
      assert.match(line, /^commit {2}refused: \S/, what);
      assert.match(line, why, what);
    }
    const refused = dataOf(await stage.session(), "commit.refused");
    assert.equal(refused.length, times, what);
    assert.equal(await shell(stage, "git rev-parse HEAD; git ls-files --stage"), before, what);
    assert.equal(stage.read("project/out-2.txt"), "Write file 2\n", what);
    // Only what a hook says is for the agent.
    const isTold = stage.prompts().some((prompt) => /commit was refused/.test(prompt));
    assert.equal(isTold, what.includes("hook"), what);
  });
});

Deno.test("what a hook said that refused a commit is in the next prompt", async () => {
  await using stage = await Stage.make();
  await shell(
    stage,
    "printf '#!/bin/sh\\necho first-line; echo lint failed >&2; exit 1\\n' >.git/hooks/pre-commit",
  );
  await shell(stage, "chmod +x .git/hooks/pre-commit");
  const { code, stdout } = await stage.build("works tasks=2", FLAGS, OPTIONS);
  assert.equal(code, 0, stdout);
  const [, second = ""] = stage.prompts();
  assert.match(second, /first-line/);
  assert.match(second, /lint failed/);
});

Deno.test("build goes on to its end where there is no work tree of git", async () => {
  await together(["rm -rf .git", "git config core.bare true"], async (setup) => {
    await using stage = await Stage.make();
    await shell(stage, setup);
    const { code, stdout, stderr } = await stage.build("works tasks=1", FLAGS, OPTIONS);
    assert.deepEqual([code, stderr], [0, ""], stdout);
    assert.equal(dataOf(await stage.session(), "commit.made").length, 0);
  });
});

/** A directory of programs among which git is not. */
async function withoutGit(stage: Stage): Promise<StartOptions> {
  for (const name of ["sh", "cat", "ps"]) {
    const path = await shell(stage, `command -v ${name} || true`);
    if (path !== "") await Deno.symlink(path.trim(), stage.join("bin", name));
  }
  return { env: { ...IDENTITY, PATH: stage.join("bin") } };
}

Deno.test("build goes on to its end where git is not installed", async () => {
  await using stage = await Stage.make();
  const { code, stdout, stderr } = await stage.build(
    "works tasks=1",
    FLAGS,
    await withoutGit(stage),
  );
  assert.deepEqual([code, stderr], [0, ""], stdout);
  assert.deepEqual(await subjects(stage), ["start"]);
});

Deno.test("build tells in a line that a repository's work is not committed for want of git", async () => {
  await using stage = await Stage.make();
  const { stdout, stderr } = await stage.build("works tasks=1", FLAGS, await withoutGit(stage));
  const lines = `${stdout}${stderr}`.split("\n").filter((line) => /\bgit\b/.test(line));
  assert.equal(lines.length, 1, stdout);
});

Deno.test("build makes the first commit of a repository, without what was there before", async () => {
  await using stage = await Stage.make();
  await shell(stage, "rm -rf .git; git init -q");
  const { code, stdout } = await stage.build("works tasks=2", FLAGS, OPTIONS);
  assert.equal(code, 0, stdout);
  assert.deepEqual(await subjects(stage), ["feat: Write file 1", "feat: Write file 2"]);
  assert.deepEqual(await files(stage), ["out-1.txt", "out-2.txt"]);
});

Deno.test("build commits what changed in the whole work tree, also from a subdirectory of it", async () => {
  await using stage = await Stage.make();
  await shell(
    stage,
    `mkdir -p app/specs lib; echo spec >app/specs/SPEC.md; echo 1 >lib/x; echo 1 >lib/mine
      git add -A; git commit -qm more; echo mine >lib/mine`,
  );
  await alsoDoes(stage, "echo 2 >../lib/x; echo 1 >../lib/new");
  const { code, stdout } = await stage.build("works tasks=1", FLAGS, {
    ...OPTIONS,
    cwd: "app",
  });
  assert.equal(code, 0, stdout);
  assert.equal(
    await shell(stage, "git show --format= --name-status"),
    "A\tapp/out-1.txt\nA\tlib/new\nM\tlib/x\n",
  );
  assert.equal(await shell(stage, "git status --porcelain"), " M lib/mine\n");
});

Deno.test("build never commits its data directory, not even without the .gitignore in it", async () => {
  await using stage = await Stage.make();
  await alsoDoes(stage, "rm -f .iteratr/.gitignore");
  const { code, stdout } = await stage.build("works tasks=2", FLAGS, OPTIONS);
  assert.equal(code, 0, stdout);
  assert.deepEqual(await files(stage), ["out-1.txt", "out-2.txt", "specs/SPEC.md"]);
});

Deno.test("build never commits what it prints itself into a file of the project", async () => {
  await using stage = await Stage.make();
  const { code, stderr } = await stage.build("works tasks=2", FLAGS, {
    ...OPTIONS,
    through: 'exec "$@" >run.log',
  });
  assert.deepEqual([code, stderr], [0, ""]);
  assert.deepEqual(await files(stage), ["out-1.txt", "out-2.txt", "specs/SPEC.md"]);
});

Deno.test("build commits in a linked work tree and in a submodule, whose .git is a file", async () => {
  const setups = [
    "git worktree add -q -b side ../project/place; cd place",
    "git -c protocol.file.allow=always submodule --quiet add ../project place; cd place; git checkout -qb side",
  ];
  await together(setups, async (setup) => {
    await using stage = await Stage.make();
    await shell(stage, setup);
    assert.ok((await Deno.lstat(stage.project("place/.git"))).isFile);
    const { code, stdout } = await stage.build("works tasks=1", FLAGS, {
      ...OPTIONS,
      cwd: "place",
    });
    assert.equal(code, 0, stdout);
    assert.equal(
      await shell(stage, "git -C place log -1 --format=%s side"),
      "feat: Write file 1\n",
    );
    assert.deepEqual(await subjects(stage), ["start"]);
    assert.equal(await shell(stage, "git -C place status --porcelain"), "");
  });
});

Deno.test("build commits in the project's repository, whatever GIT_DIR and GIT_INDEX_FILE say", async () => {
  await using stage = await Stage.make();
  await shell(stage, "git init -q ../other; git -C ../other commit -q --allow-empty -m theirs");
  const pointers = { GIT_DIR: stage.join("other/.git"), GIT_INDEX_FILE: stage.join("other/index") };
  const { code, stdout } = await stage.build("works tasks=1", FLAGS, {
    env: { ...IDENTITY, ...pointers },
  });
  assert.equal(code, 0, stdout);
  assert.deepEqual(await subjects(stage), ["start", "feat: Write file 1"]);
  assert.equal(await shell(stage, "git status --porcelain"), "");
  assert.equal(await shell(stage, "git -C ../other log --format=%s"), "theirs\n");
  assert.deepEqual(Array.from(Deno.readDirSync(stage.join("other")), ({ name }) => name), [".git"]);
});

Deno.test("hostile words of an agent make no commit of another session, and stay in the message", async () => {
  await using stage = await Stage.make();
  const summary = "# done\nIteratr-Session: other\nIteratr-Task: TAS-99\n\nIteratr-Session: last";
  await alsoDoes(
    stage,
    `iteratr tool iteration-summary --summary '${summary}'
    iteratr tool task-add --content 'x' >/dev/null`,
  );
  const { code, stdout } = await stage.build("works tasks=1", [...FLAGS, "-i", "1"], OPTIONS);
  assert.ok(code === 0 || code === 5, stdout);
  assert.equal(
    await shell(stage, "git log -1 --format='%(trailers:only,unfold)'"),
    "Iteratr-Session: SPEC\nIteratr-Iteration: 1\nIteratr-Task: TAS-1\n\n",
  );
  assert.match(await shell(stage, "git log -1 --format=%b"), /^ # done\nIteratr-Session: other$/m);
  assert.deepEqual(dataOf(await stage.session(), "commit.made").map(({ by }) => by), ["run"]);
});
