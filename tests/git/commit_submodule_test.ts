import assert from "node:assert/strict";
import { Repository, withSubmodule } from "./_repository.ts";

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
