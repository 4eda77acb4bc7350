import assert from "node:assert/strict";
import { alsoDoes, files, FLAGS, OPTIONS, shell, subjects } from "./_commits.ts";
import { dataOf, type Seen, Stage } from "./_stage.ts";
import { together } from "./_together.ts";

/** Who has made which commit, as the log has it. */
function made(seen: Seen): readonly (readonly unknown[])[] {
  return dataOf(seen, "commit.made").map(({ by, subject }) => [by, subject]);
}

/** Each commit that the log has is there, and is told once; the iterations tell the same ones. */
async function assertToldOnce(stage: Stage, seen: Seen): Promise<void> {
  const ids = dataOf(seen, "commit.made").map(({ id }) => String(id));
  assert.equal(new Set(ids).size, ids.length, "a commit is told twice");
  const all = (await shell(stage, "git rev-list HEAD")).split("\n");
  for (const id of ids) assert.ok(all.includes(id), id);
  const ended = dataOf(seen, "iteration.ended").flatMap(({ commits }) => commits ?? []);
  assert.deepEqual(ended, ids);
}

/** The program that a hook of git kills: the parent of the git that runs it. */
const KILL_RUN = `kill -9 "$(cut -d' ' -f4 /proc/$PPID/stat)"`;

async function writeGitHook(stage: Stage, name: string, script: string): Promise<void> {
  await Deno.writeTextFile(stage.project(".git/hooks", name), `#!/bin/sh\n${script}\n`, {
    mode: 0o755,
  });
}

Deno.test("a run that is killed right after its commit makes no second one, and the next run tells it", async () => {
  await using stage = await Stage.make();
  await shell(
    stage,
    "echo 1 >tracked; git add -A; git commit -qm more; echo mine >mine; git add mine",
  );
  await alsoDoes(stage, "date +%N >>tracked");
  await writeGitHook(
    stage,
    "post-commit",
    `test -e ../killed || { touch ../killed; ${KILL_RUN}; }`,
  );
  {
    await using run = await stage.start("works tasks=2", FLAGS, OPTIONS);
    assert.equal((await run.finished()).code, 137);
  }
  assert.deepEqual(await subjects(stage), ["start", "more", "feat: Write file 1"]);
  const { code, stdout } = await stage.build("works tasks=2", FLAGS, OPTIONS);
  assert.equal(code, 0, stdout);
  assert.deepEqual(
    await subjects(stage),
    ["start", "more", "feat: Write file 1", "feat: Write file 2"],
  );
  // The index, too, has got what the first run could not bring it any more.
  assert.equal(await shell(stage, "git status --porcelain"), "A  mine\n");
  const seen = await stage.session();
  assert.deepEqual(made(seen), [["run", "feat: Write file 1"], ["run", "feat: Write file 2"]]);
  assert.deepEqual(
    dataOf(seen, "iteration.ended").map(({ outcome }) => outcome),
    ["interrupted", "progress"],
  );
  await assertToldOnce(stage, seen);
});

Deno.test("what was staged after a kill stays, when the next run mends the index", async () => {
  await using stage = await Stage.make();
  await shell(stage, "echo 1 >a; echo 1 >b; git add -A; git commit -qm more");
  await alsoDoes(stage, "echo 2 >a; echo 2 >b");
  await writeGitHook(stage, "post-commit", KILL_RUN);
  {
    await using run = await stage.start("works tasks=1", FLAGS, OPTIONS);
    assert.equal((await run.finished()).code, 137);
  }
  await Deno.remove(stage.project(".git/hooks/post-commit"));
  await shell(stage, "echo 3 >a; git add a; echo 2 >a");
  assert.equal((await stage.build("works tasks=1", FLAGS, OPTIONS)).code, 0);
  assert.equal(await shell(stage, "git show :a; git show :b"), "3\n2\n");
});

Deno.test("a run that is killed before git has committed leaves the work to the next one", async () => {
  await using stage = await Stage.make();
  await writeGitHook(
    stage,
    "pre-commit",
    `test -e ../killed || { touch ../killed; ${KILL_RUN}; exit 1; }`,
  );
  {
    await using run = await stage.start("works tasks=1", FLAGS, OPTIONS);
    assert.equal((await run.finished()).code, 137);
  }
  const { code, stdout } = await stage.build("works tasks=1", FLAGS, OPTIONS);
  assert.equal(code, 0, stdout);
  const seen = await stage.session();
  assert.deepEqual(await files(stage), ["out-1.txt", "specs/SPEC.md"]);
  assert.equal(made(seen).length, 1);
  assert.equal(await shell(stage, "git status --porcelain"), "");
  await assertToldOnce(stage, seen);
});

Deno.test("what the agent committed before a kill is told by the next run, once and as the agent's", async () => {
  await using stage = await Stage.make();
  await alsoDoes(
    stage,
    `test -e half.txt || {
      echo 1 >by-agent; git add by-agent; git commit -qm "docs: by the agent" || true
      echo half >half.txt; sleep 300
    }`,
  );
  // Killed twice, so that the second mending finds in the log what the first one has told.
  for (const round of [1, 2]) {
    await using run = await stage.start("works tasks=1", FLAGS, OPTIONS);
    await run.until(() => stage.prompts().length === round);
    await run.until(() => stage.read("project/half.txt") !== "");
    run.signal("SIGKILL");
    await run.finished();
    if (round === 1) await Deno.remove(stage.project("half.txt"));
  }
  const { code, stdout } = await stage.build("works tasks=1", FLAGS, OPTIONS);
  assert.equal(code, 0, stdout);
  const seen = await stage.session();
  const agents = made(seen).filter(([by]) => by === "agent");
  assert.deepEqual(agents, [["agent", "docs: by the agent"]], JSON.stringify(made(seen)));
  assert.ok((await files(stage)).includes("half.txt"));
  await assertToldOnce(stage, seen);
});

Deno.test("what a hook said that refused a commit is told again after a kill", async () => {
  await using stage = await Stage.make();
  await writeGitHook(stage, "pre-commit", "echo lint failed; exit 1");
  await alsoDoes(stage, 'if test -e out-1.txt; then touch "$HOME/ready"; sleep 300; fi');
  {
    await using run = await stage.start("works tasks=2", FLAGS, OPTIONS);
    await run.until(() =>
      Array.from(Deno.readDirSync(stage.join("home"))).some(({ name }) => name === "ready")
    );
    run.signal("SIGKILL");
    await run.finished();
  }
  await Deno.remove(stage.join("bin/sh"));
  const { code, stdout } = await stage.build("works tasks=2", FLAGS, OPTIONS);
  assert.equal(code, 0, stdout);
  assert.deepEqual(
    stage.prompts().map((prompt) => /lint failed/.test(prompt)),
    [false, true, true, true],
  );
});

/** A hook of the project that commits, and waits to be killed the first time. */
const COMMITS = `
  echo 1 >>by-hook; git add by-hook; git commit -qm "chore: by a hook"
  test -e ../killed || { touch ../killed; sleep 60; }`;

async function writeHook(stage: Stage, name: string, script: string): Promise<void> {
  const lines = script.split("\n").map((line) => `      ${line}`).join("\n");
  await Deno.writeTextFile(
    stage.project(".iteratr.hooks.yml"),
    `version: 1\nhooks:\n  ${name}:\n    command: |\n${lines}\n`,
  );
}

Deno.test("what hooks of the project commit is nobody's work, also when they are killed at it", async () => {
  await together(["pre_iteration", "post_iteration"], async (name) => {
    await using stage = await Stage.make();
    await writeHook(stage, name, COMMITS);
    {
      await using run = await stage.start("works tasks=1", FLAGS, OPTIONS);
      await run.until(() =>
        Array.from(Deno.readDirSync(stage.root)).some((it) => it.name === "killed")
      );
      run.signal("SIGKILL");
      await run.finished();
    }
    const { code, stdout } = await stage.build("works tasks=1", FLAGS, OPTIONS);
    assert.equal(code, 0, `${name}: ${stdout}`);
    const byHooks = (await subjects(stage)).filter((subject) => subject === "chore: by a hook");
    assert.ok(byHooks.length > 1, name);
    const seen = await stage.session();
    assert.equal(made(seen).length, 1, `${name}: ${JSON.stringify(made(seen))}`);
    assert.equal(made(seen)[0]?.[0], "run", name);
    await assertToldOnce(stage, seen);
  });
});

Deno.test("hooks that commit around a turn do not hide what the agent commits in it", async () => {
  await together(["pre_iteration", "post_iteration", "on_task_complete"], async (name) => {
    await using stage = await Stage.make();
    await writeHook(stage, name, COMMITS.split("\n").slice(0, 2).join("\n"));
    await alsoDoes(
      stage,
      "echo 1 >by-agent; git add by-agent; git commit -qm 'docs: by the agent'",
    );
    const { code, stdout } = await stage.build("works tasks=1", FLAGS, OPTIONS);
    assert.equal(code, 0, `${name}: ${stdout}`);
    const seen = await stage.session();
    assert.deepEqual(
      made(seen),
      [["agent", "docs: by the agent"], ["run", "feat: Write file 1"]],
      name,
    );
    await assertToldOnce(stage, seen);
  });
});
