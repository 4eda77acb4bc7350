import assert from "node:assert/strict";
import { event } from "../../src/session/event.ts";
import { granted } from "../../src/session/ruling.ts";
import type { BlobRef, StoredText } from "../../src/session/stored_text.ts";
import { loadText, storeText } from "../../src/store/blob.ts";
import { resetSession } from "../../src/store/epoch.ts";
import type { Store } from "../../src/store/open.ts";
import { sweep } from "../../src/store/sweep.ts";
import { transact } from "../../src/store/transact.ts";
import { Place } from "../support/place.ts";
import { dump, readSound } from "../support/stored.ts";
import { DatedClock } from "./_dated_clock.ts";
import { blobs, events, exported, printedExport } from "./_logs.ts";

const INLINE = 16 * 1024;
const MIB = 1024 * 1024;

/** Records a text as the spec of session `s`, and gives what the event holds. */
async function record(store: Store, spec: string): Promise<StoredText> {
  const { text, blobs } = await storeText(spec);
  const outcome = await transact(store, {
    session: "s",
    actor: "run",
    create: { spec: null },
    tasks: false,
    blobs,
    decide: () => granted(event("spec.recorded", { path: "/s.md", text, changed: false })),
  });
  assert.equal(outcome.kind, "committed");
  return text;
}

/** The same, for a text that is too long for the event. */
async function recordBlob(store: Store, spec: string): Promise<BlobRef> {
  const text = await record(store, spec);
  assert.ok(typeof text !== "string");
  return text;
}

async function parts(store: Store): Promise<readonly Deno.KvEntry<unknown>[]> {
  return (await dump(store)).filter(({ key }) => key[0] === "blob");
}

/** Compares long texts without printing them. */
function same(actual: string | undefined, expected: string): void {
  assert.ok(
    actual === expected,
    `${actual?.length} characters are not the same ${expected.length}`,
  );
}

for (
  const [what, text] of [
    ["of ASCII", "x".repeat(INLINE)],
    ["of two-byte characters", "\u00e4".repeat(INLINE / 2)],
    ["of four-byte characters", "\u{1F600}".repeat(INLINE / 4)],
  ] as const
) {
  Deno.test(`a text ${what} is in its event up to the limit, and in a blob above`, async () => {
    await using place = await Place.make();
    await using store = await place.open();
    same(String(await record(store, text)), text);
    assert.deepEqual(await parts(store), []);
    const ref = await recordBlob(store, `${text}!`);
    assert.equal(ref.bytes, INLINE + 1);
    assert.equal((await parts(store)).length, 1);
    same(await loadText(store, "s", 1, ref), `${text}!`);
    const log = await exported(store);
    const first = events(log).find(({ type }) => type === "spec.recorded");
    assert.deepEqual(first?.data, { path: "/s.md", text, changed: false });
    same(blobs(log).get(ref.blob), `${text}!`);
  });
}

Deno.test("a text of 1 MiB comes back whole, and no value is too large for the store", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  const text = "0123456789abcde\n".repeat(MIB / 16);
  const ref = await recordBlob(store, text);
  assert.equal(ref.bytes, MIB);
  same(await loadText(store, "s", 1, ref), text);
  for (const { value } of await parts(store)) {
    assert.ok(value instanceof Uint8Array && value.length < 65_536);
  }
  await readSound(store, "s");
});

for (const offset of [0, 1, 2, 3]) {
  Deno.test(`characters split over part borders come back whole (offset ${offset})`, async () => {
    await using place = await Place.make();
    await using store = await place.open();
    const text = "x".repeat(offset) + "\u{1F600}".repeat(40_000) + "\u20ac\u00e4";
    const ref = await recordBlob(store, text);
    assert.ok((await parts(store)).length > 2);
    same(await loadText(store, "s", 1, ref), text);
    same(blobs(await exported(store)).get(ref.blob), text);
  });
}

for (
  const [what, text] of [
    ["a byte order mark", `\uFEFF# Spec\n${"x".repeat(INLINE)}`],
    [
      "carriage returns and control characters",
      `\r\n\0\u0007\u001b[0m\u2028${"\r".repeat(INLINE)}`,
    ],
    ["characters outside the first plane", `\u{10FFFF}${"\u{1F469}\u200D\u{1F4BB}".repeat(2000)}`],
  ] as const
) {
  Deno.test(`a long text with ${what} comes back as it was`, async () => {
    await using place = await Place.make();
    await using store = await place.open();
    const ref = await recordBlob(store, text);
    same(await loadText(store, "s", 1, ref), text);
    same(blobs(await exported(store)).get(ref.blob), text);
  });
}

Deno.test("the same text is stored and exported once, and another one beside it", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  const [one, two] = ["x".repeat(70_000), "y".repeat(70_000)];
  const refs = [await recordBlob(store, one)];
  const before = (await parts(store)).length;
  refs.push(await recordBlob(store, one));
  assert.deepEqual(refs[0], refs[1]);
  assert.equal((await parts(store)).length, before);
  refs.push(await recordBlob(store, two));
  const log = await exported(store);
  assert.deepEqual([...blobs(log).values()], [one, two]);
  // A blob's line comes before the first event that names it.
  const at = (needle: string): number => log.indexOf(needle);
  assert.ok(at(`{"blob":"${refs[0]?.blob}"`) < at('"seq":2'));
  assert.ok(at('"seq":3') < at(`{"blob":"${refs[2]?.blob}"`));
  assert.ok(at(`{"blob":"${refs[2]?.blob}"`) < at('"seq":4'));
});

for (
  const [what, damage] of [
    ["the first part", (store: Store, key: Deno.KvKey) => store.kv.delete([...key.slice(0, 4), 0])],
    [
      "a part in the middle",
      (store: Store, key: Deno.KvKey) => store.kv.delete([...key.slice(0, 4), 1]),
    ],
    ["the last part", (store: Store, key: Deno.KvKey) => store.kv.delete(key)],
    ["the end of a part", (store: Store, key: Deno.KvKey) => store.kv.set(key, new Uint8Array(3))],
    ["a part's size", (store: Store, key: Deno.KvKey) => store.kv.set(key, new Uint8Array(60_000))],
  ] as const
) {
  Deno.test(`a blob that has lost ${what} is reported as damaged`, async () => {
    await using place = await Place.make();
    await using store = await place.open();
    const ref = await recordBlob(store, "\u20ac".repeat(50_000));
    const last = (await parts(store)).at(-1);
    assert.ok(last !== undefined);
    await damage(store, last.key);
    const message = `the store ${store.file} has lost a part of blob ${ref.blob}`;
    await assert.rejects(loadText(store, "s", 1, ref), { fault: "damaged", message });
    await assert.rejects(exported(store), { fault: "damaged", message });
    const before = await dump(store);
    await assert.rejects(resetSession(store, "s"), { fault: "damaged", message });
    assert.deepEqual(await dump(store), before);
  });
}

Deno.test("a blob belongs to its epoch", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  const text = "x".repeat(20_000);
  const ref = await recordBlob(store, text);
  await resetSession(store, "s");
  await assert.rejects(loadText(store, "s", 2, ref), { fault: "damaged" });
  assert.deepEqual(await recordBlob(store, text), ref);
  same(await loadText(store, "s", 2, ref), text);
});

Deno.test("a blob's content outlives its epoch in the archive", async () => {
  await using place = await Place.make();
  const clock = new DatedClock();
  await using store = await place.open({ clock });
  const text = `${"\u{1F600}".repeat(40_000)} end`;
  const ref = await recordBlob(store, text);
  await resetSession(store, "s");
  clock.pass(60_000);
  await sweep(store);
  assert.deepEqual(await parts(store), []);
  same(blobs(await printedExport(place, "1")).get(ref.blob), text);
});

Deno.test("storeText names a text by its content, in UTF-8 bytes", async () => {
  const long = "\u20ac".repeat(10_000);
  const [one, again, other] = [
    await storeText(long),
    await storeText(long),
    await storeText(`${long} `),
  ];
  assert.deepEqual(one.text, again.text);
  assert.notDeepEqual(one.text, other.text);
  assert.deepEqual(one.blobs.map(({ ref }) => ref), [one.text]);
  assert.ok(typeof one.text !== "string" && /^[0-9a-f]{32}$/.test(one.text.blob));
  assert.equal(one.text.bytes, 30_000);
  assert.deepEqual(await storeText(""), { text: "", blobs: [] });
});
