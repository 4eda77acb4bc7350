import assert from "node:assert/strict";
import { commitsBetween, dirtyFiles, headCommit } from "../../src/git/commit.ts";
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

Deno.test("headCommit and dirtyFiles find nothing outside git and in a bare repository", async () => {
  await using repository = await Repository.make();
  await repository.git("clone", "-q", "--bare", ".", "bare.git");
  const plain = await Deno.makeTempDir({ prefix: "iteratr-test-" });
  try {
    assert.equal(await headCommit(plain), "");
    for (const directory of [plain, repository.join("bare.git")]) {
      const files = await dirtyFiles(
        directory,
        joinPath(directory, ".iteratr"),
        new ContentHashes(),
      );
      assert.equal(files.size, 0);
    }
  } finally {
    await Deno.remove(plain, { recursive: true });
  }
});
