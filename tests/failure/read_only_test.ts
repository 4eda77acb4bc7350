import assert from "node:assert/strict";
import { storeFile } from "../../src/store/open.ts";
import { BOUND, isBound } from "../support/bound.ts";
import { Place } from "../support/place.ts";
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
import { makeStore } from "./_store.ts";

/** A test on a sound store, whose modes are mended afterwards. */
function test(name: string, body: (place: Place, file: string) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !isBound,
    fn: async () => {
      await using place = await Place.make();
      const file = await makeStore(place, 5);
      try {
        await body(place, file);
      } finally {
        await Deno.chmod(place.data, 0o700);
        await Deno.chmod(file, 0o600);
      }
    },
  });
}

test(
  "a store in a directory that may not be written is refused, and left alone",
  async (place, file) => {
    const before = await fingerprint(file);
    await Deno.chmod(file, 0o444);
    await Deno.chmod(place.data, 0o555);
    for (const args of ALL) {
      const line = refused(await iteratr(place, args, BOUND), 9, file, args.join(" "));
      assert.ok(line.endsWith("it cannot be written"), line);
    }
    assert.equal(await fingerprint(file), before);
  },
);

test(
  "a store's file that may not be written can be read, and nothing else",
  async (place, file) => {
    const before = await fingerprint(file);
    await Deno.chmod(file, 0o444);
    for (const args of [...READING, DOCTOR]) {
      succeeded(await iteratr(place, args, BOUND), args.join(" "));
    }
    for (const args of WRITING.filter((args) => !args.includes("session-complete"))) {
      const line = refused(await iteratr(place, args, BOUND), 9, file, args.join(" "));
      assert.ok(line.endsWith("it cannot be written"), line);
    }
    assert.equal(await fingerprint(file), before);
    const left = [...Deno.readDirSync(place.join(".iteratr", "archive"))];
    assert.deepEqual(left, [], "an archive of a session that goes on");
  },
);

test(
  "a store's file that may not be read is named, and not taken for no store",
  async (place, file) => {
    await Deno.chmod(file, 0);
    for (const args of ALL) refused(await iteratr(place, args, BOUND), 9, file, args.join(" "));
  },
);

test("a data directory that may not be entered is named, and not taken for no store", async (place) => {
  await Deno.chmod(place.data, 0);
  for (const args of ALL) {
    refused(await iteratr(place, args, BOUND), 9, place.data, args.join(" "));
  }
});

test("a data directory that may not be made is named", async (place) => {
  const above = place.join("above");
  await Deno.mkdir(above, { mode: 0o555 });
  const directory = place.join("above", "data");
  const args = ["tool", "task-add", "--name", "s", "--content", "x", "--data-dir", directory];
  const line = refused(await iteratr(place, args, BOUND), 9, directory);
  assert.ok(line.endsWith("cannot be made: permission denied"), line);
});

test("an archive that may not be written keeps a reset from beginning", async (place, file) => {
  const archive = place.join(".iteratr", "archive");
  await Deno.mkdir(archive, { mode: 0o555 });
  const before = await fingerprint(file);
  for (const args of [["reset", "s"], ["delete", "s"]]) {
    refused(await iteratr(place, args, BOUND), 9, archive, args.join(" "));
  }
  assert.equal(await fingerprint(file), before);
  assert.equal(file, storeFile(place.data));
});
