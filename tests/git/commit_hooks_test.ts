import assert from "node:assert/strict";
import { headCommit } from "./_head.ts";
import { commitWork } from "./_commit_work.ts";
import { ContentHashes } from "../../src/git/content_hash.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { joinPath } from "../../src/platform/paths.ts";
import { NONE, Repository, Scratch } from "./_repository.ts";

Deno.test("commitWork leaves everything as it was when pre-commit refuses, and keeps what it said", async () => {
  await using repository = await Repository.make();
  await repository.hook("pre-commit", "echo on stdout; echo 'lint: a.txt is wrong' >&2; exit 1");
  await repository.write("b.txt", "staged\n");
  await repository.git("add", "b.txt");
  await repository.write("intended.txt", "1\n");
  await repository.git("add", "--intent-to-add", "intended.txt");
  const baseline = await repository.baseline();
  await repository.write("a.txt", "other\n");
  await repository.write("new\nfile.txt", "1\n");
  await repository.remove("c.txt");
  const [before, head] = [await repository.state(), await headCommit(repository.path)];
  const result = await repository.work(baseline);
  assert.deepEqual(result, {
    kind: "refused",
    why: "lint: a.txt is wrong",
    output: "on stdout\nlint: a.txt is wrong",
    byHook: true,
  });
  assert.equal(await repository.state(), before);
  assert.equal(await headCommit(repository.path), head);
  await repository.remove(".git/hooks/pre-commit");
  await repository.expectCommit(["M a.txt", "A new\nfile.txt", "D c.txt"], baseline);
});

Deno.test("commitWork leaves the index as it was when a file became a directory and pre-commit refuses", async () => {
  await using repository = await Repository.make();
  await repository.hook("pre-commit", "exit 1");
  await repository.remove("a.txt");
  await repository.write("a.txt/inner", "1\n");
  const before = await repository.state();
  assert.equal((await repository.work()).kind, "refused");
  assert.equal(await repository.state(), before);
});

Deno.test("commitWork leaves the index as it was when a hook refuses the first commit", async () => {
  await using repository = await Repository.empty();
  await repository.hook("pre-commit", "exit 1");
  await repository.write("staged.txt", "1\n");
  await repository.git("add", "staged.txt");
  const baseline = await repository.baseline();
  await repository.write("new.txt", "1\n");
  const before = await repository.state();
  const result = await repository.work(baseline);
  assert.ok(result.kind === "refused");
  assert.notEqual(result.why, "");
  assert.equal(await repository.state(), before);
});

Deno.test("commitWork takes a message that commit-msg has rewritten, and tells the new subject", async () => {
  await using repository = await Repository.make();
  await repository.hook("commit-msg", `printf 'JIRA-1 %s' "$(cat "$1")" >"$1"`);
  await repository.write("a.txt", "other\n");
  const { subject } = await repository.expectCommit(["M a.txt"]);
  assert.equal(subject, "JIRA-1 feat: work");
});

Deno.test("commitWork leaves nothing behind when pre-commit formats and stages what is committed", async () => {
  await using repository = await Repository.make();
  await repository.hook("pre-commit", "echo formatted >>a.txt; git add a.txt");
  await repository.write("a.txt", "other\n");
  await repository.expectCommit(["M a.txt"]);
  assert.equal(await repository.committed("a.txt"), "other\nformatted\n");
  assert.equal(await repository.git("status", "--porcelain"), "");
  await repository.expectNothing();
});

Deno.test("commitWork runs git's hooks with patterns that match as they do elsewhere", async () => {
  await using repository = await Repository.make();
  await repository.hook("pre-commit", `test -n "$(git diff --cached --name-only -- '*.txt')"`);
  await repository.write("a.txt", "other\n");
  await repository.expectCommit(["M a.txt"]);
});

Deno.test("commitWork gives the message to git as it is", async () => {
  await using repository = await Repository.make();
  const bodies = [
    "--amend",
    "# a heading\n\n## another",
    `"quotes" 'and' \`$(touch pwned)\` \\n %s`,
    "Grüße 🎉\n\n---\n\ndiff --git a/a b/b",
    `${"long ".repeat(20_000)}end`,
  ];
  for (const [n, body] of bodies.entries()) {
    await repository.write("a.txt", `${n}\n`);
    const message = `feat: ${n}\n\n${body}\n\nIteratr-Session: s\n`;
    assert.equal((await repository.work(NONE, message)).kind, "committed");
    assert.equal(await repository.git("log", "-1", "--format=%B"), `${message}\n`);
    assert.equal(
      await repository.git("log", "-1", "--format=%(trailers)"),
      "Iteratr-Session: s\n\n",
    );
  }
});

Deno.test("commitWork commits with a message of any length", async () => {
  await using repository = await Repository.make();
  await repository.write("a.txt", "other\n");
  const result = await repository.work(NONE, `feat: work\n\n${"long ".repeat(60_000)}\n`);
  assert.equal(result.kind, "committed", JSON.stringify(result).slice(0, 300));
});

Deno.test("commitWork refuses in one line what git cannot commit, and nothing is broken", async () => {
  await using repository = await Repository.make();
  await repository.git("checkout", "-q", "-b", "other");
  await repository.write("a.txt", "theirs\n");
  await repository.commitAll();
  await repository.git("checkout", "-q", "main");
  await repository.write("a.txt", "ours\n");
  await repository.commitAll();
  await repository.git("merge", "-q", "other").catch(() => undefined);
  await repository.write("new.txt", "1\n");
  const before = await repository.state();
  assert.deepEqual(await repository.work(), {
    kind: "refused",
    why: "a merge is in progress",
    output: "",
    byHook: false,
  });
  assert.equal(await repository.state(), before);
  await Deno.stat(repository.join(".git/MERGE_HEAD"));
});

Deno.test("commitWork commits no file that is in conflict", async () => {
  await using repository = await Repository.make();
  await repository.write("a.txt", "theirs\n");
  await repository.git("stash", "push", "-q");
  await repository.write("a.txt", "ours\n");
  await repository.commitAll();
  // Unlike a merge, this leaves no mark but the conflict itself.
  await assert.rejects(repository.git("stash", "pop", "-q"));
  await repository.write("new.txt", "1\n");
  const [before, head] = [await repository.state(), await headCommit(repository.path)];
  const result = await repository.work();
  assert.equal(result.kind, "refused");
  assert.equal(await headCommit(repository.path), head);
  assert.equal(await repository.state(), before);
});

Deno.test("commitWork makes the first commit of a repository, without what was there before", async () => {
  await using repository = await Repository.empty();
  await repository.write("mine.txt", "1\n");
  await repository.write("staged.txt", "1\n");
  await repository.git("add", "staged.txt");
  const baseline = await repository.baseline();
  await repository.expectNothing(baseline);
  await repository.write("new.txt", "1\n");
  const result = await repository.work(baseline);
  assert.equal(result.kind, "committed", JSON.stringify(result));
  assert.deepEqual(await repository.changes(), ["A new.txt"]);
  assert.equal(await repository.git("status", "--porcelain"), "A  staged.txt\n?? mine.txt\n");
});

Deno.test("commitWork works in a linked work tree, whose .git is a file", async () => {
  await using repository = await Repository.make();
  await using place = await Repository.empty();
  const top = place.join("linked");
  await repository.git("worktree", "add", "-q", "-b", "side", top);
  assert.ok((await Deno.lstat(joinPath(top, ".git"))).isFile);
  await Deno.writeTextFile(joinPath(top, "new.txt"), "1\n");
  const main = await headCommit(repository.path);
  await using scratch = await Scratch.make();
  const result = await commitWork({
    top,
    ignored: joinPath(top, ".iteratr"),
    baseline: NONE,
    hashes: new ContentHashes(),
    message: "feat: work\n",
    scratch: scratch.path,
    run: "run-test",
    clock: systemClock,
  });
  assert.equal(result.kind, "committed", JSON.stringify(result));
  assert.equal((await repository.git("rev-parse", "side^")).trim(), main);
  assert.equal(await headCommit(repository.path), main);
});

Deno.test("commitWork goes by none of the user's settings that change what git prints or keeps", async () => {
  await using repository = await Repository.make();
  await repository.configure({
    "status.showUntrackedFiles": "no",
    "status.relativePaths": "true",
    "status.renames": "copies",
    "diff.renames": "copies",
    "diff.noprefix": "true",
    "diff.external": "false",
    "color.ui": "always",
    "core.quotePath": "true",
    "format.pretty": "fuller",
    "log.date": "relative",
    "push.default": "matching",
    "commit.verbose": "true",
    "commit.template": "/nowhere",
  });
  await repository.write("ü.txt", "1\n");
  await Deno.rename(repository.join("a.txt"), repository.join("z.txt"));
  const commit = await repository.expectCommit(["A ü.txt", "D a.txt", "A z.txt"]);
  assert.deepEqual([commit.files, commit.added, commit.removed], [3, 10, 9]);
});

Deno.test("commitWork keeps the message under the user's own way of cleaning messages up", async () => {
  await using repository = await Repository.make();
  await repository.configure({ "commit.cleanup": "strip", "core.commentChar": "I" });
  await repository.write("a.txt", "other\n");
  const message = "feat: work\n\nIteratr-Session: s\n";
  assert.equal((await repository.work(NONE, message)).kind, "committed");
  assert.equal(await repository.git("log", "-1", "--format=%B"), `${message}\n`);
});

Deno.test("commitWork tells a hook that refuses without a word", async () => {
  await using repository = await Repository.make();
  await repository.hook("commit-msg", "exit 3");
  await repository.write("a.txt", "other\n");
  const result = await repository.work();
  assert.ok(result.kind === "refused");
  assert.deepEqual(
    [result.why, result.byHook],
    ["a hook of git failed without a word", true],
  );
});

Deno.test("commitWork tells refusals of git's hooks apart from what git itself cannot do", async () => {
  await using repository = await Repository.make();
  await repository.write("a.txt", "other\n");
  await repository.hook("reference-transaction", "echo no ref today; exit 1");
  const refused = await repository.work();
  assert.ok(refused.kind === "refused" && refused.byHook, JSON.stringify(refused));
  assert.match(refused.output, /no ref today/);
  await repository.remove(".git/hooks/reference-transaction");
  // A key that is missing or locked is nothing that an agent could put right.
  await repository.configure({ "commit.gpgSign": "true", "gpg.program": "false" });
  const before = await repository.state();
  const unsigned = await repository.work();
  assert.ok(unsigned.kind === "refused" && !unsigned.byHook, JSON.stringify(unsigned));
  assert.match(unsigned.why, /gpg failed to sign/);
  assert.equal(await repository.state(), before);
});

Deno.test("commitWork writes its message in UTF-8, whatever the user's encoding is", async () => {
  await using repository = await Repository.make();
  await repository.configure({ "i18n.commitEncoding": "ISO-8859-1" });
  await repository.write("a.txt", "other\n");
  const result = await repository.work(NONE, "feat: Grüße 🎉\n");
  assert.ok(result.kind === "committed", JSON.stringify(result));
  assert.equal(result.commits[0]?.subject, "feat: Grüße 🎉");
  assert.doesNotMatch(await repository.git("cat-file", "commit", "HEAD"), /^encoding /m);
  assert.equal(
    await repository.git("-c", "i18n.logOutputEncoding=UTF-8", "log", "-1", "--format=%s"),
    "feat: Grüße 🎉\n",
  );
});

Deno.test("commitWork leaves packing to the person's next command", async () => {
  await using repository = await Repository.make();
  // So many that some of them are in the one directory of objects that git takes for a sample.
  await repository.configure({ "gc.auto": "1", "gc.autoDetach": "false" });
  for (let n = 0; n < 1000; n++) await repository.write(`many/${n}`, `${n}\n`);
  assert.equal((await repository.work()).kind, "committed");
  assert.match(await repository.git("count-objects", "-v"), /^packs: 0$/m);
});

Deno.test("commitWork takes files as git does under the user's settings of line ends and modes", async () => {
  for (const autocrlf of ["true", "input"]) {
    await using repository = await Repository.make();
    await repository.configure({ "core.autocrlf": autocrlf, "core.fileMode": "false" });
    await repository.write("crlf.txt", "1\r\n2\r\n");
    await repository.write("lf.txt", "1\n2\n");
    await Deno.chmod(repository.join("b.txt"), 0o755);
    await repository.expectCommit(["A crlf.txt", "A lf.txt"]);
    assert.equal(await repository.committed("crlf.txt"), "1\n2\n");
    assert.equal(await repository.git("status", "--porcelain"), "");
    await repository.expectNothing();
  }
});

Deno.test("commitWork works with a split index, an untracked cache and a sparse checkout", async () => {
  await using repository = await Repository.make();
  await repository.write("far/away.txt", "1\n");
  await repository.commitAll();
  await repository.configure({ "core.splitIndex": "true", "core.untrackedCache": "true" });
  await repository.git("update-index", "--split-index", "--untracked-cache");
  await repository.git("sparse-checkout", "set", "d");
  await repository.write("d/x.txt", "other\n");
  await repository.write("d/new.txt", "1\n");
  await repository.expectCommit(["M d/x.txt", "A d/new.txt"]);
  assert.equal(await repository.git("status", "--porcelain"), "");
  assert.equal(await repository.committed("far/away.txt"), "1\n");
});

Deno.test("commitWork tells what git's hooks commit on top, and keeps the index of all of it", async () => {
  await using repository = await Repository.make();
  await repository.hook(
    "post-commit",
    `test -e done && exit; touch done; echo 2 >version; git add version; git commit -qm "chore: bump"`,
  );
  await repository.write("mine.txt", "mine\n");
  await repository.git("add", "mine.txt");
  const baseline = await repository.baseline();
  await repository.write(".gitignore", "done\n");
  await repository.write("a.txt", "other\n");
  const result = await repository.work(baseline);
  assert.ok(result.kind === "committed", JSON.stringify(result));
  assert.deepEqual(
    result.commits.map(({ subject, files }) => [subject, files]),
    [["feat: work", 2], ["chore: bump", 1]],
  );
  assert.equal(await repository.git("status", "--porcelain"), "A  mine.txt\n");
});
