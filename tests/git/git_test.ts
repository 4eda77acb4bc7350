import assert from "node:assert/strict";
import { git, workTree } from "../../src/git/git.ts";
import { readStatus } from "../../src/git/status.ts";
import { joinPath } from "../../src/platform/paths.ts";
import { Repository } from "./_repository.ts";

/** What `git rev-parse --local-env-vars` names, but for settings: those a person may give in this way. */
async function pointers(repository: Repository): Promise<readonly string[]> {
  const names = (await repository.git("rev-parse", "--local-env-vars")).trim().split("\n");
  return names.filter((name) => !/CONFIG|REPLACE|SUPER_PREFIX/.test(name));
}

/** Sets variables of this process while something is done. */
async function withVariables(
  variables: Readonly<Record<string, string>>,
  work: () => Promise<void>,
): Promise<void> {
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  try {
    await work();
  } finally {
    for (const name of Object.keys(variables)) Deno.env.delete(name);
  }
}

Deno.test("git works in the repository of the directory, whatever the environment points at", async () => {
  await using repository = await Repository.make();
  await using other = await Repository.make();
  const names = await pointers(repository);
  assert.ok(names.includes("GIT_DIR") && names.includes("GIT_INDEX_FILE"), names.join());
  const elsewhere = Object.fromEntries(names.map((name) => [name, other.join(".git")]));
  const before = await other.state();
  await withVariables(elsewhere, async () => {
    assert.equal(await workTree(repository.path), repository.path);
    assert.deepEqual((await readStatus(repository.path))?.entries, []);
    await Deno.writeTextFile(joinPath(repository.path, "a.txt"), "other\n");
    assert.equal((await repository.work()).kind, "committed");
  });
  assert.equal(await repository.committed("a.txt"), "other\n");
  assert.equal(await other.state(), before);
  assert.equal((await other.git("rev-list", "--count", "HEAD")).trim(), "1");
});

Deno.test("git ends a command that takes too long, with all that it has started, and says so", async () => {
  await using repository = await Repository.make();
  const args = ["-c", "alias.slow=!sleep 60", "slow"];
  const { ok, stderr } = await git(repository.path, args, { group: true, limitMs: 50 });
  assert.equal(ok, false);
  assert.match(stderr, /^fatal: it did not end within 0\.05 s$/m);
});

Deno.test("git says by its exit code that it could not be started", async () => {
  const { ok, code, stderr } = await git("/nowhere/at/all", ["status"]);
  assert.deepEqual([ok, code > 0], [false, true]);
  assert.notEqual(stderr, "");
});
