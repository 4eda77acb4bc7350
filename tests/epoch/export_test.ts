import assert from "node:assert/strict";
import type { NewEvent } from "../../src/session/event.ts";
import { fold } from "../../src/session/fold.ts";
import { granted } from "../../src/session/ruling.ts";
import type { Head } from "../../src/session/state.ts";
import { deleteSession, resetSession } from "../../src/store/epoch.ts";
import { exportLines } from "../../src/store/export.ts";
import { keys } from "../../src/store/keys.ts";
import { readHead } from "../../src/store/read.ts";
import { sweep } from "../../src/store/sweep.ts";
import { Place } from "../support/place.ts";
import { Script } from "../support/script.ts";
import { numbers, readSound } from "../support/stored.ts";
import { DatedClock } from "./_dated_clock.ts";
import { command, LONG_SPEC, note, writeJob } from "./_job.ts";
import { archives, blobs, events, exported, lines, printedExport } from "./_logs.ts";

const MAIN = new URL("../../main.ts", import.meta.url).href;

Deno.test("an export gives the same bytes again, also after reopening and in another process", async () => {
  await using place = await Place.make();
  let first: string;
  {
    await using store = await place.open();
    await writeJob(store);
    first = await exported(store);
    assert.equal(await exported(store), first);
  }
  {
    await using store = await place.open({ create: false });
    assert.equal(await exported(store), first);
  }
  await using script = new Script(MAIN, "export", "s", "--data-dir", place.data);
  assert.equal(`${(await script.finish()).join("\n")}\n`, first);
  assert.equal(await printedExport(place), first);
});

Deno.test("the events of an export are dense and add up to the stored views", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await writeJob(store);
  const { state, events: stored } = await readSound(store, "s");
  const log = events(await exported(store));
  assert.deepEqual(log, stored);
  assert.deepEqual(log.map(({ seq }) => seq), numbers(state.head.seq));
  assert.deepEqual(fold(log), state);
});

Deno.test("an export holds every long text before the event that names it, once", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await writeJob(store);
  const log = await exported(store);
  const seen = new Set<string>();
  let named = 0;
  for (const line of lines(log)) {
    assert.ok(typeof line === "object" && line !== null);
    if ("blob" in line) {
      assert.ok(!seen.has(String(line.blob)));
      seen.add(String(line.blob));
      continue;
    }
    for (const [, id] of JSON.stringify(line).matchAll(/\{"blob":"([^"]*)"/g)) {
      assert.ok(id !== undefined && seen.has(id), `${id} is named before it is there`);
      named++;
    }
  }
  assert.equal(named, 2, "a spec and a tool's output");
  assert.ok([...blobs(log).values()].includes(LONG_SPEC));
});

Deno.test("exportLines goes on after an event, without the blobs that are written already", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await writeJob(store);
  const whole = await exported(store);
  const head = await readHead(store, "s");
  assert.ok(head !== undefined);
  for (const cut of [0, 1, 10, head.seq - 1, head.seq]) {
    const written = new Set<string>();
    const upTo: Head = { ...head, seq: cut };
    const parts: readonly string[] = [
      ...await Array.fromAsync(exportLines(store, "s", upTo, 0, written)),
      ...await Array.fromAsync(exportLines(store, "s", head, cut, written)),
    ];
    assert.equal(parts.join(""), whole);
  }
});

Deno.test("an event of a later version survives export and archive as it is", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  const data = { deep: { list: [1, null, "\u{1F600}"], flag: true }, n: 1.5 };
  const later: unknown = { type: "galaxy.folded", data };
  await command(store, () => granted(later as NewEvent));
  const log = await exported(store);
  assert.deepEqual(events(log).map(({ type, data }) => ({ type, data })).at(-1), later);
  await resetSession(store, "s");
  assert.equal(await printedExport(place, "1"), log);
});

Deno.test("an epoch exports the same while it goes on, when it is over, and when it is swept", async () => {
  await using place = await Place.make();
  const clock = new DatedClock();
  await using store = await place.open({ clock });
  await writeJob(store);
  const first = await exported(store);
  assert.equal(await printedExport(place, "1"), first);
  await resetSession(store, "s");
  await note(store, "in the second epoch");
  const second = await exported(store);
  assert.equal(await printedExport(place, "1"), first);
  assert.equal(await printedExport(place, "2"), second);
  assert.equal(await printedExport(place), second);
  clock.pass(60_000);
  assert.ok(await sweep(store) > 0);
  assert.equal(await printedExport(place, "1"), first);
  assert.equal(await printedExport(place), second);
});

Deno.test("the epochs of a deleted session can be exported, and it itself cannot", async () => {
  await using place = await Place.make();
  const clock = new DatedClock();
  await using store = await place.open({ clock });
  await note(store, "one");
  const logs = [await exported(store)];
  await resetSession(store, "s");
  await note(store, "two");
  logs.push(await exported(store));
  await deleteSession(store, "s");
  const look = async (): Promise<void> => {
    assert.equal(await printedExport(place, "1"), logs[0]);
    assert.equal(await printedExport(place, "2"), logs[1]);
    for (const epoch of [undefined, "3", "0"]) {
      await assert.rejects(printedExport(place, epoch), {
        name: "UserError",
        message: "there is no session s; there is none",
      });
    }
  };
  await look();
  clock.pass(60_000);
  await sweep(store);
  await look();
  await note(store, "three");
  assert.equal(await printedExport(place, "3"), await exported(store));
  assert.equal(await printedExport(place, "2"), logs[1]);
});

Deno.test("export refuses an epoch that the session has not had", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await note(store, "one");
  await resetSession(store, "s");
  for (const epoch of ["0", "3", "999999999999999"]) {
    await assert.rejects(printedExport(place, epoch), {
      name: "UserError",
      message: `--epoch must be from 1 to 2 (the current one) for session s, got "${epoch}"`,
    });
  }
  for (const epoch of ["01", "-1", "1e0", "1.0", " 1", "", "abc", "9007199254740993"]) {
    await assert.rejects(printedExport(place, epoch), {
      name: "UserError",
      message: `--epoch must be a whole number from 0 up, got "${epoch}"`,
    });
  }
});

Deno.test("export names the sessions that there are, or the rule for names", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await note(store, "one");
  await assert.rejects(printedExport(place, undefined, "t"), {
    message: "there is no session t; there is s",
  });
  await assert.rejects(printedExport(place, "1", "a/b"), {
    message: 'a session\'s name must be 1 to 64 of A-Z, a-z, 0-9, "_" and "-", got "a/b"',
  });
});

Deno.test("export says when somebody has taken the archive away", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await note(store, "one");
  const archive = await resetSession(store, "s");
  Deno.removeSync(archive ?? "");
  await assert.rejects(printedExport(place, "1"), {
    name: "UserError",
    message: `the log of that epoch is no longer there: ${archive} cannot be read`,
  });
  assert.deepEqual(archives(place), []);
});

Deno.test("export does not pass over an event that the store has lost", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  for (const text of ["one", "two", "three"]) await note(store, text);
  await store.kv.delete(keys.event("s", 1, 3));
  await assert.rejects(exported(store), { fault: "damaged" });
});

Deno.test("export ends quietly when its reader has read enough", async () => {
  await using place = await Place.make();
  {
    await using store = await place.open();
    for (let i = 0; i < 60; i++) await note(store, "x".repeat(9000));
  }
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", new URL(MAIN).pathname, "export", "s", "--data-dir", place.data],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await child.stdout.cancel();
  const { code } = await child.status;
  const stderr = await new Response(child.stderr).text();
  assert.deepEqual({ code, stderr }, { code: 141, stderr: "" });
});
