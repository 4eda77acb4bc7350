import assert from "node:assert/strict";
import { StoreError, type StoreFault } from "../../src/store/errors.ts";
import { keys } from "../../src/store/keys.ts";
import { openStore, SCHEMA, type Store, storeFile } from "../../src/store/open.ts";
import { granted } from "../../src/session/ruling.ts";
import { event } from "../../src/session/event.ts";
import { readHead } from "../../src/store/read.ts";
import { transact } from "../../src/store/transact.ts";
import { Place } from "../support/place.ts";
import { Script } from "../support/script.ts";
import { dump, numbers } from "../support/stored.ts";

/** Expects an attempt to be refused with a fault, in one line that names the place. */
async function fails(work: Promise<unknown>, fault: StoreFault, place: string): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof StoreError, String(error));
    assert.equal(error.fault, fault, error.message);
    assert.ok(error.message.includes(place), error.message);
    assert.ok(!error.message.includes("\n"));
    return true;
  });
}

/** Writes events into session `s`. */
function warn(store: Store, count = 1): Promise<unknown> {
  const warnings = numbers(count).map(() => event("warning", { message: "x".repeat(300) }));
  return transact(store, {
    session: "s",
    actor: "user",
    create: { spec: null },
    tasks: false,
    decide: () => granted(...warnings),
  });
}

/** Makes a store with a few pages in it, and closes it. */
async function makeStore(place: Place): Promise<string> {
  await using store = await place.open();
  await warn(store, 100);
  return store.file;
}

/** Changes the bytes of a store that nobody has open. */
function damage(file: string, change: (bytes: Uint8Array) => Uint8Array): void {
  Deno.writeFileSync(file, change(Deno.readFileSync(file)));
}

Deno.test("openStore makes a directory for its owner alone, which git never takes", async () => {
  await using place = await Place.make();
  const directory = place.join("deep", "er", "data");
  await using store = await openStore({ directory, create: true });
  assert.equal((Deno.statSync(directory).mode ?? 0) & 0o777, 0o700);
  assert.equal(Deno.readTextFileSync(`${directory}/.gitignore`), "*\n");
  assert.equal(store.file, storeFile(directory));
  assert.deepEqual((await dump(store)).map(({ key, value }) => [key, value]), [
    [keys.meta(), { schema: SCHEMA }],
  ]);
});

Deno.test("openStore leaves what is there as it is", async () => {
  await using place = await Place.make();
  await makeStore(place);
  Deno.writeTextFileSync(place.join(".iteratr/.gitignore"), "*.db\n");
  let before: unknown;
  {
    await using store = await place.open();
    before = await dump(store);
  }
  await using store = await place.open({ create: false });
  assert.deepEqual(await dump(store), before);
  assert.equal(Deno.readTextFileSync(place.join(".iteratr/.gitignore")), "*.db\n");
});

Deno.test("openStore makes nothing unless it may", async () => {
  await using place = await Place.make();
  await fails(place.open({ create: false }), "missing", storeFile(place.data));
  assert.deepEqual([...Deno.readDirSync(place.path)].map(({ name }) => name), [".git"]);
});

Deno.test("openStore opens one store several times, also in one process", async () => {
  await using place = await Place.make();
  const stores = await Promise.all(Array.from({ length: 8 }, () => place.open()));
  for (const store of stores) await store.close();
  await using store = await place.open();
  assert.equal((await dump(store)).length, 1);
});

Deno.test("openStore refuses a store that a later version has written", async () => {
  await using place = await Place.make();
  {
    await using store = await place.open();
    await store.kv.set(keys.meta(), { schema: SCHEMA + 1 });
  }
  await fails(place.open(), "newer", storeFile(place.data));
  await fails(place.open({ create: false }), "newer", "update iteratr");
});

Deno.test("openStore refuses a file that is no database, and one that is cut off", async () => {
  await using place = await Place.make();
  const file = await makeStore(place);
  damage(file, (bytes) => bytes.slice(0, bytes.length / 2));
  await fails(place.open(), "damaged", file);
  damage(file, (bytes) => bytes.fill(0x2a));
  await fails(place.open(), "not-a-store", file);
});

Deno.test("a store that may not be written can be read, and a command on it says so", async () => {
  await using place = await Place.make();
  const file = await makeStore(place);
  // Unlike a mode, this holds for root too: the header asks for a later way of writing, so SQLite
  // reads the file only.
  damage(file, (bytes) => {
    bytes[18] = 3;
    return bytes;
  });
  await using store = await place.open();
  assert.equal((await readHead(store, "s"))?.seq, 101);
  await fails(warn(store), "read-only", file);
});

Deno.test("openStore says when a file is in the way of the data directory", async () => {
  await using place = await Place.make();
  Deno.writeTextFileSync(place.data, "");
  await fails(place.open(), "not-a-store", `${place.data} cannot be made: a file is in the way`);
  await fails(place.open({ create: false }), "read-only", place.data);
  const below = place.join(".iteratr", "below");
  await fails(openStore({ directory: below, create: true }), "not-a-store", below);
});

Deno.test("openStore says when a directory is in the way of the store's file", async () => {
  await using place = await Place.make();
  Deno.mkdirSync(storeFile(place.data), { recursive: true });
  await fails(place.open(), "not-a-store", storeFile(place.data));
});

Deno.test("openStore says when the data directory cannot be made", async () => {
  await using place = await Place.make();
  // A loop of links stops root as well, which a directory's mode does not.
  Deno.symlinkSync("loop", place.join("loop"));
  const directory = place.join("loop", "data");
  await fails(openStore({ directory, create: true }), "read-only", directory);
});

Deno.test("a store that another process keeps locked is busy, and works again afterwards", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await using holder = new Script("lock_holder.ts", store.file);
  await holder.printed(1);
  await fails(warn({ ...store, deadlineMs: 200 }), "busy", store.file);
  await holder.finish();
  await warn(store);
  assert.equal((await readHead(store, "s"))?.seq, 2);
});
