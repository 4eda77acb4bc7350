import assert from "node:assert/strict";
import { bellDirectory, hear, ring } from "../../src/store/bell.ts";
import { baseName } from "../../src/platform/paths.ts";
import { granted } from "../../src/session/ruling.ts";
import { transact } from "../../src/store/transact.ts";
import { Place } from "../support/place.ts";
import { soon } from "../support/soon.ts";
import { runTool } from "../support/tool.ts";

Deno.test("the bell is heard every time that another process writes", async () => {
  await using place = await Place.make();
  await using _store = await place.open();
  using bell = hear(place.data);
  assert.ok(bell !== undefined);
  const changes = bell[Symbol.asyncIterator]();
  // By turns, so that no change can be left over from the time before.
  for (const session of ["a", "b", "a", "b"]) {
    await addNote(place, session);
    for (let heard = ""; heard !== session;) {
      const { value, done } = await soon(`the bell of ${session}`, changes.next());
      assert.ok(done !== true);
      heard = baseName(value.paths[0] ?? "");
    }
  }
});

async function addNote(place: Place, session: string): Promise<void> {
  const { code } = await runTool(place, [
    "note-add",
    "-n",
    session,
    "--type",
    "tip",
    "--content",
    "x",
  ]);
  assert.equal(code, 0);
}

Deno.test("transact rings the bell, in a directory without a file of the store", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  const command = { actor: "user", create: { spec: null }, tasks: false } as const;
  await transact(store, { ...command, session: "a", decide: () => granted() });
  await transact(store, { ...command, session: "b", decide: () => granted() });
  const names = Array.from(Deno.readDirSync(bellDirectory(place.data)), ({ name }) => name);
  assert.deepEqual(names.toSorted(), ["a", "b"]);
});

Deno.test("a bell that is not there is neither rung nor heard, and nobody minds", async () => {
  await using place = await Place.make();
  ring(place.data, "s");
  assert.equal(hear(place.data), undefined);
  assert.throws(() => Deno.statSync(place.data), Deno.errors.NotFound);
});
