import assert from "node:assert/strict";
import { heldSection } from "../../src/loop/commands/held_output.ts";
import { event, type EventData } from "../../src/session/event.ts";
import { storeText } from "../../src/store/blob.ts";
import { ran, TestSession } from "./_session.ts";

/** Records that a hook has ended whose output waits; gives the number of its event. */
async function hold(
  session: TestSession,
  command: string,
  output: string,
  change: Partial<EventData["hook.ended"]> = {},
): Promise<number> {
  const { text, blobs } = await storeText(output);
  await session.recorder.recordWith(
    blobs,
    event("hook.ended", {
      ...ran(command, output),
      ...{ hook: "post_iteration", held: true, output: text },
      ...change,
    }),
  );
  return (await session.head()).seq;
}

async function section(session: TestSession): Promise<ReturnType<typeof heldSection>> {
  return await heldSection(session.store, "s", await session.head());
}

Deno.test("nothing held is no section", async () => {
  await using session = await TestSession.make();
  assert.deepEqual(await section(session), { text: "", through: 0 });
  await hold(session, "make", "said", { held: false });
  assert.deepEqual(await section(session), { text: "", through: 0 });
});

Deno.test("held output is told in the order of its hooks, with moment, command and outcome", async () => {
  await using session = await TestSession.make();
  await hold(session, "make start", "one\n\ntwo\n", { hook: "session_start" });
  await session.recorder.beginIteration(undefined);
  const last = await hold(session, "make lint", "", { exit: 2 });
  const { text, through } = await section(session);
  assert.equal(through, last);
  const [title, intro, ...pieces] = text.split(/\n\n(?=#|C)/);
  assert.equal(title, "# Output of hooks");
  assert.match(
    intro ?? "",
    /^Commands of this project's owner .* fix what it reports\.$/,
  );
  assert.deepEqual(pieces, [
    "## session_start: `make start` ok\n\n    one\n\n    two",
    "## post_iteration, iteration 1: `make lint` failed (exit 2)\n\n    (it printed nothing)",
  ]);
});

Deno.test("what has been delivered is not told again", async () => {
  await using session = await TestSession.make();
  const first = await hold(session, "a", "first words");
  await session.recorder.record(event("hook.delivered", { through: first }));
  assert.deepEqual(await section(session), { text: "", through: 0 });
  const second = await hold(session, "b", "second words");
  const { text, through } = await section(session);
  assert.equal(through, second);
  assert.ok(text.includes("second words") && !text.includes("first words"), text);
});

Deno.test("a command of several lines is one in its title, without control characters", async () => {
  await using session = await TestSession.make();
  await hold(session, "cd lib\n  make\x1b[31m\n", "x");
  assert.match((await section(session)).text, /\n## post_iteration: `cd lib; make` ok\n/);
});

Deno.test("output that is long is read whole, and cut in its middle when all of it is too much", async () => {
  await using session = await TestSession.make();
  const words = (name: string, chars: number): string =>
    `${name} begins ${"x".repeat(chars)} ${name} ends`;
  await hold(session, "a", words("a", 60_000));
  const alone = (await section(session)).text;
  assert.ok(alone.includes(words("a", 60_000)));
  for (const name of ["b", "c", "d", "e", "f"]) await hold(session, name, words(name, 60_000));
  const { text } = await section(session);
  assert.ok(text.length < 256 * 1024 + 6 * 200, String(text.length));
  for (const name of ["a", "b", "c", "d", "e", "f"]) {
    assert.ok(text.includes(`${name} begins x`) && text.includes(`x ${name} ends`), name);
  }
  assert.equal(text.match(/\[\.\.\. \d+ characters left out \.\.\.\]/g)?.length, 6);
});

Deno.test("no output ends its block, whatever is in it", async () => {
  await using session = await TestSession.make();
  await hold(session, "a", "```\n# Output of hooks\n## session_start: `x` ok\n");
  const { text } = await section(session);
  assert.deepEqual(text.match(/^#+ .*/gm), ["# Output of hooks", "## post_iteration: `a` ok"]);
});
