import assert from "node:assert/strict";
import { headCommit } from "../git/_head.ts";
import { SESSION_TRAILER } from "../../src/git/history.ts";
import { mend } from "../../src/loop/mend.ts";
import { event, type EventData } from "../../src/session/event.ts";
import { Repository } from "../git/_repository.ts";
import { TestSession } from "./_session.ts";

/** The events that mending has added. */
async function mended(
  session: TestSession,
  top: string | undefined,
): Promise<
  readonly { readonly type: string; readonly iteration: number | null; readonly data: unknown }[]
> {
  const before = (await session.head()).seq;
  await mend(session.store, "s", top);
  return (await session.events()).slice(before)
    .map(({ type, iteration, data }) => ({ type, iteration, data }));
}

async function commit(repository: Repository, name: string, message: string): Promise<string> {
  await repository.write(name, "one\ntwo\n");
  await repository.git("add", "-A");
  await repository.git("commit", "-q", "-m", message);
  return await headCommit(repository.path);
}

type Ended = EventData["iteration.ended"];

Deno.test("what was committed in an iteration that was killed is told, and by whom", async () => {
  await using repository = await Repository.make();
  await using session = await TestSession.make();
  await session.recorder.beginIteration(await headCommit(repository.path));
  const agents = await commit(repository, "one.txt", "feat: one");
  const runs = await commit(repository, "two.txt", `feat: two\n\n${SESSION_TRAILER}: s`);
  const others = await commit(repository, "three.txt", `feat: three\n\n${SESSION_TRAILER}: t`);
  const events = await mended(session, repository.path);
  assert.deepEqual(events.map(({ type }) => type), [
    ...["commit.made", "commit.made", "commit.made", "iteration.ended", "run.ended"],
  ]);
  const made = events.slice(0, 3);
  assert.deepEqual(made.map(({ iteration }) => iteration), [1, 1, 1]);
  const facts = { files: 1, added: 2, removed: 0 };
  assert.deepEqual(made.map(({ data }) => data), [
    { id: agents, subject: "feat: one", by: "agent", ...facts },
    { id: runs, subject: "feat: two", by: "run", ...facts },
    { id: others, subject: "feat: three", by: "agent", ...facts },
  ]);
  const ended = events[3]?.data as Ended;
  assert.deepEqual(ended.commits, [agents, runs, others]);
  assert.deepEqual(ended.files, { changed: 3, added: 6, removed: 0 });
  assert.deepEqual([ended.n, ended.outcome], [1, "interrupted"]);
});

Deno.test("a commit that the killed run has told is not told again, and counts all the same", async () => {
  await using repository = await Repository.make();
  await using session = await TestSession.make();
  await session.recorder.beginIteration(await headCommit(repository.path));
  const known = await commit(repository, "one.txt", "feat: one");
  const facts = { files: 1, added: 2, removed: 0 };
  await session.recorder.record(
    event("commit.made", { id: known, subject: "feat: one", by: "agent", ...facts }),
  );
  const unknown = await commit(repository, "two.txt", "feat: two");
  const events = await mended(session, repository.path);
  const told = events.flatMap(({ type, data }) =>
    type === "commit.made" ? [(data as EventData["commit.made"]).id] : []
  );
  assert.deepEqual(told, [unknown]);
  assert.deepEqual((events[1]?.data as Ended).commits, [known, unknown]);
});

Deno.test("commits from before the iteration are none of it", async () => {
  await using repository = await Repository.make();
  await using session = await TestSession.make();
  await commit(repository, "one.txt", "feat: one");
  await session.recorder.beginIteration(await headCommit(repository.path));
  const [ended, ...more] = await mended(session, repository.path);
  assert.equal(ended?.type, "iteration.ended");
  assert.deepEqual((ended?.data as Ended).commits, []);
  assert.deepEqual(more.map(({ type }) => type), ["run.ended"]);
});

Deno.test("an iteration that began before the first commit has all that there are", async () => {
  await using repository = await Repository.empty();
  await using session = await TestSession.make();
  await session.recorder.beginIteration("");
  const first = await commit(repository, "one.txt", "feat: one");
  const events = await mended(session, repository.path);
  assert.deepEqual((events[1]?.data as Ended).commits, [first]);
});

Deno.test("where no commits are made, outside git or in an older log, none are told", async () => {
  await using repository = await Repository.make();
  const beginnings = [[undefined, repository.path], [await headCommit(repository.path), undefined]];
  for (const [begun, top] of beginnings) {
    await using session = await TestSession.make();
    await session.recorder.beginIteration(begun);
    const [ended, ...more] = await mended(session, top);
    assert.equal(ended?.type, "iteration.ended");
    assert.equal(Object.hasOwn(ended?.data as Ended, "commits"), false);
    assert.equal(Object.hasOwn(ended?.data as Ended, "files"), false);
    assert.deepEqual(more.map(({ type }) => type), ["run.ended"]);
  }
});

Deno.test("a commit that is gone from the repository keeps nobody from going on", async () => {
  await using repository = await Repository.make();
  await using session = await TestSession.make();
  await session.recorder.beginIteration("1234567890".repeat(4));
  const [ended] = await mended(session, repository.path);
  assert.deepEqual((ended?.data as Ended).commits, []);
});

Deno.test("a run that was killed between iterations gets its ending, and no commits", async () => {
  await using repository = await Repository.make();
  await using session = await TestSession.make();
  const [ended, ...more] = await mended(session, repository.path);
  assert.deepEqual(more, []);
  assert.equal(ended?.type, "run.ended");
  const { reason, code } = ended?.data as EventData["run.ended"];
  assert.deepEqual([reason, code], ["interrupted", 137]);
});

Deno.test("an iteration that was killed has gone on until the last heartbeat of its run", async () => {
  await using session = await TestSession.make();
  await session.recorder.beginIteration(undefined);
  const begun = (await session.events()).find(({ type }) => type === "iteration.started");
  const heartbeat = new Date(Date.parse(begun?.at ?? "") + 61_000).toISOString();
  const owner = { pid: 1, identity: null };
  const names = { run: "run-1", session: "s", host: "h", scratch: "/tmp/none" };
  await mend(session.store, "s", undefined, [
    { ...names, owner, agent: null, since: begun?.at ?? "", heartbeat },
  ]);
  const [ended, run] = (await session.events()).slice(-2);
  assert.ok(ended?.type === "iteration.ended" && run?.type === "run.ended");
  assert.equal(ended.data.ms, 61_000);
  assert.ok(run.data.ms >= 61_000);
});

Deno.test("to mend twice is to mend once", async () => {
  await using repository = await Repository.make();
  await using session = await TestSession.make();
  await session.recorder.beginIteration(await headCommit(repository.path));
  await commit(repository, "one.txt", "feat: one");
  assert.equal((await mended(session, repository.path)).length, 3);
  assert.deepEqual(await mended(session, repository.path), []);
});
