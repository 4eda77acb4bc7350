import assert from "node:assert/strict";
import { keys } from "../../src/store/keys.ts";
import { Place } from "../support/place.ts";
import { Script } from "../support/script.ts";
import { dump, numbers } from "../support/stored.ts";
import { DOCTOR, fingerprint, iteratr, refused, succeeded } from "./_iteratr.ts";
import { damage, fill, makeStore } from "./_store.ts";

const PAGE = 4096;

Deno.test("doctor --check says of a sound store that it is sound, and changes nothing", async () => {
  await using place = await Place.make();
  const file = await makeStore(place, 20);
  const before = await fingerprint(file);
  const names = [...Deno.readDirSync(place.data)].map(({ name }) => name);
  assert.deepEqual(await iteratr(place, DOCTOR), {
    code: 0,
    stdout: `store   ${file}  ok\nsession s  26 events  ok\n`,
    stderr: "",
  });
  assert.equal(await fingerprint(file), before);
  assert.deepEqual([...Deno.readDirSync(place.data)].map(({ name }) => name), names);
});

Deno.test("doctor --check of a place without a store says so, and makes none", async () => {
  await using place = await Place.make();
  const { code, stdout } = await iteratr(place, DOCTOR);
  assert.equal(code, 0);
  assert.equal(stdout, `store   ${place.data}/iteratr.db  not there yet\n`);
  assert.deepEqual([...Deno.readDirSync(place.path)].map(({ name }) => name), [".git"]);
});

Deno.test("doctor --check ends with the first difference of a changed view", async () => {
  await using place = await Place.make();
  const file = await makeStore(place, 3);
  {
    await using store = await place.open();
    const { key, value } = await store.kv.get<object>(keys.task("s", 1, 2));
    await store.kv.set(key, { ...value, status: "completed" });
  }
  const before = await fingerprint(file);
  const line = refused(await iteratr(place, DOCTOR), 9, "session s: task TAS-2 differs");
  assert.ok(!line.includes("TAS-3"), line);
  assert.equal(await fingerprint(file), before);
});

Deno.test("doctor --check ends with the first missing event", async () => {
  await using place = await Place.make();
  await makeStore(place, 3);
  {
    await using store = await place.open();
    for (const seq of [5, 7]) await store.kv.delete(keys.event("s", 1, seq));
  }
  const line = refused(await iteratr(place, DOCTOR), 9, "session s");
  assert.match(line, /event 5 of .*is missing$/);
});

Deno.test("doctor --check looks at every session, and names the one that is not sound", async () => {
  await using place = await Place.make();
  {
    await using store = await place.open();
    await fill(store, 1);
    await store.kv.set(keys.head("zz"), (await store.kv.get(keys.head("s"))).value);
  }
  const { code, stdout, stderr } = await iteratr(place, DOCTOR);
  assert.equal(code, 9);
  assert.ok(stdout.endsWith("session s  7 events  ok\n"), stdout);
  assert.match(stderr, /^store \(exit 9\): [^\n]*session zz[^\n]*\n$/);
});

for (const part of [0.3, 0.6, 0.9]) {
  Deno.test(`doctor --check names a damaged page, and changes nothing (at ${part})`, async () => {
    await using place = await Place.make();
    const file = await makeStore(place, 200);
    const { size } = await Deno.stat(file);
    const page = Math.floor(size * part / PAGE);
    await damage(file, (bytes) => bytes.fill(0x5a, page * PAGE, (page + 1) * PAGE));
    const before = await fingerprint(file);
    const line = refused(await iteratr(place, DOCTOR), 9, file);
    assert.ok(line.startsWith(`the store ${file} is damaged: `), line);
    assert.equal(await fingerprint(file), before);
  });
}

Deno.test("doctor --check works while others have the store open and write into it", async () => {
  await using place = await Place.make();
  await makeStore(place, 100);
  const script = new URL("_writer.ts", import.meta.url).href;
  await using writer = new Script(script, place.data);
  await writer.printed(1);
  for (const _ of numbers(3)) {
    const finished = await iteratr(place, DOCTOR);
    succeeded(finished);
    assert.match(finished.stdout, /^store .* ok\nsession s {2}\d+ events {2}ok\n$/);
    await writer.printed(writer.lines.length + 1);
  }
  const receipts = await writer.finish();
  // Looking has cost nobody anything: all that was acknowledged is there.
  await using store = await place.open();
  const stored = (await dump(store)).filter(({ key }) => key[0] === "event" && key[1] === "s");
  assert.equal(stored.length, 106 + receipts.length);
  succeeded(await iteratr(place, DOCTOR));
});
