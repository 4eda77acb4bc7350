import assert from "node:assert/strict";
import { takeOver, takeOverLate } from "../../src/git/take_over.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { headCommit } from "./_head.ts";
import { Repository } from "./_repository.ts";

const AT_ONCE = { clock: systemClock, ms: 0 };

/** Commits these files behind the back of the index, as a run does. */
async function commitAside(repository: Repository, names: readonly string[]): Promise<string> {
  const before = await headCommit(repository.path).catch(() => "");
  const index = await Deno.readFile(repository.join(".git/index")).catch(() => undefined);
  if (before !== "") await repository.git("read-tree", "HEAD");
  for (const name of names) {
    await repository.write(name, `${name} of the run\n`);
    await repository.git("add", name);
  }
  await repository.git("commit", "-q", "-m", "work");
  if (index === undefined) await repository.remove(".git/index");
  else await Deno.writeFile(repository.join(".git/index"), index);
  return before;
}

function status(repository: Repository): Promise<string> {
  return repository.git("status", "--porcelain");
}

Deno.test("the index gets a commit as soon as nobody holds it any more", async () => {
  await using repository = await Repository.make();
  const before = await commitAside(repository, ["one.txt"]);
  await repository.write(".git/index.lock", "");
  const clock = new FakeClock();
  const taking = takeOver(repository.path, before, "HEAD", { clock, ms: 10_000 });
  while (clock.sleeping === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await repository.remove(".git/index.lock");
  await clock.passUntilSettled(taking);
  assert.equal(await taking, true);
  assert.equal(await status(repository), "");
});

Deno.test("who waits for the index gives up in time, or when it is told to, and says so", async () => {
  await using repository = await Repository.make();
  const before = await commitAside(repository, ["one.txt"]);
  await repository.write(".git/index.lock", "");
  const clock = new FakeClock();
  const taking = takeOver(repository.path, before, "HEAD", { clock, ms: 2_000 });
  await clock.passUntilSettled(taking);
  assert.equal(await taking, false);
  assert.ok(clock.monotonic() >= 2_000);
  const stop = AbortSignal.abort();
  const patience = { clock: new FakeClock(), ms: 2_000, stop };
  assert.equal(await takeOver(repository.path, before, "HEAD", patience), false);
});

Deno.test("an index that is brought up to date late gets all commits, also a repository's first ones", async () => {
  for (const make of [Repository.empty, Repository.make]) {
    await using repository = await make();
    const before = await commitAside(repository, ["one.txt"]);
    await commitAside(repository, ["two.txt"]);
    assert.equal(await takeOverLate(repository.path, before, "HEAD", AT_ONCE), true);
    assert.equal(await status(repository), "");
  }
});

Deno.test("what is late changes nothing that somebody has staged or committed", async () => {
  await using repository = await Repository.make();
  const before = await commitAside(repository, ["one.txt", "a.txt"]);
  await repository.write("a.txt", "staged\n");
  await repository.write("by-agent.txt", "1\n");
  await repository.git("add", "a.txt", "by-agent.txt");
  await repository.git("commit", "-q", "-m", "by the agent", "by-agent.txt");
  await repository.write("by-agent.txt", "2\n");
  await repository.git("add", "by-agent.txt");
  assert.equal(await takeOverLate(repository.path, before, "HEAD", AT_ONCE), true);
  assert.equal(await status(repository), "M  a.txt\nM  by-agent.txt\n");
});

Deno.test("what is late changes nothing when HEAD has been taken back meanwhile", async () => {
  await using repository = await Repository.make();
  await repository.write("a.txt", "1\n");
  await repository.commitAll();
  const before = await headCommit(repository.path);
  await repository.git("reset", "-q", "--soft", "HEAD~1");
  assert.equal(await takeOverLate(repository.path, before, "HEAD", AT_ONCE), true);
  assert.equal(await status(repository), "M  a.txt\n");
});
