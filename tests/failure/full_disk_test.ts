import assert from "node:assert/strict";
import { addNote } from "../../src/session/session_rules.ts";
import { readHead } from "../../src/store/read.ts";
import { transact } from "../../src/store/transact.ts";
import { Place } from "../support/place.ts";
import { dump, readSound } from "../support/stored.ts";
import { DOCTOR, fingerprint, iteratr, refused, succeeded } from "./_iteratr.ts";
import { makeStore } from "./_store.ts";

/*
 * A full disk, for one process: a limit on the size of files, whose signal is ignored, so that a write
 * beyond it fails as it does on a full disk. The unit of the limit is 512 or 1024 bytes, as the shell
 * likes it.
 */

/** Nothing can be written. */
const FULL = 0;
/** 32 or 64 KiB: enough for SQLite to open the store, and for small commands. */
const ALMOST_FULL = 64;

function onDisk(limit: number): readonly string[] {
  return ["sh", "-c", `trap "" XFSZ; ulimit -f ${limit}; exec "$@"`, "sh"];
}

/** Makes a store whose log is longer than what fits, and Deno's caches warm: they must not be cut off. */
async function makePlace(place: Place): Promise<string> {
  const file = await makeStore(place, 300);
  succeeded(await iteratr(place, ["tool", "note-list"]));
  succeeded(await iteratr(place, DOCTOR));
  return file;
}

/** Tasks too long for what is left of the disk. */
const LONG = JSON.stringify(
  Array.from({ length: 50 }, (_, index) => ({ content: `${index} ${"y".repeat(2000)}` })),
);

Deno.test("on a full disk every command that writes ends with a line, and changes nothing", async () => {
  await using place = await Place.make();
  const file = await makePlace(place);
  const before = await fingerprint(file);
  for (const args of [["tool", "task-add", "--name", "s", "--content", "x"], ["reset", "s"]]) {
    refused(await iteratr(place, args, onDisk(FULL)), 9, file, args.join(" "));
    assert.equal(await fingerprint(file), before);
  }
  succeeded(await iteratr(place, DOCTOR));
});

Deno.test("a command that a full disk cuts off has not happened, and the next ones work", async () => {
  await using place = await Place.make();
  const file = await makePlace(place);
  let before: unknown;
  {
    await using store = await place.open();
    before = await dump(store);
  }
  const add = ["tool", "task-batch-add", "--name", "s", "--tasks", LONG];
  refused(await iteratr(place, add, onDisk(ALMOST_FULL)), 9, file);
  {
    await using store = await place.open();
    assert.deepEqual(await dump(store), before);
    await readSound(store, "s");
  }
  succeeded(await iteratr(place, DOCTOR));
  succeeded(await iteratr(place, add));
  succeeded(await iteratr(place, DOCTOR));
});

Deno.test("an archive that does not fit on the disk leaves the session, and no piece of itself", async () => {
  await using place = await Place.make();
  await makePlace(place);
  const archive = place.join(".iteratr", "archive");
  for (const args of [["reset", "s"], ["delete", "s"]]) {
    refused(await iteratr(place, args, onDisk(ALMOST_FULL)), 9, archive, args.join(" "));
    assert.deepEqual([...Deno.readDirSync(archive)], []);
  }
  {
    await using store = await place.open();
    const head = await readHead(store, "s");
    assert.equal(head?.epoch, 1);
    const outcome = await transact(store, {
      session: "s",
      actor: "user",
      tasks: false,
      decide: (view) => addNote(view, "tip", "goes on"),
    });
    assert.equal(outcome.kind, "committed");
    await readSound(store, "s");
  }
  succeeded(await iteratr(place, ["reset", "s"]));
  assert.equal([...Deno.readDirSync(archive)].length, 1);
});

Deno.test("a store that a full disk kept from being made can be made later", async () => {
  await using place = await Place.make();
  const other = await Place.make();
  await using _other = other;
  await makePlace(other);
  const add = ["tool", "task-add", "--name", "s", "--content", "first"];
  refused(await iteratr(place, add, onDisk(8)), 9, place.data);
  succeeded(await iteratr(place, add));
  const { stdout } = await iteratr(place, ["tool", "task-list"]);
  assert.equal(stdout, "Remaining:\n  [TAS-1] P2 first\n");
  succeeded(await iteratr(place, DOCTOR));
});
