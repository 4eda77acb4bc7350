import assert from "node:assert/strict";
import { event } from "../../src/session/event.ts";
import { granted } from "../../src/session/ruling.ts";
import { bellDirectory } from "../../src/store/bell.ts";
import { feed, type FeedItem } from "../../src/store/feed.ts";
import type { Store } from "../../src/store/open.ts";
import { transact } from "../../src/store/transact.ts";
import { Place } from "../support/place.ts";
import { soon } from "../support/soon.ts";
import { numbers } from "../support/stored.ts";
import { runTool } from "../support/tool.ts";

const SESSION = "s";

/** Appends warnings as one command. */
async function warn(store: Store, count = 1, session = SESSION): Promise<void> {
  const warnings = numbers(count).map((n) => event("warning", { message: `${n}` }));
  await transact(store, {
    session,
    actor: "run",
    create: { spec: null },
    tasks: false,
    decide: () => granted(...warnings),
  });
}

/** Adds notes by processes of their own, one after the other. */
async function addNotes(place: Place, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    const { code, stderr } = await runTool(place, [
      ...["note-add", "-n", SESSION, "--type", "tip", "--content", text],
    ]);
    assert.equal(code, 0, stderr);
  }
}

/** A feed that is read in the background. */
class Reader {
  readonly seen: number[] = [];
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #waiting: { readonly count: number; readonly resolve: () => void } | undefined;

  constructor(store: Store, after = 0) {
    this.#done = this.#read(feed(store, SESSION, { after, signal: this.#stop.signal }));
  }

  async #read(events: AsyncIterable<FeedItem>): Promise<void> {
    for await (const { event: { seq } } of events) {
      this.seen.push(seq);
      if (this.seen.length >= (this.#waiting?.count ?? Infinity)) this.#waiting?.resolve();
    }
  }

  /** Waits until so many events have come. */
  async has(count: number): Promise<void> {
    if (this.seen.length >= count) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting = { count, resolve };
    await soon(`${count} events, there are ${this.seen.length}`, promise);
  }

  /** Ends the feed; returns the numbers of all events that have come. */
  async stop(): Promise<readonly number[]> {
    this.#stop.abort();
    await soon("the end of the feed", this.#done);
    return this.seen;
  }
}

/** What a feed delivers that is told to end at once. */
async function heldBy(store: Store, after: number): Promise<readonly number[]> {
  const items = await Array.fromAsync(
    feed(store, SESSION, { after, signal: AbortSignal.abort() }),
  );
  return items.map((item) => item.event.seq);
}

Deno.test("feed delivers every event once and in order, from wherever it begins", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await warn(store, 11);
  for (const after of [0, ...numbers(14)]) {
    assert.deepEqual(await heldBy(store, after), numbers(12).slice(after), `after ${after}`);
  }
});

Deno.test("feed delivers a log that is longer than what it reads at a time", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  for (let i = 0; i < 3; i++) await warn(store, 700);
  assert.deepEqual(await heldBy(store, 0), numbers(2101));
  assert.deepEqual(await heldBy(store, 1499), numbers(2101).slice(1499));
});

Deno.test("feed follows what its own process writes, while it is read and while it waits", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await using other = await place.open();
  const readers = [new Reader(store), new Reader(other), new Reader(store, 5)];
  await Promise.all(numbers(50).map((n) => warn(n % 2 === 0 ? store : other, 1 + n % 3)));
  const total = 1 + numbers(50).reduce((sum, n) => sum + 1 + n % 3, 0);
  await readers[0]?.has(total);
  await warn(store);
  const seen = await Promise.all(readers.map((reader) => reader.stop()));
  const all = numbers(total + 1);
  assert.deepEqual(seen, [all, all, all.slice(5)]);
});

Deno.test("feed waits for a session that is not there yet, and sees no other one", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  const reader = new Reader(store);
  await warn(store, 3, "other");
  await warn(store);
  await reader.has(2);
  assert.deepEqual(await reader.stop(), [1, 2]);
});

Deno.test("feed follows what other processes write, also several at once", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await warn(store);
  const reader = new Reader(store);
  await addNotes(place, ["one", "two"]);
  await reader.has(4);
  await Promise.all([addNotes(place, ["a", "b"]), addNotes(place, ["c", "d"]), warn(store)]);
  await reader.has(9);
  await addNotes(place, ["last"]);
  await reader.has(10);
  assert.deepEqual(await reader.stop(), numbers(10));
});

Deno.test("feed follows other processes by looking, where the bell cannot be heard", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  Deno.removeSync(bellDirectory(place.data), { recursive: true });
  Deno.writeTextFileSync(bellDirectory(place.data), "");
  const reader = new Reader(store);
  await addNotes(place, ["one", "two"]);
  await reader.has(3);
  assert.deepEqual(await reader.stop(), numbers(3));
});

Deno.test("feed ends when it is told to, while it waits, with all that the store holds by then", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  const idle = new Reader(store);
  assert.deepEqual(await idle.stop(), []);
  const reader = new Reader(store);
  await warn(store, 5);
  assert.deepEqual(await reader.stop(), numbers(6));
});

Deno.test("feed leaves nothing behind when its reader goes away in the middle", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await warn(store, 9);
  const events = feed(store, SESSION, { after: 0, signal: new AbortController().signal });
  for await (const { event: { seq } } of events) {
    if (seq === 4) break;
  }
  assert.deepEqual(await events.next(), { done: true, value: undefined });
  await warn(store);
});
