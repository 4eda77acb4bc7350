import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { keys } from "../../src/store/keys.ts";
import { SCHEMA, storeFile } from "../../src/store/open.ts";
import { Place } from "../support/place.ts";
import { Script } from "../support/script.ts";
import {
  ALL,
  DOCTOR,
  fingerprint,
  iteratr,
  READING,
  refused,
  succeeded,
  WRITING,
} from "./_iteratr.ts";
import { damage, makeStore } from "./_store.ts";

const PAGE = 4096;
const ADD = ["tool", "task-add", "--name", "s", "--content", "first"];

/** Runs commands one after the other; each must be refused, and the file stays as it is. */
async function allRefused(
  place: Place,
  commands: readonly (readonly string[])[],
  why: string,
): Promise<void> {
  const file = storeFile(place.data);
  const before = await fingerprint(file);
  for (const args of commands) {
    const what = args.join(" ");
    const line = refused(await iteratr(place, args), 9, file, what);
    assert.ok(line.includes(why), `${what}: ${line}`);
    assert.equal(await fingerprint(file), before, `${what} has written into the file`);
  }
}

Deno.test("a data directory is made together with the directories above it", async () => {
  await using place = await Place.make();
  succeeded(await iteratr(place, [...ADD, "--data-dir", "deep/er/data"]));
  const { stdout } = await iteratr(place, [...READING[0] ?? [], "--data-dir", "deep/er/data"]);
  assert.ok(stdout.includes("[TAS-1] P2 first"), stdout);
});

for (const name of ["the data directory", "a directory above it"]) {
  Deno.test(`a file in the way of ${name} is named, and left alone`, async () => {
    await using place = await Place.make();
    const inTheWay = name === "the data directory" ? place.data : place.join("above");
    const directory = name === "the data directory" ? place.data : place.join("above", "data");
    await Deno.writeTextFile(inTheWay, "precious");
    for (const args of ALL.filter((args) => args !== DOCTOR)) {
      const creates = args.includes("task-add");
      const finished = await iteratr(place, [...args, "--data-dir", directory]);
      const code = creates || finished.code === 9 ? 9 : 1;
      const line = refused(finished, code, directory, args.join(" "));
      if (creates) assert.ok(line.endsWith("cannot be made: a file is in the way"), line);
      assert.equal(await Deno.readTextFile(inTheWay), "precious");
    }
  });
}

Deno.test("doctor says that a file is in the way of the data directory", async () => {
  await using place = await Place.make();
  await Deno.writeTextFile(place.data, "precious");
  refused(await iteratr(place, DOCTOR), 9, place.data);
});

Deno.test("a directory in the way of the store's file is named, and not taken for no store", async () => {
  await using place = await Place.make();
  await Deno.mkdir(storeFile(place.data), { recursive: true });
  for (const args of ALL) {
    refused(await iteratr(place, args), 9, storeFile(place.data), args.join(" "));
  }
});

Deno.test("a file that is no database is refused, and left alone", async () => {
  await using place = await Place.make();
  await Deno.mkdir(place.data);
  await Deno.writeTextFile(storeFile(place.data), "notes of mine\n".repeat(1000));
  await allRefused(place, ALL, "it is no iteratr store");
});

Deno.test("an empty file is as good as none to who writes first, and left alone by others", async () => {
  await using place = await Place.make();
  const file = storeFile(place.data);
  await Deno.mkdir(place.data);
  for (const args of [...READING, ...WRITING.slice(1)]) {
    await Deno.writeFile(file, new Uint8Array(0));
    const { code, stderr } = await iteratr(place, args);
    assert.ok([1, 9].includes(code), `${args.join(" ")}: ${stderr}`);
    assert.equal((await Deno.stat(file)).size, 0, `${args.join(" ")} has written into the file`);
  }
  succeeded(await iteratr(place, ADD));
  succeeded(await iteratr(place, DOCTOR));
});

Deno.test("doctor leaves an empty file alone", async () => {
  await using place = await Place.make();
  await Deno.mkdir(place.data);
  await Deno.writeFile(storeFile(place.data), new Uint8Array(0));
  await iteratr(place, DOCTOR);
  assert.equal((await Deno.stat(storeFile(place.data))).size, 0);
});

Deno.test("a file that was cut off is refused, and left alone", async () => {
  await using place = await Place.make();
  const file = await makeStore(place);
  const { size } = await Deno.stat(file);
  assert.ok(size > 40 * PAGE);
  await Deno.truncate(file, size / 2);
  await allRefused(place, ALL, "it is damaged");
});

Deno.test("pages damaged in the middle are noticed by who reads them, and left alone", async () => {
  await using place = await Place.make();
  const file = await makeStore(place);
  await damage(file, (bytes) => bytes.fill(0xa5, bytes.length / 4, bytes.length / 2));
  const commands = [...READING.slice(1), ["reset", "s"], ["delete", "s"], DOCTOR];
  await allRefused(place, commands, "damaged");
  const left = [...Deno.readDirSync(place.data)].map(({ name }) => name);
  assert.deepEqual(left.filter((name) => name.includes("rescue") || name === "archive"), []);
});

Deno.test("a damaged page is reported as such, whichever part of the file it belongs to", async () => {
  await using place = await Place.make();
  const file = await makeStore(place, 40);
  const sound = await Deno.readFile(file);
  const roots: (readonly [string, number])[] = [];
  {
    using database = new DatabaseSync(file, { readOnly: true });
    const rows = database.prepare("select name, rootpage from sqlite_schema").all();
    for (const row of rows) roots.push([String(row["name"]), Number(row["rootpage"])]);
  }
  for (const [name, page] of roots.filter(([, page]) => page > 0)) {
    await Deno.writeFile(file, sound);
    await damage(file, (bytes) => bytes.fill(0xa5, (page - 1) * PAGE, page * PAGE));
    const before = await fingerprint(file);
    refused(await iteratr(place, DOCTOR), 9, file, `doctor, damage in ${name}`);
    const exported = await iteratr(place, ["export", "s"]);
    if (exported.code !== 0) refused(exported, 9, file, `export, damage in ${name}`);
    assert.equal(await fingerprint(file), before);
  }
});

Deno.test("whoever only reads writes nothing into a store that has lost its schema", async () => {
  await using place = await Place.make();
  const file = await makeStore(place, 1);
  {
    await using store = await place.open();
    await store.kv.delete(keys.meta());
  }
  const before = await fingerprint(file);
  for (const args of [...READING, DOCTOR]) {
    await iteratr(place, args);
    assert.equal(await fingerprint(file), before, `${args.join(" ")} has written into the file`);
  }
});

Deno.test("a store that a later version has written is refused, and left alone", async () => {
  await using place = await Place.make();
  await makeStore(place, 1);
  {
    await using store = await place.open();
    await store.kv.set(keys.meta(), { schema: SCHEMA + 1 });
  }
  await allRefused(place, ALL, "was written by a newer iteratr");
});

Deno.test("after a store was deleted while open, the next call says that the session is new", async () => {
  await using place = await Place.make();
  await using holder = new Script(new URL("_holder.ts", import.meta.url).href, place.data);
  await holder.printed(1);
  const file = storeFile(place.data);
  for (const name of [file, `${file}-wal`, `${file}-shm`]) await Deno.remove(name);
  refused(await iteratr(place, ["tool", "task-list", "--name", "s"]), 1, place.data);
  refused(await iteratr(place, ["export", "s"]), 1, place.data);
  assert.ok((await iteratr(place, DOCTOR)).stdout.endsWith("not there yet\n"));
  const added = await iteratr(place, ADD);
  succeeded(added);
  assert.equal(added.stderr, "iteratr: session s is new: it was not there before\n");
  // What the holder writes goes nowhere; above all it does not get into the new store.
  await holder.finish();
  const { stdout } = await iteratr(place, READING[0] ?? []);
  assert.equal(stdout, "Remaining:\n  [TAS-1] P2 first\n");
  const doctor = await iteratr(place, DOCTOR);
  succeeded(doctor);
  assert.ok(doctor.stdout.endsWith("session s  2 events  ok\n"), doctor.stdout);
});

Deno.test("after a store was deleted but for its side files, a call ends, and later ones work", async () => {
  await using place = await Place.make();
  const file = storeFile(place.data);
  {
    await using holder = new Script(new URL("_holder.ts", import.meta.url).href, place.data);
    await holder.printed(1);
    await Deno.remove(file);
    const added = await iteratr(place, ADD);
    if (added.code !== 0) refused(added, 9, file);
    await holder.finish();
  }
  succeeded(await iteratr(place, ["tool", "task-add", "--name", "s", "--content", "later"]));
  succeeded(await iteratr(place, DOCTOR));
});
