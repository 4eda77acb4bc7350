import assert from "node:assert/strict";
import { alsoDoes, files, FLAGS, OPTIONS, shell } from "./_commits.ts";
import { dataOf, Stage } from "./_stage.ts";
import { together } from "./_together.ts";

/** A git that does this when it is asked for the status of the work tree, and goes on if that does. */
async function writeGit(stage: Stage, onStatus: string): Promise<void> {
  const real = (await shell(stage, "command -v git")).trim();
  await stage.writeProgram(
    "git",
    `case " $* " in *" status "*) ${onStatus};; esac\nexec ${real} "$@"`,
  );
}

/** Files of a person: one that git knows, and one that it does not. */
async function leavePrivateFiles(stage: Stage): Promise<void> {
  await shell(stage, "echo before >known; git add known; git commit -qm known; echo mine >known");
  await shell(stage, "echo mine >private.txt");
}

/** What the last commit holds must be the session's alone. */
async function assertPrivate(stage: Stage): Promise<void> {
  assert.equal((await files(stage)).includes("private.txt"), false, "a private file is committed");
  assert.equal(await shell(stage, "git show HEAD:known"), "before\n");
}

Deno.test("a Ctrl-C that reaches git while the dirty files are noted gives none of them away", async () => {
  await using stage = await Stage.make();
  await leavePrivateFiles(stage);
  await writeGit(stage, 'test -e "$HOME/hit" || { touch "$HOME/hit"; kill -INT $$; }');
  const { code, stdout } = await stage.build("works tasks=1", FLAGS, OPTIONS);
  assert.equal(code, 0, stdout);
  assert.equal(stage.read("home/hit"), "");
  assert.equal((await files(stage)).includes("out-1.txt"), true);
  await assertPrivate(stage);
});

Deno.test("why git cannot tell what has changed is told in its own words", async () => {
  await together<[string, RegExp]>([
    ["printf broken >.git/index", /^git cannot tell what .*: (fatal|error): .*index file/],
    ["rm -r .git", /^the repository of the project is gone: \.git was removed$/],
  ], async ([breaks, why]) => {
    await using stage = await Stage.make();
    await alsoDoes(stage, breaks);
    const { stdout } = await stage.build("works tasks=1", FLAGS, OPTIONS);
    const refusals = dataOf(await stage.session(), "commit.refused").map((data) =>
      `${data["why"]}`
    );
    assert.match(refusals[0] ?? "", why, stdout);
  });
});

Deno.test("where git cannot tell the dirty files nothing is committed, and nothing is taken for clean", async () => {
  await using stage = await Stage.make();
  await leavePrivateFiles(stage);
  await writeGit(stage, "echo 'fatal: no' >&2; exit 128");
  const gate = ["--verify", "true"];
  const first = await stage.build("works tasks=2", [...FLAGS, ...gate, "-i", "1"], OPTIONS);
  assert.equal(first.code, 5, first.stdout);
  assert.match(first.stdout, /^warning the work will not be committed: git cannot tell /m);
  const seen = await stage.session();
  assert.deepEqual(dataOf(seen, "work.baseline"), []);
  assert.deepEqual(dataOf(seen, "commit.made"), []);
  assert.deepEqual(dataOf(seen, "verify.ended").map(({ commit }) => commit), [null]);
  await Deno.remove(stage.join("bin", "git"));
  const second = await stage.build("works tasks=2", [...FLAGS, ...gate], OPTIONS);
  assert.equal(second.code, 0, second.stdout);
  await assertPrivate(stage);
});
