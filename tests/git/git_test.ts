import assert from "node:assert/strict";
import { git } from "../../src/git/git.ts";
import { isLinux } from "../support/bound.ts";
import { Repository } from "./_repository.ts";

const IN_REPOSITORY = new URL("_in_repository.ts", import.meta.url).pathname;

/** What `git rev-parse --local-env-vars` names, but for settings: those a person may give in this way. */
async function pointers(repository: Repository): Promise<readonly string[]> {
  const names = (await repository.git("rev-parse", "--local-env-vars")).trim().split("\n");
  return names.filter((name) => !/CONFIG|REPLACE|SUPER_PREFIX/.test(name));
}

Deno.test("git works in the repository of the directory, whatever the environment points at", async () => {
  await using repository = await Repository.make();
  await using other = await Repository.make();
  const names = await pointers(repository);
  assert.ok(names.includes("GIT_DIR") && names.includes("GIT_INDEX_FILE"), names.join());
  const elsewhere = Object.fromEntries(names.map((name) => [name, other.join(".git")]));
  const before = await other.state();
  // In a process of its own: other tests run in this one at the same time.
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", IN_REPOSITORY, repository.path, repository.join(".git")],
    env: elsewhere,
  }).output();
  const seen: unknown = JSON.parse(new TextDecoder().decode(stdout));
  assert.deepEqual(seen, { tree: repository.path, entries: [], kind: "committed" });
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

Deno.test({
  name: "git that a signal without a name has ended is not taken for one that could not be started",
  ignore: !isLinux("signals of real time"),
  // Deno keeps the handle of a child that such a signal has ended.
  sanitizeResources: false,
  fn: async () => {
    await using repository = await Repository.make();
    const args = ["-c", "alias.dies=!echo so far >&2; kill -35 $PPID", "dies"];
    const { ok, code, stderr } = await git(repository.path, args);
    assert.deepEqual([ok, code, stderr], [false, 163, "so far\n"]);
  },
});

Deno.test("git says by its exit code that it could not be started", async () => {
  const { ok, code, stderr } = await git("/nowhere/at/all", ["status"]);
  assert.deepEqual([ok, code > 0], [false, true]);
  assert.notEqual(stderr, "");
});
