import assert from "node:assert/strict";
import { pendingWork } from "../../src/git/pending.ts";
import { type Baseline, sealed } from "../../src/git/baseline.ts";
import { Repository } from "./_repository.ts";

/** What git ignored before the session and does no longer, as a run tells it. */
async function ignoredBefore(repository: Repository, baseline: Baseline): Promise<unknown> {
  const { path, hashes } = repository;
  const place = { top: path, ignored: repository.join(".iteratr"), baseline, hashes };
  return (await pendingWork(place))?.left.filter(({ why }) => why === "ignored-before")
    .map(({ path }) => path).toSorted();
}

Deno.test("commitWork leaves out what git ignored before, though it ignores it no longer", async () => {
  await using repository = await Repository.make();
  await repository.write(".gitignore", ".env\nnode_modules/\n*.log\nlarge\n");
  await repository.write("kept.log", "1\n");
  await repository.git("add", "-A", "-f");
  await repository.git("commit", "-q", "-m", "x");
  await repository.write(".env", "SECRET=hunter2\n");
  await repository.write("node_modules/p/index.js", "1\n");
  await repository.write("d/x.log", "1\n");
  await repository.write("d/y.log", "1\n");
  await repository.write("large", new Uint8Array(100_000));
  const baseline = await repository.baseline();
  await repository.expectNothing(baseline);
  await repository.write(".gitignore", "dist/\n");
  await repository.write("large", new Uint8Array(100_001));
  await repository.write("d/y.log", "session\n");
  await repository.write("d/new.log", "session\n");
  await repository.write("kept.log", "session\n");
  await repository.git("add", "-A");
  const changed = ["M .gitignore", "A d/new.log", "A d/y.log", "M kept.log"];
  await repository.expectCommit(changed, baseline);
  const left = [".env", "d/x.log", "large", "node_modules/"];
  assert.deepEqual(await ignoredBefore(repository, baseline), left);
  await repository.expectNothing(baseline);
});

Deno.test("what is ignored is not read where a directory is ignored as a whole", async () => {
  await using repository = await Repository.make();
  for (let n = 0; n < 20; n++) await repository.write(`ignored/${n}/file`, "1\n");
  assert.deepEqual([...await repository.baseline()], [["ignored/", "ignored"]]);
});

Deno.test("commitWork leaves a person's files out that were in a stash for a while", async () => {
  await using repository = await Repository.make();
  await repository.write("a.txt", "mine\n");
  await repository.write("mine.txt", "mine\n");
  const baseline = await repository.baseline();
  await repository.git("stash", "-q", "-u");
  await repository.expectNothing(baseline);
  await repository.git("stash", "pop", "-q");
  await repository.write("b.txt", "session\n");
  await repository.expectCommit(["M b.txt"], baseline);
});

Deno.test("commitWork leaves out a large file whose stamp is another one, but not its content", async () => {
  await using repository = await Repository.make();
  const large = new Uint8Array(9 * 1024 * 1024);
  await repository.write("large", large);
  await repository.commitAll();
  large[0] = 1;
  await repository.write("large", large);
  const baseline = await repository.baseline();
  const rewrite = async (at: Date): Promise<void> => {
    await repository.remove("large");
    await repository.write("large", large);
    await Deno.utime(repository.join("large"), at, at);
  };
  await rewrite(new Date(1e12));
  await repository.write("b.txt", "session\n");
  await repository.expectCommit(["M b.txt"], baseline);
  large[large.length - 1] = 1;
  await rewrite(new Date(2e12));
  await repository.expectCommit(["M large"], baseline);
});

Deno.test("a baseline is known again when it was stored, also what has a secret in its name", async () => {
  await using repository = await Repository.make();
  const link = Deno.symlink("production", repository.join("link"));
  await repository.write("notes-production.txt", "mine\n");
  await repository.write("ignored/x", "mine\n");
  await link;
  const mask = (text: string): string => text.replaceAll(/production|ignored(?=[/])/g, "***");
  const stored = JSON.stringify(await sealed(await repository.baseline(), mask));
  assert.equal(mask(stored), stored);
  const baseline: Baseline = new Map(JSON.parse(stored));
  await repository.remove(".gitignore");
  await repository.expectCommit(["D .gitignore"], baseline);
  await repository.write("notes-production.txt", "session\n");
  await repository.expectCommit(["A notes-production.txt"], baseline);
});
