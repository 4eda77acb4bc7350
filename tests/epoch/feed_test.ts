import assert from "node:assert/strict";
import { event, type StoredEvent } from "../../src/session/event.ts";
import { granted } from "../../src/session/ruling.ts";
import { deleteSession, readPastEpoch, resetSession } from "../../src/store/epoch.ts";
import { feed, type FeedItem } from "../../src/store/feed.ts";
import type { Store } from "../../src/store/open.ts";
import { sweep } from "../../src/store/sweep.ts";
import { beforeCommit } from "../support/hooked_store.ts";
import { Place } from "../support/place.ts";
import { Script } from "../support/script.ts";
import { numbers, readSound } from "../support/stored.ts";
import { DatedClock } from "./_dated_clock.ts";
import { command, note } from "./_job.ts";
import { events as eventsOf } from "./_logs.ts";

const MAIN = new URL("../../main.ts", import.meta.url).href;
const WRITER = new URL("_writer.ts", import.meta.url).href;
const FOLLOWER = new URL("_follower.ts", import.meta.url).href;

/** All that a feed gives at the moment, as `epoch.seq type`. */
async function follow(
  store: Store,
  from: { readonly epoch?: number; readonly after: number },
): Promise<readonly string[]> {
  const items = await Array.fromAsync(feed(store, "s", { ...from, signal: AbortSignal.abort() }));
  return items.map(brief);
}

function brief({ epoch, event: { seq, type } }: FeedItem): string {
  return `${epoch}.${seq} ${type}`;
}

/** Epochs of two events and one event, and a third that is going on. */
async function writeEpochs(store: Store, end = resetSession): Promise<void> {
  await note(store, "one");
  await resetSession(store, "s");
  await end(store, "s");
  await note(store, "three");
}

Deno.test("a feed goes on from an old epoch into the present one", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await writeEpochs(store);
  const all = [
    "1.1 session.created",
    "1.2 note.added",
    "2.1 session.reset",
    "3.1 session.reset",
    "3.2 note.added",
  ];
  assert.deepEqual(await follow(store, { epoch: 1, after: 0 }), all);
  assert.deepEqual(await follow(store, { epoch: 1, after: 1 }), all.slice(1));
  assert.deepEqual(await follow(store, { epoch: 1, after: 2 }), all.slice(2));
  assert.deepEqual(await follow(store, { epoch: 2, after: 1 }), all.slice(3));
  assert.deepEqual(await follow(store, { epoch: 3, after: 2 }), []);
  assert.deepEqual(await follow(store, { after: 0 }), all.slice(3));
});

Deno.test("a feed goes on into a session that was deleted and made again", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await writeEpochs(store, deleteSession);
  assert.deepEqual(await follow(store, { epoch: 1, after: 1 }), [
    "1.2 note.added",
    "2.1 session.reset",
    "3.1 session.created",
    "3.2 note.added",
  ]);
});

Deno.test("a feed gives the rest of a deleted session and waits for the next one", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await note(store, "one");
  const stop = new AbortController();
  const items: string[] = [];
  const following = (async () => {
    for await (const item of feed(store, "s", { after: 0, signal: stop.signal })) {
      items.push(brief(item));
      if (items.length === 2) await deleteSession(store, "s");
      if (items.length === 2) setTimeout(() => note(store, "two"), 0);
      if (items.length === 4) stop.abort();
    }
  })();
  await following;
  assert.deepEqual(items, [
    "1.1 session.created",
    "1.2 note.added",
    "2.1 session.created",
    "2.2 note.added",
  ]);
});

Deno.test("a feed that had read a swept epoch to its end goes on", async () => {
  await using place = await Place.make();
  const clock = new DatedClock();
  await using store = await place.open({ clock });
  await writeEpochs(store);
  clock.pass(60_000);
  await sweep(store);
  assert.deepEqual(await follow(store, { epoch: 2, after: 1 }), [
    "3.1 session.reset",
    "3.2 note.added",
  ]);
});

Deno.test("a feed from within a swept epoch says where the rest of it is", async () => {
  await using place = await Place.make();
  const clock = new DatedClock();
  await using store = await place.open({ clock });
  await writeEpochs(store);
  clock.pass(60_000);
  await sweep(store);
  await assert.rejects(follow(store, { epoch: 1, after: 1 }), {
    fault: "missing",
    message: `the events of session s after number 1 of epoch 1 are no longer in ${store.file}: ` +
      '"iteratr export s --epoch 1" has them',
  });
});

Deno.test("a feed never passes over events, also when a sweep has taken some of them", async () => {
  await using place = await Place.make();
  const clock = new DatedClock();
  await using store = await place.open({ clock });
  const warnings = numbers(900).map((i) => event("warning", { message: `${i}` }));
  await command(store, () => granted(...warnings));
  await resetSession(store, "s");
  clock.pass(60_000);
  const killed = beforeCommit(
    store,
    (commit) => commit === 2 ? Promise.reject(new Error("killed")) : Promise.resolve(),
  );
  await assert.rejects(sweep(killed));
  assert.equal((await readPastEpoch(store, "s", 1))?.swept, false);
  const seen: StoredEvent[] = [];
  const signal = AbortSignal.abort();
  const following = (async () => {
    for await (const item of feed(store, "s", { epoch: 1, after: 0, signal })) {
      seen.push(item.event);
    }
  })();
  const fault = await following.then(() => undefined, (error: unknown) => error);
  assert.equal(seen[0]?.seq, undefined, "it begins in the middle");
  assert.ok(fault instanceof Error && fault.message.includes("--epoch 1"), String(fault));
});

/** What both followers of the log of all epochs must print. */
async function wholeLog(place: Place): Promise<readonly string[]> {
  await using store = await place.open();
  const { events, state: { head } } = await readSound(store, "s");
  const logs: (readonly StoredEvent[])[] = [];
  for (let epoch = 1; epoch < head.epoch; epoch++) {
    const past = await readPastEpoch(store, "s", epoch);
    const path = place.join(".iteratr", "archive", past?.archive ?? "missing");
    const log = eventsOf(await Deno.readTextFile(path));
    assert.deepEqual(log.map(({ seq }) => seq), numbers(past?.head.seq ?? -1));
    logs.push(log);
  }
  logs.push(events);
  return logs.flatMap((log, index) =>
    log.map(({ seq, type, data }) => {
      const text = typeof data === "object" && data !== null && "text" in data ? data.text : "";
      return `${index + 1} ${seq} ${type} ${text}`;
    })
  );
}

/** What of a log writers have acknowledged: all that a reset has not written. */
function written(log: readonly string[]): readonly string[] {
  return log.filter((line) => !line.includes(" session.reset ")).toSorted();
}

/** Compares many lines, and shows only the first that differs. */
function sameLines(actual: readonly string[], expected: readonly string[]): void {
  const at = expected.findIndex((line, index) => actual[index] !== line);
  if (at >= 0) assert.equal(actual[at], expected[at], `line ${at + 1} of ${expected.length}`);
  assert.equal(actual.length, expected.length);
}

function position(line: string | undefined): readonly [epoch: string, seq: string] {
  const [epoch, seq] = line?.split(" ") ?? [];
  assert.ok(
    epoch !== undefined && seq !== undefined,
    "it was killed before it had printed anything",
  );
  return [epoch, seq];
}

async function more(scripts: readonly Script[], count: number): Promise<void> {
  await Promise.all(scripts.map((script) => script.printed(script.lines.length + count)));
}

async function resetByCommand(place: Place): Promise<void> {
  await using command = new Script(MAIN, "reset", "s", "--data-dir", place.data);
  await command.finish();
}

Deno.test("two followers see what three writers write across resets, one of them killed twice", async () => {
  await using place = await Place.make();
  await using cleanup = new AsyncDisposableStack();
  const start = (...args: ConstructorParameters<typeof Script>): Script =>
    cleanup.use(new Script(...args));
  const writers = ["a", "b", "c"].map((label) => start(WRITER, place.data, label, "3"));
  await more(writers, 1);
  const steady = start(FOLLOWER, place.data);
  const killed = [start(FOLLOWER, place.data)];
  const kill = async (): Promise<readonly [string, string]> =>
    position((await killed.at(-1)?.kill())?.at(-1));
  await more([...writers, steady, ...killed], 20);

  // Killed in the first epoch, and back after its end.
  let [epoch, seq] = await kill();
  assert.equal(epoch, "1");
  await more(writers, 5);
  await resetByCommand(place);
  await more(writers, 5);
  killed.push(start(FOLLOWER, place.data, epoch, seq));
  await more([...writers, ...killed.slice(-1)], 20);

  // Killed and back while the second epoch goes on.
  [epoch, seq] = await kill();
  killed.push(start(FOLLOWER, place.data, epoch, seq));
  await more([...writers, ...killed.slice(-1)], 10);
  await resetByCommand(place);
  await more(writers, 5);

  const receipts = (await Promise.all(writers.map((writer) => writer.finish()))).flat();
  const seen = await steady.finish();
  await killed.at(-1)?.finish();
  const log = await wholeLog(place);
  sameLines(seen, log);
  sameLines(killed.flatMap(({ lines }) => lines), log);
  sameLines(receipts.toSorted(), written(log));
  assert.deepEqual(new Set(log.map((line) => position(line)[0])), new Set(["1", "2", "3"]));
});

Deno.test("a reset gets through while three writers write as fast as they can", async () => {
  await using place = await Place.make();
  await using cleanup = new AsyncDisposableStack();
  const writers = ["a", "b", "c"].map((label) =>
    cleanup.use(new Script(WRITER, place.data, label, "0"))
  );
  await more(writers, 100);
  await resetByCommand(place);
  await more(writers, 10);
  const receipts = (await Promise.all(writers.map((writer) => writer.finish()))).flat();
  sameLines(receipts.toSorted(), written(await wholeLog(place)));
});
