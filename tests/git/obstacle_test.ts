import assert from "node:assert/strict";
import { commitObstacle } from "../../src/git/obstacle.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { joinPath } from "../../src/platform/paths.ts";
import { FakeClock } from "../support/fake_clock.ts";

const AT_ONCE = { clock: systemClock, ms: 0 };

/** A temporary repository in which `other` and `main` have changed the same line. */
class Repository implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Repository> {
    const made = await Deno.realPath(await Deno.makeTempDir({ prefix: "iteratr-test-" }));
    const repository = new Repository(made);
    await repository.git("init", "-q", "-b", "main");
    await repository.commit("base");
    await repository.git("checkout", "-q", "-b", "other");
    await repository.commit("theirs");
    await repository.git("checkout", "-q", "main");
    await repository.commit("ours");
    return repository;
  }

  join(name: string): string {
    return joinPath(this.path, name);
  }

  async run(...args: readonly string[]): Promise<boolean> {
    const identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
    const { success } = await new Deno.Command("git", {
      args: ["-C", this.path, ...identity, "-c", "commit.gpgSign=false", ...args],
      env: { GIT_EDITOR: "true" },
      stdin: "null",
    }).output();
    return success;
  }

  async git(...args: readonly string[]): Promise<void> {
    assert.ok(await this.run(...args), `git ${args.join(" ")} failed`);
  }

  async commit(text: string): Promise<void> {
    await Deno.writeTextFile(this.join("a.txt"), `${text}\n`);
    await this.git("add", "-A");
    await this.git("commit", "-q", "-m", text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

Deno.test("nothing speaks against a commit on a branch, before its first commit, or in a linked work tree", async () => {
  await using repository = await Repository.make();
  assert.equal(await commitObstacle(repository.path, AT_ONCE), undefined);
  await repository.git("checkout", "-q", "--orphan", "fresh");
  assert.equal(await commitObstacle(repository.path, AT_ONCE), undefined);
  await repository.git("worktree", "add", "-q", "-b", "side", "linked", "main");
  assert.equal(await commitObstacle(repository.join("linked"), AT_ONCE), undefined);
});

Deno.test("what git has half done is told by its name, until it is done", async () => {
  await using repository = await Repository.make();
  const cases = [
    ["merge", ["merge", "-q", "other"], "a merge is in progress"],
    ["rebase", ["rebase", "-q", "other"], "a rebase is in progress"],
    ["rebase", ["rebase", "-q", "--apply", "other"], "a rebase is in progress"],
    ["cherry-pick", ["cherry-pick", "other"], "a cherry-pick is in progress"],
    ["revert", ["revert", "--no-edit", "main~1"], "a revert is in progress"],
  ] as const;
  for (const [command, args, what] of cases) {
    assert.equal(await repository.run(...args), false, `git ${args.join(" ")} found no conflict`);
    assert.equal(await commitObstacle(repository.path, AT_ONCE), what, args.join(" "));
    await repository.git(command, "--abort");
    assert.equal(
      await commitObstacle(repository.path, AT_ONCE),
      undefined,
      `after ${args.join(" ")}`,
    );
  }
});

Deno.test("a detached HEAD, and a bisection, which detaches it, are told", async () => {
  await using repository = await Repository.make();
  await repository.git("checkout", "-q", "--detach");
  const what = "HEAD is detached: a commit would belong to no branch";
  assert.equal(await commitObstacle(repository.path, AT_ONCE), what);
  await repository.git("checkout", "-q", "main");
  await repository.commit("more");
  await repository.commit("and more");
  await repository.git("bisect", "start", "main", "main~3");
  assert.equal(await commitObstacle(repository.path, AT_ONCE), what);
});

Deno.test("a lock on the index is told, in a linked work tree only its own", async () => {
  await using repository = await Repository.make();
  await repository.git("worktree", "add", "-q", "-b", "side", "linked");
  const what = "another git process holds the index (index.lock)";
  await Deno.writeTextFile(repository.join(".git/index.lock"), "");
  assert.equal(await commitObstacle(repository.path, AT_ONCE), what);
  assert.equal(await commitObstacle(repository.join("linked"), AT_ONCE), undefined);
  await Deno.remove(repository.join(".git/index.lock"));
  await Deno.writeTextFile(repository.join(".git/worktrees/linked/index.lock"), "");
  assert.equal(await commitObstacle(repository.path, AT_ONCE), undefined);
  assert.equal(await commitObstacle(repository.join("linked"), AT_ONCE), what);
});

Deno.test("where git does not work, that is told", async () => {
  await using repository = await Repository.make();
  await Deno.remove(repository.join(".git"), { recursive: true });
  assert.equal(await commitObstacle(repository.path, AT_ONCE), "git does not work here");
  assert.equal(await commitObstacle(repository.join("nowhere"), AT_ONCE), "git does not work here");
});

Deno.test("a lock on the index that goes in time is none, and who has to end does not wait for it", async () => {
  await using repository = await Repository.make();
  const lock = repository.join(".git/index.lock");
  await Deno.writeTextFile(lock, "");
  const what = "another git process holds the index (index.lock)";
  const clock = new FakeClock();
  const stop = AbortSignal.abort();
  assert.equal(await commitObstacle(repository.path, { clock, ms: 2_000, stop }), what);
  const looking = commitObstacle(repository.path, { clock, ms: 2_000 });
  while (clock.sleeping === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await Deno.remove(lock);
  await clock.passUntilSettled(looking);
  assert.equal(await looking, undefined);
});
