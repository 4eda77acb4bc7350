import assert from "node:assert/strict";
import { systemClock } from "../../src/platform/clock.ts";
import { commitWork } from "./_commit_work.ts";
import { NONE, Repository, Scratch } from "./_repository.ts";

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
  const baseline = await repository.baseline();
  assert.deepEqual([...baseline.keys()].toSorted(), ["ignored/", "x.log"]);
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
  await using scratch = await Scratch.make();
  const result = await commitWork({
    top: repository.path,
    ignored: other.join("link/data"),
    baseline: NONE,
    hashes: repository.hashes,
    message: "feat: work\n",
    scratch: scratch.path,
    run: "run-test",
    clock: systemClock,
  });
  assert.deepEqual(result, { kind: "nothing" });
});
