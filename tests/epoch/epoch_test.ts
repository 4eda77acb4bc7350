import assert from "node:assert/strict";
import { emptyHead, NO_INFO } from "../../src/session/state.ts";
import { addNote, completeSession } from "../../src/session/session_rules.ts";
import { addTasks, setStatus } from "../../src/session/task_rules.ts";
import { deleteSession, readPastEpoch, resetSession } from "../../src/store/epoch.ts";
import { StoreError } from "../../src/store/errors.ts";
import { keys } from "../../src/store/keys.ts";
import type { Store } from "../../src/store/open.ts";
import {
  readHead,
  readInfo,
  readIterations,
  readNotes,
  readTasks,
  sessionNames,
} from "../../src/store/read.ts";
import { transact } from "../../src/store/transact.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { beforeCommit } from "../support/hooked_store.ts";
import { Place } from "../support/place.ts";
import { Script } from "../support/script.ts";
import { dump, readSound } from "../support/stored.ts";
import { DatedClock } from "./_dated_clock.ts";
import { command, note, writeJob } from "./_job.ts";
import { archives, exported } from "./_logs.ts";

/** Expects that there is a path, and gives the text of its file. */
function textOf(archive: string | undefined): string {
  assert.ok(archive !== undefined);
  return Deno.readTextFileSync(archive);
}

/** The text of the only event of an epoch that has just begun. */
async function firstEvent(store: Store): Promise<unknown> {
  const { events } = await readSound(store, "s");
  return events.map(({ seq, actor, type, data }) => ({ seq, actor, type, data }));
}

Deno.test("reset archives the log byte for byte as it was exported before", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await writeJob(store);
  const before = await exported(store);
  const archive = await resetSession(store, "s");
  assert.equal(textOf(archive), before);
});

Deno.test("reset keeps its archive for the owner alone", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await note(store, "one");
  const archive = await resetSession(store, "s");
  const mode = (path: string): number => (Deno.statSync(path).mode ?? 0) & 0o777;
  assert.equal(mode(archive ?? ""), 0o600);
  assert.equal(mode(place.join(".iteratr", "archive")), 0o700);
});

Deno.test("reset leaves nothing of the session but the name of its archive", async () => {
  await using place = await Place.make();
  await using store = await place.open({ clock: new DatedClock() });
  await writeJob(store);
  await resetSession(store, "s");
  const head = await readHead(store, "s");
  const lastAt = "2026-01-02T12:00:00.000Z";
  assert.ok(head !== undefined);
  assert.deepEqual(head, { ...emptyHead(2), seq: 1, lastAt });
  const archive = "s-20260102T120000Z.jsonl";
  assert.deepEqual(await firstEvent(store), [
    { seq: 1, actor: "user", type: "session.reset", data: { archive } },
  ]);
  assert.deepEqual(await readInfo(store, "s", head), NO_INFO);
  assert.deepEqual(await readTasks(store, "s", head), []);
  assert.deepEqual(await readNotes(store, "s", head), []);
  assert.deepEqual(await readIterations(store, "s", head), []);
  assert.deepEqual(archives(place), [archive]);
});

Deno.test("ids begin at 1 again after a reset", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await writeJob(store);
  await resetSession(store, "s");
  await command(store, (view) => addTasks(view, [{ text: "Draw a plan" }]));
  await note(store, "anew");
  const { state } = await readSound(store, "s");
  assert.deepEqual([...state.tasks.values()].map(({ n, text }) => [n, text]), [
    [1, "Draw a plan"],
  ]);
  assert.deepEqual([...state.notes.values()].map(({ n, text }) => [n, text]), [[1, "anew"]]);
});

Deno.test("reset opens a session that was finished", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await command(store, (view) => addTasks(view, [{ text: "all" }]));
  await command(store, (view) => setStatus(view, 1, "completed"));
  await command(store, (view) => completeSession(view, false));
  assert.equal((await readHead(store, "s"))?.complete, true);
  await resetSession(store, "s");
  assert.equal((await readHead(store, "s"))?.complete, false);
});

Deno.test("reset remembers the epoch that is over, as it was at its end", async () => {
  await using place = await Place.make();
  await using store = await place.open({ clock: new DatedClock() });
  await writeJob(store);
  const head = await readHead(store, "s");
  await resetSession(store, "s");
  assert.deepEqual(await readPastEpoch(store, "s", 1), {
    head,
    archive: "s-20260102T120000Z.jsonl",
    endedAt: "2026-01-02T12:00:00.000Z",
    swept: false,
  });
  assert.equal(await readPastEpoch(store, "s", 2), undefined);
});

Deno.test("resets within one second have archives of their own", async () => {
  await using place = await Place.make();
  await using store = await place.open({ clock: new DatedClock() });
  const logs: string[] = [];
  for (const text of ["one", "two", "three"]) {
    await note(store, text);
    logs.push(await exported(store));
    assert.equal(textOf(await resetSession(store, "s")), logs.at(-1));
  }
  const names = ["", "-2", "-3"].map((copy) => `s-20260102T120000Z${copy}.jsonl`);
  assert.deepEqual(archives(place), names.toSorted());
  for (const [index, name] of names.entries()) {
    assert.equal(textOf(place.join(".iteratr", "archive", name)), logs[index]);
    assert.equal((await readPastEpoch(store, "s", index + 1))?.archive, name);
  }
});

for (const [what, end] of [["reset", resetSession], ["delete", deleteSession]] as const) {
  Deno.test(`${what} of a session that is not there changes nothing`, async () => {
    await using place = await Place.make();
    await using store = await place.open();
    await note(store, "one");
    const before = await dump(store);
    assert.equal(await end(store, "other"), undefined);
    assert.deepEqual(await dump(store), before);
    assert.deepEqual(archives(place), []);
  });

  Deno.test(`${what} touches no other session`, async () => {
    await using place = await Place.make();
    await using store = await place.open();
    await writeJob(store, "s");
    await writeJob(store, "s2");
    const of = async (session: string): Promise<unknown> =>
      (await dump(store)).filter(({ key }) => key[1] === session);
    const before = await of("s2");
    await end(store, "s");
    assert.deepEqual(await of("s2"), before);
  });

  Deno.test(`${what} archives what others write until the very end`, async () => {
    await using place = await Place.make();
    await using store = await place.open();
    await note(store, "before");
    let log = "";
    const hooked = beforeCommit(store, async (commit) => {
      if (commit > 3) return;
      await note(store, `late ${commit}`);
      log = await exported(store);
    });
    assert.equal(textOf(await end(hooked, "s")), log);
    assert.ok(log.includes('"late 3"'));
    assert.equal(archives(place).length, 1);
  });

  Deno.test(`${what} that fails before its end leaves the session, and no archive`, async () => {
    await using place = await Place.make();
    await using store = await place.open();
    await writeJob(store);
    const before = await dump(store);
    const hooked = beforeCommit(store, () => Promise.reject(new Error("database disk is full")));
    await assert.rejects(end(hooked, "s"), { fault: "full" });
    assert.deepEqual(await dump(store), before);
    assert.deepEqual(archives(place), []);
  });

  Deno.test(`${what} that is killed before its end leaves the session as it was`, async () => {
    await using place = await Place.make();
    let before: unknown;
    {
      await using store = await place.open();
      await writeJob(store);
      before = await dump(store);
    }
    {
      const script = new URL("_killed.ts", import.meta.url).href;
      await using killed = new Script(script, place.data, what, "1");
      await killed.printed(1);
      assert.deepEqual(await killed.kill(), ["commit 1"]);
    }
    await using store = await place.open();
    assert.deepEqual(await dump(store), before);
    const log = await exported(store);
    assert.equal(textOf(await end(store, "s")), log);
    assert.equal(archives(place).length, 2);
  });

  Deno.test(`${what} never loses an archive to which the store has switched`, async () => {
    await using place = await Place.make();
    const clock = new FakeClock();
    await using store = await place.open();
    await note(store, "precious");
    const log = await exported(store);
    // A commit that takes longer than the deadline: a slow disk, or Ctrl+Z in that moment.
    const [reached, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const hooked = beforeCommit({ ...store, clock }, () => {
      reached.resolve();
      return goOn.promise;
    });
    const ended = end(hooked, "s").then(() => undefined, () => undefined);
    await reached.promise;
    await clock.passUntilSettled(ended).catch(() => undefined);
    goOn.resolve();
    await ended;
    // The commit goes through in its own time, whoever still waits for it.
    let past = await readPastEpoch(store, "s", 1);
    for (let round = 0; past === undefined && round < 200; round++) {
      await new Promise((next) => setTimeout(next, 5));
      past = await readPastEpoch(store, "s", 1);
    }
    if (past === undefined) return assert.equal(await exported(store), log);
    assert.ok(archives(place).includes(past.archive), `${past.archive} is gone`);
    assert.equal(textOf(place.join(".iteratr", "archive", past.archive)), log);
  });

  Deno.test(`${what} may take longer than the deadline of one operation`, async () => {
    await using place = await Place.make();
    const clock = new FakeClock();
    await using store = await place.open();
    for (let i = 0; i < 5; i++) {
      await command(store, (view) => addTasks(view, tasks(view.head.tasks, 200)));
    }
    const log = await exported(store);
    // Each look into the store takes four seconds, which is well below the deadline of ten.
    const slow = slowed({ ...store, clock }, async () => {
      const slept = clock.sleep(4000);
      await clock.passUntilSettled(slept);
    });
    assert.equal(textOf(await end(slow, "s")), log);
  });

  Deno.test(`${what} says so when the archive cannot be written, and changes nothing`, async () => {
    await using place = await Place.make();
    await using store = await place.open();
    await note(store, "one");
    const before = await dump(store);
    Deno.writeTextFileSync(place.join(".iteratr", "archive"), "in the way");
    await assert.rejects(end(store, "s"), (error) => {
      assert.ok(error instanceof StoreError);
      assert.ok(error.message.includes(place.join(".iteratr", "archive")), error.message);
      assert.ok(!error.message.includes("\n"), error.message);
      return true;
    });
    assert.deepEqual(await dump(store), before);
  });
}

function tasks(after: number, count: number): readonly { readonly text: string }[] {
  return Array.from({ length: count }, (_, index) => ({ text: `task ${after + index + 1}` }));
}

type Entries = AsyncGenerator<Deno.KvEntry<unknown>, void>;

/** The same store, but each `list` is preceded by something slow. */
function slowed(store: Store, before: () => Promise<void>): Store {
  const kv = new Proxy(store.kv, {
    get: (target, name) => {
      if (name === "list") {
        return async function* (...args: Parameters<Deno.Kv["list"]>): Entries {
          await before();
          yield* target.list(...args);
        };
      }
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  return { ...store, kv };
}

Deno.test("delete archives the log and leaves no session", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await writeJob(store);
  const before = await exported(store);
  assert.equal(textOf(await deleteSession(store, "s")), before);
  assert.equal(await readHead(store, "s"), undefined);
  assert.deepEqual(await sessionNames(store), []);
  assert.equal(await deleteSession(store, "s"), undefined);
});

Deno.test("a session made again takes the next epoch and sees nothing of the old one", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await writeJob(store);
  await deleteSession(store, "s");
  const stale = (await dump(store)).filter(({ key }) => key[0] === "task" && key[2] === 1);
  assert.equal(stale.length, 3, "the old tasks are still there, unswept");
  await command(store, (view) => addNote(view, "tip", "new"), { actor: "user" });
  const { events, state } = await readSound(store, "s");
  assert.equal(state.head.epoch, 2);
  assert.deepEqual(events.map(({ seq, type }) => [seq, type]), [
    [1, "session.created"],
    [2, "note.added"],
  ]);
  assert.deepEqual([...state.tasks.values()], []);
  assert.deepEqual([...state.notes.values()].map(({ n, text }) => [n, text]), [[1, "new"]]);
  assert.deepEqual(state.info, NO_INFO);
});

Deno.test("epoch numbers are never given twice, through resets and deletes", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  const epochs: (number | undefined)[] = [];
  for (const end of [resetSession, deleteSession, deleteSession, resetSession, deleteSession]) {
    await note(store, "one");
    epochs.push((await readHead(store, "s"))?.epoch);
    await end(store, "s");
  }
  await note(store, "one");
  epochs.push((await readHead(store, "s"))?.epoch);
  assert.deepEqual(epochs, [1, 2, 3, 4, 5, 6]);
});

Deno.test("a command that began before a reset is decided anew in the new epoch", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await command(store, (view) => addTasks(view, [{ text: "old" }, { text: "older" }]));
  const hooked = beforeCommit(store, async (commit) => {
    if (commit === 1) await resetSession(store, "s");
  });
  await command(hooked, (view) => addTasks(view, [{ text: "new" }]));
  const { state } = await readSound(store, "s");
  assert.deepEqual([...state.tasks.values()].map(({ n, text }) => [n, text]), [[1, "new"]]);
  assert.equal(state.head.epoch, 2);
});

Deno.test("a command that began before a delete does not bring the old session back", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await note(store, "old");
  const hooked = beforeCommit(store, async (commit) => {
    if (commit === 1) await deleteSession(store, "s");
  });
  const { decide, ...rest } = {
    session: "s",
    actor: "agent" as const,
    tasks: false,
    decide: (view: Parameters<typeof addNote>[0]) => addNote(view, "tip", "late"),
  };
  assert.deepEqual(await transact(hooked, { ...rest, decide }), { kind: "no-session" });
  assert.equal(await readHead(store, "s"), undefined);
});

Deno.test("a session made and deleted while another makes it takes no epoch twice", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await using other = await place.open();
  const hooked = beforeCommit(other, async (commit) => {
    if (commit > 1) return;
    await note(store, "quick");
    await deleteSession(store, "s");
  });
  await note(hooked, "slow");
  const { state } = await readSound(store, "s");
  assert.equal(state.head.epoch, 2);
  assert.deepEqual([...state.notes.values()].map(({ text }) => text), ["slow"]);
  const left = (await dump(store)).filter(({ key }) => key[0] === "epoch");
  assert.deepEqual(left.map(({ key }) => key), [keys.epoch("s", 1)]);
});

Deno.test("a reset that another one has overtaken is done, and leaves the new epoch alone", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await note(store, "old");
  const old = await exported(store);
  let first: string | undefined;
  const hooked = beforeCommit(store, async (commit) => {
    if (commit > 1) return;
    first = await resetSession(store, "s");
    await note(store, "new");
    await note(store, "newer");
  });
  const second = await resetSession(hooked, "s");
  assert.equal(second, first);
  assert.equal(textOf(second), old);
  assert.equal(archives(place).length, 1);
  const { state } = await readSound(store, "s");
  assert.equal(state.head.epoch, 2);
  assert.deepEqual([...state.notes.values()].map(({ text }) => text), ["new", "newer"]);
});

Deno.test("a delete that a reset has overtaken removes the new epoch, and archives both", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await note(store, "old");
  const logs = [await exported(store)];
  let first: string | undefined;
  const hooked = beforeCommit(store, async (commit) => {
    if (commit > 1) return;
    first = await resetSession(store, "s");
    await note(store, "new");
    await note(store, "newer");
    logs.push(await exported(store));
  });
  const second = await deleteSession(hooked, "s");
  assert.deepEqual([first, second].map(textOf), logs);
  assert.equal(await readHead(store, "s"), undefined);
  assert.equal(archives(place).length, 2);
});

Deno.test("a reset that a delete has overtaken leaves the session that was made since alone", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await note(store, "old");
  const old = await exported(store);
  const hooked = beforeCommit(store, async (commit) => {
    if (commit > 1) return;
    await deleteSession(store, "s");
    await note(store, "new");
  });
  assert.equal(textOf(await resetSession(hooked, "s")), old);
  const { state } = await readSound(store, "s");
  assert.deepEqual([...state.notes.values()].map(({ text }) => text), ["new"]);
});
