import assert from "node:assert/strict";
import { commitsBetween } from "../../src/git/history.ts";
import { headCommit } from "./_head.ts";
import { headCommit as triedHead } from "../../src/git/history.ts";
import { treeState } from "../../src/git/tree_state.ts";
import { takeBaseline } from "../../src/git/pending.ts";
import { ContentHashes } from "../../src/git/content_hash.ts";
import { joinPath } from "../../src/platform/paths.ts";
import { Repository } from "./_repository.ts";

Deno.test("commitsBetween tells the commits that were made, the oldest first, with their numbers", async () => {
  await using repository = await Repository.make();
  const before = await headCommit(repository.path);
  assert.match(before, /^[0-9a-f]{40}$/);
  assert.deepEqual(await commitsBetween(repository.path, before, before), []);
  await repository.write("a.txt", "other\n");
  await repository.commitAll();
  await repository.write("new.txt", "1\n2\n");
  await repository.write("blob", new Uint8Array([0, 1]));
  await repository.git("add", "-A");
  await repository.git("commit", "-q", "-m", "docs: say\nmore\n\nbody");
  const after = await headCommit(repository.path);
  const commits = await commitsBetween(repository.path, before, after);
  assert.deepEqual(
    commits.map(({ subject, files, added, removed }) => [subject, files, added, removed]),
    [["x", 1, 1, 9], ["docs: say more", 2, 2, 0]],
  );
  assert.equal(commits.at(-1)?.id, after);
});

Deno.test("commitsBetween tells what takes the place of commits that were taken back", async () => {
  await using repository = await Repository.make();
  await repository.write("a.txt", "other\n");
  await repository.commitAll();
  const before = await headCommit(repository.path);
  await repository.git("commit", "-q", "--amend", "-m", "amended");
  const after = await headCommit(repository.path);
  const commits = await commitsBetween(repository.path, before, after);
  assert.deepEqual(commits.map(({ subject }) => subject), ["amended"]);
  assert.deepEqual(await commitsBetween(repository.path, after, `${after}~1`), []);
  assert.deepEqual(await commitsBetween(repository.path, "0".repeat(40), after), []);
});

Deno.test("commitsBetween tells the first commits of a repository", async () => {
  await using repository = await Repository.empty();
  const before = await headCommit(repository.path);
  assert.equal(before, "");
  await repository.write("a.txt", "1\n");
  await repository.commitAll();
  const commits = await commitsBetween(repository.path, before, await headCommit(repository.path));
  assert.deepEqual(commits.map(({ subject, files }) => [subject, files]), [["x", 1]]);
});

Deno.test("what git cannot tell is no answer: outside git, and in a bare repository", async () => {
  await using repository = await Repository.make();
  await repository.git("clone", "-q", "--bare", ".", "bare.git");
  const plain = await Deno.makeTempDir({ prefix: "iteratr-test-" });
  try {
    assert.equal(await triedHead(plain), undefined);
    for (const directory of [plain, repository.join("bare.git")]) {
      const files = await takeBaseline(
        directory,
        joinPath(directory, ".iteratr"),
        new ContentHashes(),
      );
      assert.equal(files, undefined);
      assert.equal(await treeState(directory, directory, new ContentHashes()), undefined);
    }
  } finally {
    await Deno.remove(plain, { recursive: true });
  }
});

Deno.test("commitsBetween goes by none of the user's settings", async () => {
  await using repository = await Repository.empty();
  await repository.write("a.txt", "1\n");
  await repository.git("add", "-A");
  await repository.git("commit", "-q", "-m", "Grüße 🎉\n\nbody\n\nIteratr-Session: s");
  const after = await headCommit(repository.path);
  const changed = { files: 1, paths: ["a.txt"], added: 1, removed: 0 };
  const expected = { id: after, subject: "Grüße 🎉", session: "s", ...changed };
  assert.deepEqual(await commitsBetween(repository.path, "", after), [expected]);
  await repository.configure({
    "log.showRoot": "false",
    "log.follow": "true",
    "log.decorate": "full",
    "log.showSignature": "true",
    "log.abbrevCommit": "true",
    "diff.external": "false",
    "diff.renames": "copies",
    "diff.relative": "true",
    "diff.noprefix": "true",
    "color.ui": "always",
    "core.quotePath": "true",
    "core.commentChar": "I",
    "trailer.separators": "=",
    "i18n.logOutputEncoding": "ISO-8859-1",
    "format.pretty": "oneline",
  });
  assert.deepEqual(await commitsBetween(repository.path, "", after), [expected]);
});

/** What {@linkcode commitsBetween} takes for the session of a commit with this message. */
async function sessionOf(repository: Repository, message: string): Promise<string | undefined> {
  const before = await headCommit(repository.path);
  await repository.git("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", message);
  const [commit] = await commitsBetween(
    repository.path,
    before,
    await headCommit(repository.path),
  );
  return commit?.session;
}

Deno.test("a session is told by the trailers alone, not by what a body says", async () => {
  await using repository = await Repository.make();
  assert.equal(await sessionOf(repository, "feat: x\n\nIteratr-Session: s"), "s");
  // git joins its own line breaks in the subject, and a forged record must not appear to be one.
  for (
    const message of [
      "feat: x",
      "feat: x\n\nIteratr-Session: s\n\nThe end.",
      "feat: x\n\nWe write Iteratr-Session: s",
      "feat: x Iteratr-Session: s\n\nbody\n\n1\t2\tIteratr-Session: s",
      "Iteratr-Session: s",
    ]
  ) assert.equal(await sessionOf(repository, message), "", message);
  const forged = "feat: x\n\nIteratr-Session: other\n\nIteratr-Session: s";
  assert.equal(await sessionOf(repository, forged), "s");
});

Deno.test("commits of long ago are left out where HEAD has got to them otherwise than by a commit", async () => {
  const since = new Date(Date.now() - 60_000);
  const old = "2020-01-01T00:00:00Z";
  const ways: readonly (readonly [how: readonly (readonly string[])[], told: readonly string[]])[] =
    [
      [[["checkout", "-q", "ahead"]], []],
      [[["merge", "-q", "--ff-only", "ahead"]], []],
      [[["reset", "-q", "--hard", "ahead"]], []],
      [[["checkout", "-q", "ahead"], ["commit", "-q", "--allow-empty", "-m", "new"]], ["new"]],
      [[["checkout", "-q", "-b", "fresh"], ["commit", "-q", "--allow-empty", "-m", "new"]], [
        "new",
      ]],
      [[["commit", "-q", "--allow-empty", "-m", "dated", `--date=${old}`]], ["dated"]],
    ];
  for (const [how, expected] of ways) {
    await using repository = await Repository.make();
    const before = await headCommit(repository.path);
    await repository.git("checkout", "-q", "-b", "ahead");
    const { success } = await new Deno.Command("git", {
      args: ["-C", repository.path, "commit", "-q", "--allow-empty", "-m", "old"],
      env: { "GIT_COMMITTER_DATE": old },
    }).output();
    assert.ok(success);
    await repository.git("checkout", "-q", "main");
    for (const words of how) await repository.git(...words);
    const after = await headCommit(repository.path);
    const told = async (span: { readonly since?: Date }): Promise<readonly string[]> =>
      (await commitsBetween(repository.path, before, after, span)).map(({ subject }) => subject);
    assert.deepEqual(await told({ since }), expected, how.join(" "));
    const all = how[0]?.includes("ahead") ? ["old", ...expected] : expected;
    assert.deepEqual(await told({}), all, how.join(" "));
  }
});

Deno.test("without a log of HEAD, a commit counts whatever date it bears", async () => {
  await using repository = await Repository.make();
  await repository.configure({ "core.logAllRefUpdates": "false" });
  await Deno.remove(repository.join(".git/logs"), { recursive: true });
  const before = await headCommit(repository.path);
  await repository.git("commit", "-q", "--allow-empty", "-m", "x");
  const since = new Date(Date.now() + 3_600_000);
  const commits = await commitsBetween(
    repository.path,
    before,
    await headCommit(repository.path),
    { since },
  );
  assert.deepEqual(commits.map(({ subject }) => subject), ["x"]);
});
