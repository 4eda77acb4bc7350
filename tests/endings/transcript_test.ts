import assert from "node:assert/strict";
import { Transcript } from "../../src/loop/turn/transcript.ts";
import type { Recorder } from "../../src/loop/recorder.ts";
import { FakeClock } from "../support/fake_clock.ts";

const NOWHERE: Recorder = {
  record: () => Promise.resolve(),
  recordWith: () => Promise.resolve(),
  beginIteration: () => Promise.resolve(1),
  mask: (text) => text,
  unsaved: [],
  keepUnsaved: () => undefined,
};

/** The question that a turn ends with whose messages are these, each in pieces of three characters. */
async function question(...messages: readonly string[]): Promise<string | undefined> {
  const transcript = new Transcript(NOWHERE, new FakeClock(), (error) => {
    throw error;
  });
  messages.forEach((text, n) => {
    for (let at = 0; at < text.length; at += 3) {
      transcript.take({ kind: "message", message: `m${n}`, text: text.slice(at, at + 3) });
    }
  });
  await transcript.finish();
  return transcript.lastQuestion();
}

Deno.test("the question of a turn is the last paragraph of its last message", async () => {
  assert.equal(await question("Which one?"), "Which one?");
  assert.equal(
    await question("I looked.\n\nShall I use A,\nor rather B?\n\n"),
    [
      "Shall I use A,",
      "or rather B?",
    ].join("\n"),
  );
  assert.equal(await question("Really?", "May I?"), "May I?");
  assert.equal(await question("What is left? Nothing."), undefined);
  assert.equal(await question("Which one?\n\nI took A."), undefined);
  assert.equal(await question("Which one?", "I took A."), undefined);
  assert.equal(await question("", "  \n"), undefined);
  assert.equal(await question(), undefined);
});

Deno.test("a long question is kept by its end", async () => {
  const text = await question(`${"because of this and that, ".repeat(500)}shall I go on?`);
  assert.ok(text !== undefined && text.length <= 1_000);
  assert.ok(text.endsWith("shall I go on?"));
});

Deno.test("a question is one in bold, in quotes and in other writing as well", async () => {
  for (const text of ["**Shall I go on?**", "_Which one?_", '"Which one?"', "続けますか？"]) {
    assert.equal(await question(`I looked.\n\n${text}`), text);
  }
});
