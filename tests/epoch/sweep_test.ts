import assert from "node:assert/strict";
import { event } from "../../src/session/event.ts";
import { granted } from "../../src/session/ruling.ts";
import { deleteSession, readPastEpoch, resetSession } from "../../src/store/epoch.ts";
import { keys } from "../../src/store/keys.ts";
import type { Store } from "../../src/store/open.ts";
import { sweep } from "../../src/store/sweep.ts";
import { beforeCommit } from "../support/hooked_store.ts";
import { Place } from "../support/place.ts";
import { Script } from "../support/script.ts";
import { dump, numbers, readSound } from "../support/stored.ts";
import { DatedClock } from "./_dated_clock.ts";
import { command, note, writeJob } from "./_job.ts";

const MINUTE = 60_000;

/** What the store holds of an epoch of session `s`, besides the memory of it. */
async function recordsOf(store: Store, epoch: number): Promise<readonly Deno.KvEntry<unknown>[]> {
  return (await dump(store)).filter(({ key: [kind, session, e] }) =>
    kind !== "epoch" && session === "s" && e === epoch
  );
}

/** What the store holds besides an epoch of session `s`. */
async function allBut(store: Store, epoch: number): Promise<readonly Deno.KvEntry<unknown>[]> {
  return (await dump(store)).filter(({ key: [_, session, e] }) => session !== "s" || e !== epoch);
}

/** Writes so many records into session `s` that one piece does not hold them. */
function writeMany(store: Store): Promise<void> {
  return command(
    store,
    ({ head }) =>
      granted(
        ...numbers(600).map((i) =>
          event("note.added", { n: head.notes + i, type: "tip", text: `note ${i}` })
        ),
      ),
  );
}

Deno.test("sweep leaves an epoch for a minute after its end", async () => {
  await using place = await Place.make();
  const clock = new DatedClock();
  await using store = await place.open({ clock });
  await writeJob(store);
  await resetSession(store, "s");
  const before = await dump(store);
  for (const ms of [0, 1000, MINUTE - 1001]) {
    clock.pass(ms);
    assert.equal(await sweep(store), 0);
  }
  assert.deepEqual(await dump(store), before);
  clock.pass(1);
  assert.equal(await sweep(store), (before.filter(({ key }) => key[2] === 1)).length - 1);
  assert.deepEqual(await recordsOf(store, 1), []);
  assert.equal((await readPastEpoch(store, "s", 1))?.swept, true);
});

Deno.test("sweep removes every kind of record that an epoch has", async () => {
  await using place = await Place.make();
  const clock = new DatedClock();
  await using store = await place.open({ clock });
  await writeJob(store);
  const kinds = new Set((await recordsOf(store, 1)).map(({ key }) => key[0]));
  assert.deepEqual([...kinds].sort(), ["blob", "event", "info", "iteration", "note", "task"]);
  await deleteSession(store, "s");
  clock.pass(MINUTE);
  await sweep(store);
  assert.deepEqual((await dump(store)).map(({ key }) => key), [
    keys.epoch("s", 1),
    keys.gone("s"),
    keys.meta(),
  ]);
});

Deno.test("sweep removes nothing of the live epoch and of other sessions", async () => {
  await using place = await Place.make();
  const clock = new DatedClock();
  await using store = await place.open({ clock });
  await writeJob(store);
  await resetSession(store, "s");
  await writeJob(store);
  await writeJob(store, "s2");
  await writeJob(store, "t");
  await deleteSession(store, "t");
  await writeJob(store, "t");
  clock.pass(2 * MINUTE);
  const live = (await allBut(store, 1)).filter(({ key }) => key[1] !== "t" || key[2] !== 1);
  const current = ["s", "s2", "t"].map((session) => readSound(store, session));
  const before = await Promise.all(current);
  assert.ok(await sweep(store) > 0);
  assert.deepEqual(
    (await allBut(store, 1)).filter(({ key }) => key[1] !== "t" || key[2] !== 1),
    live,
  );
  for (const [index, session] of ["s", "s2", "t"].entries()) {
    assert.deepEqual(await readSound(store, session), before[index]);
  }
});

Deno.test("sweep waits for each epoch by itself", async () => {
  await using place = await Place.make();
  const clock = new DatedClock();
  await using store = await place.open({ clock });
  await note(store, "one");
  await resetSession(store, "s");
  clock.pass(MINUTE / 2);
  await note(store, "two");
  await resetSession(store, "s");
  clock.pass(MINUTE / 2);
  const second = await recordsOf(store, 2);
  await sweep(store);
  assert.deepEqual(await recordsOf(store, 1), []);
  assert.deepEqual(await recordsOf(store, 2), second);
  clock.pass(MINUTE / 2);
  await sweep(store);
  assert.deepEqual(await recordsOf(store, 2), []);
});

Deno.test("sweep works in pieces and tells how much it has removed", async () => {
  await using place = await Place.make();
  const clock = new DatedClock();
  await using store = await place.open({ clock });
  await writeMany(store);
  await resetSession(store, "s");
  clock.pass(MINUTE);
  const count = (await recordsOf(store, 1)).length;
  assert.ok(count > 1200);
  const sizes: number[] = [];
  const hooked = beforeCommit(store, async () => {
    sizes.push((await recordsOf(store, 1)).length);
  });
  assert.equal(await sweep(hooked), count);
  assert.deepEqual(await recordsOf(store, 1), []);
  // Others get in between: no commit removes more than 400 records.
  for (const [index, size] of sizes.entries()) assert.ok(size - (sizes[index + 1] ?? 0) <= 400);
});

Deno.test("a second sweep changes nothing", async () => {
  await using place = await Place.make();
  const clock = new DatedClock();
  await using store = await place.open({ clock });
  await writeJob(store);
  await resetSession(store, "s");
  clock.pass(MINUTE);
  await sweep(store);
  const before = await dump(store);
  assert.equal(await sweep(store), 0);
  assert.deepEqual(await dump(store), before);
});

Deno.test("a sweep that was killed is taken up by the next one", async () => {
  await using place = await Place.make();
  {
    await using store = await place.open({ clock: new DatedClock() });
    await writeMany(store);
    await resetSession(store, "s");
    await note(store, "of the live epoch");
  }
  {
    // Its clock is the real one, by which the epoch has ended long ago.
    const script = new URL("_killed.ts", import.meta.url).href;
    await using killed = new Script(script, place.data, "sweep", "2");
    await killed.printed(1);
    await killed.kill();
  }
  await using store = await place.open();
  const left = await recordsOf(store, 1);
  const live = await allBut(store, 1);
  assert.ok(left.length > 0, "it was killed too late");
  assert.ok(left.length < 1200, "it was killed too early");
  assert.equal((await readPastEpoch(store, "s", 1))?.swept, false);
  assert.equal(await sweep(store), left.length);
  assert.deepEqual(await recordsOf(store, 1), []);
  assert.equal((await readPastEpoch(store, "s", 1))?.swept, true);
  assert.deepEqual(await allBut(store, 1), live);
});

Deno.test("sweeps at the same time do not get into each other's way", async () => {
  await using place = await Place.make();
  {
    await using store = await place.open({ clock: new DatedClock() });
    await writeMany(store);
    await resetSession(store, "s");
  }
  await using first = await place.open();
  await using second = await place.open();
  const live = await allBut(first, 1);
  await Promise.all([sweep(first), sweep(second)]);
  assert.deepEqual(await recordsOf(first, 1), []);
  assert.deepEqual(await allBut(second, 1), live);
});
