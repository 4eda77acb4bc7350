import assert from "node:assert/strict";
import { headCommit } from "./_head.ts";
import { Repository } from "./_repository.ts";

/** Puts a pipe, of which git can make nothing, in the place of a file. */
async function replaceByPipe(repository: Repository, name: string): Promise<void> {
  await repository.remove(name);
  await new Deno.Command("mkfifo", { args: [repository.join(name)] }).output();
}

Deno.test("commitWork leaves out what git cannot take, names it, and commits the rest", async () => {
  await using repository = await Repository.make();
  await repository.configure({ "core.safecrlf": "true", "core.autocrlf": "input" });
  await replaceByPipe(repository, "a.txt");
  await repository.write("crlf.txt", "1\r\n2\n");
  await repository.remove("b.txt");
  for (const name of ["c.txt", "new-1", "new-2", "new-3"]) await repository.write(name, "1\n");
  const result = await repository.work();
  assert.ok(result.kind === "committed", JSON.stringify(result));
  assert.deepEqual(result.left.toSorted(), ["a.txt", "crlf.txt"]);
  const changes = ["A new-1", "A new-2", "A new-3", "D b.txt", "M c.txt"];
  assert.deepEqual(await repository.changes(), changes);
});

Deno.test("commitWork commits nothing, and tells why, where git can take nothing at all", async () => {
  await using repository = await Repository.make();
  const before = await headCommit(repository.path);
  for (const name of ["a.txt", "c.txt"]) {
    await replaceByPipe(repository, name);
    const result = await repository.work();
    assert.ok(result.kind === "refused", JSON.stringify(result));
    assert.match(result.why, /^error: .*: .+/);
  }
  assert.equal(await headCommit(repository.path), before);
});
