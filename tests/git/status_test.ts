import assert from "node:assert/strict";
import { readStatus, type StatusEntry } from "../../src/git/status.ts";
import { joinPath } from "../../src/platform/paths.ts";

/** A temporary repository with one commit of `a.txt`, `b.txt` and `d/x.txt`. */
class Repository implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Repository> {
    const made = await Deno.realPath(await Deno.makeTempDir({ prefix: "iteratr-test-" }));
    const repository = new Repository(made);
    await repository.git("init", "-q", "-b", "main");
    await repository.git("config", "core.excludesFile", "/dev/null");
    await repository.write("a.txt", "1\n");
    await repository.write("b.txt", "1\n");
    await repository.write("d/x.txt", "1\n");
    return repository;
  }

  join(name: string): string {
    return joinPath(this.path, name);
  }

  async write(name: string, text: string): Promise<void> {
    const cut = name.lastIndexOf("/");
    if (cut > 0) await Deno.mkdir(this.join(name.slice(0, cut)), { recursive: true });
    await Deno.writeTextFile(this.join(name), text);
  }

  async git(...args: readonly string[]): Promise<string> {
    const identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
    const { success, stdout, stderr } = await new Deno.Command("git", {
      args: ["-C", this.path, ...identity, "-c", "commit.gpgSign=false", ...args],
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  }

  async commit(): Promise<void> {
    await this.git("add", "-A");
    await this.git("commit", "-q", "-m", "x");
  }

  async entries(): Promise<readonly StatusEntry[]> {
    const status = await readStatus(this.path);
    assert.ok(status !== undefined);
    return status.entries;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Paths, with a mark at those that git does not track. */
function told(entries: readonly StatusEntry[]): readonly string[] {
  return entries.map(({ path, isUntracked }) => `${isUntracked ? "? " : ""}${path}`).toSorted();
}

Deno.test("readStatus tells where HEAD is, also before the first commit", async () => {
  await using repository = await Repository.make();
  assert.equal((await readStatus(repository.path))?.head, "(initial)");
  assert.deepEqual(told(await repository.entries()), ["? a.txt", "? b.txt", "? d/x.txt"]);
  await repository.commit();
  const head = (await repository.git("rev-parse", "HEAD")).trim();
  assert.deepEqual(await readStatus(repository.path), { head, entries: [] });
});

Deno.test("readStatus tells edits, deletions, both sides of a rename, and every new file by itself", async () => {
  await using repository = await Repository.make();
  await repository.commit();
  await repository.write("a.txt", "2\n");
  await Deno.remove(repository.join("b.txt"));
  await repository.git("mv", "d/x.txt", "d/y.txt");
  await repository.write("new/deep/1", "1\n");
  await repository.write("new/deep/2", "1\n");
  await repository.write("intended", "1\n");
  await repository.git("add", "--intent-to-add", "intended");
  assert.deepEqual(
    told(await repository.entries()),
    ["? new/deep/1", "? new/deep/2", "a.txt", "b.txt", "d/x.txt", "d/y.txt", "intended"],
  );
});

Deno.test("readStatus tells paths as seen from the top, and nothing of a directory within", async () => {
  await using repository = await Repository.make();
  await repository.commit();
  await repository.git("config", "status.relativePaths", "true");
  await repository.write("a.txt", "2\n");
  await repository.write("d/new.txt", "1\n");
  assert.deepEqual(told(await repository.entries()), ["? d/new.txt", "a.txt"]);
  assert.equal(await readStatus(repository.join("d")), undefined);
});

Deno.test("readStatus tells names of any kind as they are", async () => {
  const names = [
    "two\nlines",
    "tab\t",
    " both ",
    'quote"s \\',
    "Grüße 🎉",
    "-dash",
    ":colon",
    "*",
    "# branch.oid fake",
    "? x",
    "1 .M N... 100644 100644 100644 0 0 x",
    "u",
  ].toSorted();
  await using repository = await Repository.make();
  await repository.commit();
  for (const name of names) await repository.write(name, "1\n");
  assert.deepEqual((await repository.entries()).map(({ path }) => path).toSorted(), names);
  const { head } = await readStatus(repository.path) ?? {};
  assert.match(head ?? "", /^[0-9a-f]{40}$/);
  await repository.commit();
  for (const name of names) await repository.write(name, "22\n");
  assert.deepEqual(told(await repository.entries()), names);
});

Deno.test("readStatus tells files in conflict once, and repositories within without a slash", async () => {
  await using repository = await Repository.make();
  await repository.commit();
  await repository.git("checkout", "-q", "-b", "other");
  await repository.write("a.txt", "theirs\n");
  await repository.commit();
  await repository.git("checkout", "-q", "main");
  await repository.write("a.txt", "ours\n");
  await repository.commit();
  await assert.rejects(repository.git("merge", "-q", "other"));
  await repository.git("init", "-q", "within");
  await repository.write("within/x", "1\n");
  await repository.git("-C", "within", "add", "-A");
  await repository.git("-C", "within", "commit", "-q", "-m", "x");
  assert.deepEqual(told(await repository.entries()), ["? within", "a.txt"]);
});

Deno.test("readStatus takes no lock, and leaves the index as it is", async () => {
  await using repository = await Repository.make();
  await repository.commit();
  const index = repository.join(".git/index");
  await repository.write(".git/index.lock", "");
  // git would bring the index up to date with the new times.
  await Deno.utime(repository.join("a.txt"), new Date(), new Date(Date.now() + 60_000));
  const before = await Deno.readFile(index);
  assert.deepEqual(await repository.entries(), []);
  assert.deepEqual(await Deno.readFile(index), before);
});

Deno.test("readStatus tells nothing outside git, in a bare repository, and of a damaged index", async () => {
  await using repository = await Repository.make();
  await repository.commit();
  await repository.git("clone", "-q", "--bare", ".", "bare.git");
  assert.equal(await readStatus(repository.join("bare.git")), undefined);
  await repository.write(".git/index", "nonsense");
  assert.equal(await readStatus(repository.path), undefined);
  await Deno.remove(repository.join(".git"), { recursive: true });
  assert.equal(await readStatus(repository.path), undefined);
  assert.equal(await readStatus(repository.join("nowhere")), undefined);
});
