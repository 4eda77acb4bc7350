import assert from "node:assert/strict";
import {
  type CommitFacts,
  type CommitResult,
  commitsBetween,
  commitWork,
  type DirtyFiles,
  dirtyFiles,
  headCommit,
} from "../../src/git/commit.ts";
import { ContentHashes } from "../../src/git/content_hash.ts";
import { joinPath } from "../../src/platform/paths.ts";

const NONE: DirtyFiles = new Map();

/** A temporary repository, as a session finds it. Its own settings keep those of the tester out. */
class Repository implements AsyncDisposable {
  readonly path: string;
  readonly hashes = new ContentHashes();

  private constructor(path: string) {
    this.path = path;
  }

  /** A repository without a commit. */
  static async empty(): Promise<Repository> {
    const made = await Deno.realPath(await Deno.makeTempDir({ prefix: "iteratr-test-" }));
    const repository = new Repository(made);
    await repository.git("init", "-q", "-b", "main");
    await repository.configure({
      "user.name": "A",
      "user.email": "a@example.org",
      "commit.gpgSign": "false",
      "core.hooksPath": ".git/hooks",
      "core.excludesFile": "/dev/null",
    });
    return repository;
  }

  /** A repository with one commit. */
  static async make(): Promise<Repository> {
    const repository = await Repository.empty();
    for (const name of ["a.txt", "b.txt", "c.txt", "d/x.txt"]) {
      await repository.write(name, `${name}\n2\n3\n4\n5\n6\n7\n8\n9\n`);
    }
    await repository.write(".gitignore", "ignored/\n*.log\n");
    await repository.commitAll();
    return repository;
  }

  async configure(settings: Readonly<Record<string, string>>): Promise<void> {
    for (const [key, value] of Object.entries(settings)) await this.git("config", key, value);
  }

  join(...parts: readonly string[]): string {
    return joinPath(this.path, ...parts);
  }

  async write(name: string, content: string | Uint8Array): Promise<void> {
    const cut = name.lastIndexOf("/");
    if (cut > 0) await Deno.mkdir(this.join(name.slice(0, cut)), { recursive: true });
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(this.join(name), bytes);
  }

  async remove(name: string): Promise<void> {
    await Deno.remove(this.join(name), { recursive: true });
  }

  async hook(name: string, script: string): Promise<void> {
    await Deno.mkdir(this.join(".git/hooks"), { recursive: true });
    await Deno.writeTextFile(this.join(".git/hooks", name), `#!/bin/sh\n${script}\n`, {
      mode: 0o755,
    });
  }

  async git(...args: readonly string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("git", {
      args: ["-C", this.path, ...args],
      stdin: "null",
    }).output();
    assert.ok(success, `git ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  }

  async commitAll(): Promise<void> {
    await this.git("add", "-A");
    await this.git("commit", "-q", "-m", "x");
  }

  /** What is dirty before a session. */
  baseline(): Promise<DirtyFiles> {
    return dirtyFiles(this.path, this.join(".iteratr"), this.hashes);
  }

  /** Commits as an iteration does. */
  async work(baseline = NONE, message = "feat: work\n"): Promise<CommitResult> {
    return await commitWork({
      top: this.path,
      ignored: this.join(".iteratr"),
      baseline,
      hashes: this.hashes,
      message,
      run: "run-test",
    });
  }

  /** Commits as an iteration does, which must come to a commit of these changes (`M a.txt`). */
  async expectCommit(changes: readonly string[], baseline = NONE): Promise<CommitFacts> {
    const before = await headCommit(this.path);
    const result = await this.work(baseline);
    assert.equal(result.kind, "committed", JSON.stringify(result));
    assert.ok(result.kind === "committed");
    assert.deepEqual(await this.changes(), changes.toSorted());
    assert.equal(result.commit.id, await headCommit(this.path));
    // One commit on top of what was there, and nothing else.
    const parents = (await this.git("log", "-1", "--format=%P")).trim();
    assert.equal(parents, before);
    return result.commit;
  }

  async expectNothing(baseline = NONE): Promise<void> {
    const before = await headCommit(this.path);
    assert.deepEqual(await this.work(baseline), { kind: "nothing" });
    assert.equal(await headCommit(this.path), before);
  }

  /** What the last commit has changed. */
  async changes(): Promise<readonly string[]> {
    const shown = await this.git("show", "--format=", "--name-status", "--no-renames", "-z");
    const words = shown.split("\0").slice(0, -1);
    return words.flatMap((word, at) => at % 2 === 0 ? [`${word} ${words[at + 1]}`] : []).toSorted();
  }

  /** The index, and how the work tree differs from it. */
  async state(): Promise<string> {
    return await this.git("ls-files", "--stage") +
      await this.git("status", "--porcelain", "--untracked-files=all", "--no-renames");
  }

  /** Text of the files as the last commit has it. */
  async committed(name: string): Promise<string> {
    return await this.git("show", `HEAD:${name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** A temporary repository with one that is a submodule of it, at `m`. */
async function withSubmodule(repository: Repository, other: Repository): Promise<void> {
  const allow = ["-c", "protocol.file.allow=always"];
  await repository.git(...allow, "submodule", "--quiet", "add", other.path, "m");
  await repository.git("-C", "m", "config", "user.name", "A");
  await repository.git("-C", "m", "config", "user.email", "a@example.org");
  await repository.commitAll();
}

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

Deno.test("commitWork keeps staged, partially staged and intended files in the index as they are", async () => {
  await using repository = await Repository.make();
  await repository.write("a.txt", "staged\n");
  await repository.write("staged.txt", "staged\n");
  await repository.git("add", "a.txt", "staged.txt");
  await repository.write("a.txt", "staged\nand more\n");
  await repository.write("intended.txt", "1\n");
  await repository.git("add", "--intent-to-add", "intended.txt");
  await repository.git("rm", "-q", "b.txt");
  await repository.git("mv", "d/x.txt", "d/moved.txt");
  const baseline = await repository.baseline();
  const [staged, state] = [await repository.git("diff", "--cached"), await repository.state()];
  await repository.write("new.txt", "1\n");
  await repository.expectCommit(["A new.txt"], baseline);
  assert.equal(await repository.git("diff", "--cached"), staged);
  await repository.remove("new.txt");
  await repository.expectCommit(["D new.txt"], baseline);
  assert.equal(await repository.git("diff", "--cached"), staged);
  assert.equal(await repository.state(), state);
});

Deno.test("commitWork commits what the agent has staged, also half of it", async () => {
  await using repository = await Repository.make();
  await repository.git("mv", "d/x.txt", "d/moved.txt");
  await repository.git("rm", "-q", "b.txt");
  await repository.write("a.txt", "half\n");
  await repository.write("new.txt", "half\n");
  await repository.git("add", "a.txt", "new.txt");
  await repository.write("a.txt", "whole\n");
  await repository.write("new.txt", "whole\n");
  await repository.expectCommit(
    ["D d/x.txt", "A d/moved.txt", "D b.txt", "M a.txt", "A new.txt"],
  );
  assert.equal(await repository.committed("new.txt"), "whole\n");
  assert.equal(await repository.git("status", "--porcelain"), "");
});

Deno.test("commitWork commits that a file is tracked no longer, and leaves the file", async () => {
  await using repository = await Repository.make();
  await repository.write("kept.txt", "1\n");
  await repository.write("kept.log", "1\n");
  await repository.git("add", "--force", "kept.log");
  await repository.commitAll();
  // As an agent does that has found something in the repository which does not belong there.
  await repository.git("rm", "-q", "--cached", "kept.log");
  await repository.expectCommit(["D kept.log"]);
  assert.equal(await Deno.readTextFile(repository.join("kept.log")), "1\n");
  assert.equal(await repository.git("status", "--porcelain"), "");
});

Deno.test("commitWork finds nothing to commit where only the index differs from HEAD", async () => {
  await using repository = await Repository.make();
  await repository.write("gone.txt", "1\n");
  await repository.git("add", "gone.txt");
  await repository.remove("gone.txt");
  await repository.expectNothing();
  const text = await repository.committed("a.txt");
  await repository.write("a.txt", "staged\n");
  await repository.git("add", "a.txt");
  await repository.write("a.txt", text);
  await repository.expectNothing();
});

Deno.test("commitWork never commits ignored files nor the data directory", async () => {
  await using repository = await Repository.make();
  await repository.write("x.log", "1\n");
  await repository.write("ignored/deep/x", "1\n");
  // A `.gitignore` of its own keeps it out as a rule; here it is gone.
  await repository.write(".iteratr/iteratr.db", "1\n");
  await repository.write(".iteratr/sub/x", "1\n");
  assert.deepEqual(await repository.baseline(), NONE);
  await repository.expectNothing();
  await repository.write(".iteratr2/x", "1\n");
  await repository.expectCommit(["A .iteratr2/x"]);
  // Not even when somebody has committed or staged it.
  await repository.git("add", "--force", ".iteratr/iteratr.db");
  await repository.expectNothing();
  await repository.git("commit", "-q", "-m", "x");
  await repository.write(".iteratr/iteratr.db", "22\n");
  await repository.expectNothing();
});

Deno.test("commitWork knows the data directory by every way that leads to it", async () => {
  await using repository = await Repository.make();
  await using other = await Repository.empty();
  await Deno.symlink(repository.path, other.join("link"));
  await repository.write("data/iteratr.db", "1\n");
  const result = await commitWork({
    top: repository.path,
    ignored: other.join("link/data"),
    baseline: NONE,
    hashes: repository.hashes,
    message: "feat: work\n",
    run: "run-test",
  });
  assert.deepEqual(result, { kind: "nothing" });
});

Deno.test("commitWork commits a submodule's new commit", async () => {
  await using repository = await Repository.make();
  await using other = await Repository.make();
  await withSubmodule(repository, other);
  await repository.write("m/a.txt", "other\n");
  await repository.git("-C", "m", "commit", "-qam", "y");
  await repository.expectCommit(["M m"]);
  assert.equal(await repository.git("status", "--porcelain"), "");
});

Deno.test("commitWork does not stumble over files that are dirty within a submodule", async () => {
  await using repository = await Repository.make();
  await using other = await Repository.make();
  await withSubmodule(repository, other);
  await repository.write("m/a.txt", "other\n");
  await repository.write("m/new.txt", "other\n");
  await repository.expectNothing();
  await repository.write("a.txt", "other\n");
  await repository.expectCommit(["M a.txt"]);
});

Deno.test("commitWork commits the new commit of a submodule that was dirty before", async () => {
  await using repository = await Repository.make();
  await using other = await Repository.make();
  await withSubmodule(repository, other);
  await repository.write("m/b.txt", "mine\n");
  const baseline = await repository.baseline();
  await repository.write("m/a.txt", "session\n");
  await repository.git("-C", "m", "commit", "-qm", "y", "a.txt");
  await repository.expectCommit(["M m"], baseline);
});

Deno.test("commitWork leaves out repositories within that are no submodules", async () => {
  await using repository = await Repository.make();
  await repository.git("init", "-q", "foreign");
  await repository.write("foreign/x.txt", "1\n");
  await repository.git("-C", "foreign", "add", "-A");
  await repository.git(
    "-C",
    "foreign",
    ...["-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "x"],
  );
  await repository.expectNothing();
  await repository.write("a.txt", "other\n");
  await repository.expectCommit(["M a.txt"]);
  assert.equal(await repository.git("status", "--porcelain"), "?? foreign/\n");
});

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
  const result = await commitWork({
    top,
    ignored: joinPath(top, ".iteratr"),
    baseline: NONE,
    hashes: new ContentHashes(),
    message: "feat: work\n",
    run: "run-test",
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
