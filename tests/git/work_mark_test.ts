import assert from "node:assert/strict";
import { makeWorkMark, type WorkMark } from "../../src/git/work_mark.ts";
import { joinPath } from "../../src/platform/paths.ts";
import { say } from "../support/bound.ts";

const GIT_ENV = {
  GIT_AUTHOR_NAME: "A",
  GIT_AUTHOR_EMAIL: "a@example.org",
  GIT_COMMITTER_NAME: "A",
  GIT_COMMITTER_EMAIL: "a@example.org",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
};

/** A temporary directory with files in it. */
class Tree implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** A directory outside of any repository. */
  static async plain(): Promise<Tree> {
    return new Tree(await Deno.realPath(await Deno.makeTempDir({ prefix: "iteratr-test-" })));
  }

  /** A repository with one commit. */
  static async repository(): Promise<Tree> {
    const tree = await Tree.plain();
    await tree.git("init", "-q");
    await tree.write("a.txt", "a\n");
    await tree.write("b.txt", "b\n");
    await tree.write(".gitignore", "ignored/\n*.log\n");
    await tree.commit();
    return tree;
  }

  join(...parts: readonly string[]): string {
    return joinPath(this.path, ...parts);
  }

  async write(name: string, text: string): Promise<void> {
    const cut = name.lastIndexOf("/");
    if (cut > 0) await Deno.mkdir(this.join(name.slice(0, cut)), { recursive: true });
    await Deno.writeTextFile(this.join(name), text);
  }

  async remove(name: string): Promise<void> {
    await Deno.remove(this.join(name), { recursive: true });
  }

  async git(...args: readonly string[]): Promise<void> {
    const { success, stderr } = await new Deno.Command("git", {
      args: ["-C", this.path, ...args],
      env: GIT_ENV,
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  }

  async commit(): Promise<void> {
    await this.git("add", "-A");
    await this.git("commit", "-q", "-m", "x");
  }

  /** The mark of this tree as an iteration would take it. */
  mark(data = ".iteratr"): Promise<WorkMark> {
    return makeWorkMark(this.path, this.join(data));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Checks what a change does to the mark: a new one, or none; and that it stays when nothing changes. */
async function expectMark(
  mark: WorkMark,
  effect: "changes" | "stays",
  what: string,
  change: () => Promise<void>,
): Promise<void> {
  const before = await mark();
  assert.equal(await mark(), before, `the mark changes by itself before: ${what}`);
  await change();
  const after = await mark();
  if (effect === "changes") assert.notEqual(after, before, `the mark stays: ${what}`);
  else assert.equal(after, before, `the mark changes: ${what}`);
  assert.equal(await mark(), after, `the mark changes by itself after: ${what}`);
}

Deno.test("in a repository every change of a file changes the mark", async () => {
  await using tree = await Tree.repository();
  const mark = await tree.mark();
  await expectMark(mark, "changes", "an edit", () => tree.write("a.txt", "other\n"));
  await expectMark(mark, "changes", "a second edit", () => tree.write("a.txt", "again!\n"));
  await expectMark(mark, "changes", "an edit of the same length", () => {
    return tree.write("a.txt", "AGAIN!\n");
  });
  await expectMark(mark, "changes", "a new file", () => tree.write("sub/dir/new.txt", "new\n"));
  await expectMark(
    mark,
    "changes",
    "an edit of it",
    () => tree.write("sub/dir/new.txt", "newer\n"),
  );
  await expectMark(mark, "changes", "a deleted file", () => tree.remove("b.txt"));
  await expectMark(mark, "changes", "a deleted new file", () => tree.remove("sub"));
  await expectMark(mark, "changes", "a mode", () => Deno.chmod(tree.join("a.txt"), 0o755));
  await expectMark(mark, "changes", "a commit", () => tree.commit());
});

Deno.test("in a repository what git ignores does not count, nor does staging", async () => {
  await using tree = await Tree.repository();
  const mark = await tree.mark();
  await expectMark(mark, "stays", "an ignored file", () => tree.write("x.log", "1\n"));
  await expectMark(mark, "stays", "an edit of it", () => tree.write("x.log", "2\n"));
  await expectMark(mark, "stays", "an ignored directory", () => tree.write("ignored/a", "1\n"));
  await expectMark(mark, "stays", "a time", () => {
    return Deno.utime(tree.join("a.txt"), new Date(), new Date(Date.now() + 60_000));
  });
  await expectMark(mark, "changes", "an edit", () => tree.write("a.txt", "other\n"));
  await expectMark(mark, "stays", "staging it", () => tree.git("add", "-A"));
  await expectMark(mark, "changes", "a new file", () => tree.write("new.txt", "new\n"));
  await expectMark(mark, "stays", "staging that", () => tree.git("add", "-A"));
});

Deno.test("a state that comes back has the mark that it had", async () => {
  for (const make of [Tree.repository, Tree.plain]) {
    await using tree = await make();
    const mark = await tree.mark();
    const clean = await mark();
    await tree.write("toggle.txt", "heads\n");
    const heads = await mark();
    await tree.write("toggle.txt", "tails up\n");
    const tails = await mark();
    assert.equal(new Set([clean, heads, tails]).size, 3);
    await tree.write("toggle.txt", "heads\n");
    assert.equal(await mark(), heads);
    await tree.remove("toggle.txt");
    assert.equal(await mark(), clean);
    // Another process, which remembers nothing, sees the same.
    assert.equal(await (await tree.mark())(), clean);
  }
});

Deno.test("the mark looks at the whole work tree, also from a subdirectory of it", async () => {
  await using tree = await Tree.repository();
  await tree.write("packages/app/main.ts", "1\n");
  await tree.write("packages/lib/main.ts", "1\n");
  await tree.commit();
  const root = tree.join("packages/app");
  const mark = await makeWorkMark(root, joinPath(root, ".iteratr"));
  await expectMark(mark, "changes", "an edit below it", () => {
    return tree.write("packages/app/main.ts", "2\n");
  });
  await expectMark(mark, "changes", "a second one", () => {
    return tree.write("packages/app/main.ts", "33\n");
  });
  await expectMark(mark, "changes", "an edit beside it", () => {
    return tree.write("packages/lib/main.ts", "2\n");
  });
  await expectMark(mark, "changes", "a new file", () => tree.write("packages/app/new.ts", "1\n"));
  await expectMark(mark, "stays", "its data", () => {
    return tree.write("packages/app/.iteratr/iteratr.db", "1\n");
  });
});

const ODD_NAMES = [
  "with space.txt",
  "two\nlines.txt",
  "tab\there.txt",
  'quote"s and \\slashes.txt',
  "Grüße 🎉 日本.txt",
  "-dash.txt",
  "# branch.oid fake",
  "? x",
  "1 .M N... 100644 x",
  "trailing ",
];

Deno.test("files of any name count, in a repository and outside", async () => {
  for (const make of [Tree.repository, Tree.plain]) {
    await using tree = await make();
    const mark = await tree.mark();
    for (const name of ODD_NAMES) {
      await expectMark(mark, "changes", `new: ${name}`, () => tree.write(`d ü/${name}`, "1\n"));
      await expectMark(mark, "changes", `edited: ${name}`, () => tree.write(`d ü/${name}`, "22\n"));
    }
    if (make !== Tree.repository) continue;
    await tree.commit();
    for (const name of ODD_NAMES) {
      await expectMark(
        mark,
        "changes",
        `tracked: ${name}`,
        () => tree.write(`d ü/${name}`, "333\n"),
      );
      await expectMark(
        mark,
        "changes",
        `again: ${name}`,
        () => tree.write(`d ü/${name}`, "4444\n"),
      );
      await expectMark(mark, "changes", `deleted: ${name}`, () => tree.remove(`d ü/${name}`));
    }
  }
});

Deno.test("a link counts by where it leads, not by what is there", async () => {
  await using tree = await Tree.repository();
  await using outside = await Tree.plain();
  await outside.write("x", "1\n");
  const mark = await tree.mark();
  const link = async (to: string): Promise<void> => {
    await Deno.remove(tree.join("link")).catch(() => undefined);
    await Deno.symlink(to, tree.join("link"));
  };
  await expectMark(mark, "changes", "a new link", () => link(outside.join("x")));
  await expectMark(mark, "stays", "what is there", () => outside.write("x", "2\n"));
  await expectMark(mark, "changes", "another place", () => link("/nowhere"));
  await expectMark(mark, "changes", "a loop", () => link("link"));
});

Deno.test("conflicts, renames and files that git should forget are seen like other changes", async () => {
  await using tree = await Tree.repository();
  await tree.git("checkout", "-q", "-b", "other");
  await tree.write("a.txt", "theirs\n");
  await tree.commit();
  await tree.git("checkout", "-q", "-");
  await tree.write("a.txt", "ours\n");
  await tree.commit();
  const mark = await tree.mark();
  await expectMark(mark, "changes", "a conflict", async () => {
    await tree.git("merge", "-q", "other").catch(() => undefined);
  });
  await expectMark(mark, "changes", "half of it solved", () => tree.write("a.txt", "both\n"));
  await expectMark(mark, "changes", "a rename", () => tree.git("mv", "b.txt", "c.txt"));
  await expectMark(mark, "changes", "an edit of it", () => tree.write("c.txt", "cc\n"));
});

Deno.test("a repository within another one neither fails nor goes unseen", async () => {
  await using tree = await Tree.repository();
  const mark = await tree.mark();
  await expectMark(mark, "changes", "a repository within", async () => {
    await tree.write("inner/x.txt", "1\n");
    await new Deno.Command("git", { args: ["init", "-q", tree.join("inner")], env: GIT_ENV })
      .output();
  });
  await expectMark(mark, "changes", "an edit beside it", () => tree.write("a.txt", "other\n"));
});

Deno.test("an edit within a repository that lies within another one is seen", async () => {
  await using tree = await Tree.repository();
  await tree.write("inner/x.txt", "1\n");
  await new Deno.Command("git", { args: ["init", "-q", tree.join("inner")], env: GIT_ENV })
    .output();
  const mark = await tree.mark();
  await expectMark(mark, "changes", "an edit", () => tree.write("inner/x.txt", "22\n"));
});

Deno.test("a submodule counts by its commit and by its files", async () => {
  await using tree = await Tree.repository();
  await using other = await Tree.repository();
  await tree.git(
    "-c",
    "protocol.file.allow=always",
    "submodule",
    "--quiet",
    "add",
    other.path,
    "m",
  );
  await tree.commit();
  const inner = (...args: readonly string[]): Promise<void> => tree.git("-C", "m", ...args);
  const mark = await tree.mark();
  await expectMark(mark, "changes", "an edit in it", () => tree.write("m/a.txt", "2\n"));
  await expectMark(mark, "changes", "a commit in it", () => inner("commit", "-qam", "x"));
  await expectMark(mark, "changes", "an edit after it", () => tree.write("m/a.txt", "3\n"));
  await expectMark(mark, "changes", "a second edit", () => tree.write("m/a.txt", "44\n"));
  await expectMark(mark, "changes", "a second commit", () => inner("commit", "-qam", "y"));
});

Deno.test("a repository without a commit has a mark, and its first commit changes it", async () => {
  await using tree = await Tree.plain();
  await tree.git("init", "-q");
  const mark = await tree.mark();
  await expectMark(mark, "changes", "a first file", () => tree.write("a.txt", "1\n"));
  await expectMark(mark, "changes", "the first commit", () => tree.commit());
});

Deno.test("the user's own git configuration does not change what counts", async () => {
  await using tree = await Tree.repository();
  await tree.git("config", "status.showUntrackedFiles", "no");
  await tree.git("config", "status.relativePaths", "true");
  await tree.git("config", "core.quotePath", "true");
  await tree.git("config", "color.status", "always");
  await tree.git("config", "status.renames", "copies");
  const mark = await tree.mark();
  await expectMark(mark, "changes", "a new file", () => tree.write("ü.txt", "1\n"));
  await expectMark(mark, "changes", "an edit of it", () => tree.write("ü.txt", "22\n"));
});

Deno.test("outside of git every change of a file changes the mark", async () => {
  await using tree = await Tree.plain();
  await tree.write("a.txt", "a\n");
  const mark = await tree.mark();
  await expectMark(mark, "changes", "an edit", () => tree.write("a.txt", "bb\n"));
  await expectMark(mark, "changes", "a new file", () => tree.write("sub/dir/new.txt", "new\n"));
  await expectMark(mark, "changes", "a mode", () => Deno.chmod(tree.join("a.txt"), 0o755));
  await expectMark(mark, "changes", "a deleted file", () => tree.remove("a.txt"));
  await expectMark(mark, "changes", "a moved file", () => {
    return Deno.rename(tree.join("sub/dir/new.txt"), tree.join("sub/new.txt"));
  });
  await expectMark(mark, "stays", "a library", () => tree.write("node_modules/x/a.js", "1\n"));
});

Deno.test("git that stops working in the middle is made up for by a look at all files", async () => {
  await using tree = await Tree.repository();
  const mark = await tree.mark();
  await mark();
  await tree.remove(".git");
  await expectMark(mark, "changes", "an edit", () => tree.write("a.txt", "other\n"));
});

Deno.test("an edit counts that leaves the size as it was and comes within one tick of the clock", async () => {
  await using tree = await Tree.repository();
  const mark = await tree.mark();
  await tree.write("a.txt", "heads\n");
  await expectMark(mark, "changes", "an edit", async () => {
    // Some file systems keep times to the second.
    const { mtime } = await Deno.stat(tree.join("a.txt"));
    await tree.write("a.txt", "tails\n");
    if (mtime !== null) await Deno.utime(tree.join("a.txt"), mtime, mtime);
  });
});

/** Whether a file is read while something goes on, as far as the file system tells. */
async function isRead(path: string, work: () => Promise<unknown>): Promise<boolean> {
  // A time of access older than that of the last change is what even `relatime` brings up to date.
  await Deno.utime(path, new Date(0), new Date());
  await work();
  const { atime } = await Deno.lstat(path);
  return atime?.getTime() !== 0;
}

/** A data directory as a store leaves it, but that nothing keeps git from seeing it. */
async function writeData(tree: Tree, directory: string): Promise<void> {
  await tree.write(`${directory}/iteratr.db`, "1\n");
  await tree.write(`${directory}/iteratr.db-wal`, "1\n");
}

/** The data directory's files change and the mark stays, without any of them being opened. */
async function expectUntouched(tree: Tree, mark: WorkMark, directory: string): Promise<void> {
  const file = tree.join(directory, "iteratr.db");
  const before = await mark();
  await tree.write(`${directory}/iteratr.db`, `${crypto.randomUUID()}\n`);
  await tree.write(`${directory}/iteratr.db-shm`, `${crypto.randomUUID()}\n`);
  let after = "";
  const opened = await isRead(file, async () => {
    after = await mark();
  });
  assert.equal(opened, false, "the store's file was opened");
  assert.equal(after, before);
}

Deno.test("a time of access tells whether a file is opened (or the tests below tell less)", {
  // A file system that is mounted `noatime` does not.
  ignore: await (async (): Promise<boolean> => {
    await using tree = await Tree.plain();
    await tree.write("x", "1\n");
    if (await isRead(tree.join("x"), () => Deno.readFile(tree.join("x")))) return false;
    say(
      "NOT TESTED, that files of the store are not opened: this file system keeps no access times",
    );
    return true;
  })(),
}, () => undefined);

Deno.test("the data directory never counts and is never opened, wherever it lies", async () => {
  for (const make of [Tree.repository, Tree.plain]) {
    for (const directory of [".iteratr", "var/data dir ü"]) {
      await using tree = await make();
      await writeData(tree, directory);
      const mark = await tree.mark(directory);
      await expectUntouched(tree, mark, directory);
      // A neighbour with the same beginning is no part of it.
      await expectMark(mark, "changes", "a neighbour", () => tree.write(`${directory}2/x`, "1\n"));
    }
  }
});

Deno.test("a data directory that was committed does not count either", async () => {
  await using tree = await Tree.repository();
  await writeData(tree, ".iteratr");
  await tree.commit();
  const mark = await tree.mark();
  const before = await mark();
  await tree.write(".iteratr/iteratr.db", "22\n");
  assert.equal(await mark(), before);
});

Deno.test("the data directory is known by every way that leads to it", async () => {
  for (const make of [Tree.repository, Tree.plain]) {
    await using tree = await make();
    await using links = await Tree.plain();
    await writeData(tree, ".iteratr");
    await Deno.symlink(tree.path, links.join("root"));
    const [real, linked] = [tree.path, links.join("root")];
    for (const [root, data] of [[linked, linked], [linked, real], [real, linked]] as const) {
      const mark = await makeWorkMark(root, joinPath(data, ".iteratr"));
      await expectUntouched(tree, mark, ".iteratr");
    }
  }
});
