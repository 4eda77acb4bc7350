import assert from "node:assert/strict";
import { Repository } from "./_repository.ts";

Deno.test("commitWork commits edits, new files, empty files, deletions, renames and modes", async () => {
  await using repository = await Repository.make();
  await repository.expectNothing();
  await repository.write("a.txt", "other\n");
  await repository.write("new/deep/file.txt", "1\n2\n");
  await repository.write("empty", "");
  await repository.remove("b.txt");
  await Deno.rename(repository.join("d/x.txt"), repository.join("d/y.txt"));
  await Deno.chmod(repository.join("c.txt"), 0o755);
  const commit = await repository.expectCommit([
    "M a.txt",
    "A new/deep/file.txt",
    "A empty",
    "D b.txt",
    "D d/x.txt",
    "A d/y.txt",
    "M c.txt",
  ]);
  assert.deepEqual(
    [commit.subject, commit.files, commit.added, commit.removed],
    ["feat: work", 7, 1 + 2 + 9, 9 + 9 + 9],
  );
  assert.match(await repository.git("ls-tree", "HEAD", "c.txt"), /^100755 /);
  assert.equal(await repository.git("status", "--porcelain"), "");
  await repository.expectNothing();
});

Deno.test("commitWork commits binary files and links, and counts no lines of the former", async () => {
  await using repository = await Repository.make();
  await repository.write("blob", new Uint8Array([0, 1, 255, 10, 0, 13, 10]));
  await Deno.symlink("nowhere/at all", repository.join("link"));
  await repository.remove("a.txt");
  await Deno.symlink("b.txt", repository.join("a.txt"));
  const commit = await repository.expectCommit(["A blob", "A link", "T a.txt"]);
  assert.equal(commit.files, 3);
  assert.match(await repository.git("ls-tree", "HEAD", "a.txt", "link"), /^120000 .*\n120000 /);
  assert.equal(await repository.git("status", "--porcelain"), "");
});

Deno.test("commitWork commits a file that became a directory", async () => {
  await using repository = await Repository.make();
  await repository.remove("a.txt");
  await repository.write("a.txt/inner", "1\n");
  await repository.expectCommit(["D a.txt", "A a.txt/inner"]);
  assert.equal(await repository.git("status", "--porcelain"), "");
});

Deno.test("commitWork commits a directory that became a file", async () => {
  await using repository = await Repository.make();
  await repository.remove("d");
  await repository.write("d", "1\n");
  await repository.expectCommit(["D d/x.txt", "A d"]);
  assert.equal(await repository.git("status", "--porcelain"), "");
});

Deno.test("commitWork commits a directory that moved and left a link in its place", async () => {
  await using repository = await Repository.make();
  await Deno.rename(repository.join("d"), repository.join("f"));
  await Deno.symlink("f", repository.join("d"));
  await repository.expectCommit(["D d/x.txt", "A d", "A f/x.txt"]);
  assert.equal(await repository.git("status", "--porcelain"), "");
});

const ODD_NAMES = [
  "with space",
  " leading",
  "trailing ",
  "two\nlines",
  "tab\there",
  'quote"s and \\slashes',
  "it's",
  "Grüße 🎉 日本",
  "-dash",
  "--amend",
  ":colon",
  ":(exclude)x",
  ":!x",
  "!bang",
  "*",
  "star*.txt",
  "[ab]",
  "q?",
  "# hash",
  "? x",
  "$(touch pwned)",
  "\u001b[31mred",
];

Deno.test("commitWork commits files of any name, each for itself", async () => {
  await using repository = await Repository.make();
  // What the odd names match as patterns is somebody else's.
  for (const name of ["star1.txt", "a", "q1"]) await repository.write(name, "mine\n");
  await repository.write("a.txt", "mine\n");
  const baseline = await repository.baseline();
  for (const name of ODD_NAMES) await repository.write(name, "1\n");
  await repository.expectCommit(ODD_NAMES.map((name) => `A ${name}`), baseline);
  for (const name of ODD_NAMES) await repository.write(name, "22\n");
  await repository.expectCommit(ODD_NAMES.map((name) => `M ${name}`), baseline);
  for (const name of ODD_NAMES) await repository.remove(name);
  await repository.expectCommit(ODD_NAMES.map((name) => `D ${name}`), baseline);
});

Deno.test("commitWork commits the rest when a file's name is no UTF-8", async () => {
  await using repository = await Repository.make();
  await new Deno.Command("sh", {
    args: ["-c", `printf 1 >"$(printf 'caf\\351')"`],
    cwd: repository.path,
  }).output();
  await repository.write("a.txt", "other\n");
  const result = await repository.work();
  assert.equal(result.kind, "committed", JSON.stringify(result));
});

Deno.test("commitWork leaves files out that were dirty before, while they are unchanged", async () => {
  await using repository = await Repository.make();
  await repository.write("a.txt", "mine\n");
  await repository.write("mine.txt", "mine\n");
  await repository.remove("b.txt");
  await repository.write("staged.txt", "mine\n");
  await repository.git("add", "staged.txt");
  const baseline = await repository.baseline();
  assert.deepEqual([...baseline.keys()].toSorted(), ["a.txt", "b.txt", "mine.txt", "staged.txt"]);
  await repository.expectNothing(baseline);
  await repository.write("c.txt", "session\n");
  const before = await repository.state();
  await repository.expectCommit(["M c.txt"], baseline);
  // Of the index, only the line of the file that was committed is another one.
  const kept = (state: string): readonly string[] =>
    state.split("\n").filter((line) => !line.endsWith("c.txt"));
  assert.deepEqual(kept(await repository.state()), kept(before));
  await repository.expectNothing(baseline);
});

Deno.test("commitWork commits files that were dirty before once they are changed", async () => {
  await using repository = await Repository.make();
  await repository.write("a.txt", "mine\n");
  await repository.write("mine.txt", "mine\n");
  await repository.remove("b.txt");
  await repository.write("staged.txt", "mine\n");
  await repository.write("gone.txt", "mine\n");
  await repository.git("add", "staged.txt");
  const baseline = await repository.baseline();
  await repository.write("a.txt", "session\n");
  await Deno.chmod(repository.join("mine.txt"), 0o755);
  await repository.write("b.txt", "session\n");
  await repository.write("staged.txt", "session\n");
  await repository.remove("gone.txt");
  await repository.expectCommit(["M a.txt", "A mine.txt", "M b.txt", "A staged.txt"], baseline);
  assert.equal(await repository.git("status", "--porcelain"), "");
});

Deno.test("commitWork commits a file that comes back to what it was before the session", async () => {
  await using repository = await Repository.make();
  await repository.write("a.txt", "mine\n");
  const baseline = await repository.baseline();
  await repository.write("a.txt", "session\n");
  await repository.expectCommit(["M a.txt"], baseline);
  await repository.write("a.txt", "mine\n");
  await repository.expectCommit(["M a.txt"], baseline);
});

Deno.test("commitWork sees a change of the same size within the second in which git looked last", async () => {
  await using repository = await Repository.make();
  await repository.write("a.txt", "1\n");
  await repository.commitAll();
  await repository.write("a.txt", "2\n");
  await repository.write("new.txt", "1\n");
  // An index that was written later would let git take the file for unchanged.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await repository.expectCommit(["M a.txt", "A new.txt"]);
});
