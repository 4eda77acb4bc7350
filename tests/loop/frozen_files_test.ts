import assert from "node:assert/strict";
import { FrozenFiles } from "../../src/loop/frozen_files.ts";
import { TestSession } from "./_session.ts";

/** Warnings so far, with the session's directory taken out. */
async function warnings(session: TestSession): Promise<readonly string[]> {
  return (await session.events()).flatMap((item) =>
    item.type === "warning" ? [item.data.message.replaceAll(`${session.place.path}/`, "")] : []
  );
}

const CHANGED = "has changed: this run goes on with what it said before";

Deno.test("files that stay as they are, or are not there, are not worth a word", async () => {
  await using session = await TestSession.make();
  const file = session.place.join("iteratr.yml");
  await Deno.writeTextFile(file, "verify: make\n");
  const frozen = new FrozenFiles([file, session.place.join("none.yml")], session.recorder);
  await frozen.check();
  await Deno.writeTextFile(file, "verify: make\n");
  await frozen.check();
  assert.deepEqual(await warnings(session), []);
});

Deno.test("a file that changes is told of once for each change, and so is the way back", async () => {
  await using session = await TestSession.make();
  const file = session.place.join("iteratr.yml");
  await Deno.writeTextFile(file, "verify: make\n");
  const frozen = new FrozenFiles([file], session.recorder);
  await Deno.writeTextFile(file, "verify: []\n");
  await frozen.check();
  await frozen.check();
  assert.deepEqual(await warnings(session), [`iteratr.yml ${CHANGED}`]);
  await Deno.writeTextFile(file, "verify: make\n");
  await frozen.check();
  assert.deepEqual(await warnings(session), Array(2).fill(`iteratr.yml ${CHANGED}`));
});

Deno.test("a file that comes or goes has changed, also when it is empty", async () => {
  await using session = await TestSession.make();
  const [comes, goes] = [session.place.join("comes"), session.place.join("goes")];
  await Deno.writeTextFile(goes, "");
  const frozen = new FrozenFiles([comes, goes], session.recorder);
  await Deno.writeTextFile(comes, "");
  await Deno.remove(goes);
  await frozen.check();
  assert.deepEqual(await warnings(session), [`comes ${CHANGED}`, `goes ${CHANGED}`]);
});
