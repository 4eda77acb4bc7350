import assert from "node:assert/strict";
import fc from "fast-check";
import { printableEnding } from "../../src/loop/printable_ending.ts";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { beside, told } from "../faults/_faults.ts";
import { buildPlanned, offers, type Plan } from "../faults/_planned.ts";

const NASTY = `big \x1b[31mRED\x07\x1b]0;title\x07\r\n\u202e${"x".repeat(300_000)}`;
const ERROR = { code: -32602, message: NASTY };
const LOGIN = { code: -32000, message: NASTY };
const BROKEN = { code: -32603, message: "Internal error", data: { details: NASTY } };

const PLANS: readonly Omit<Plan, "turns">[] = [
  { greeted: [ERROR] },
  { greeted: [BROKEN] },
  { refused: [LOGIN] },
  { refused: [BROKEN] },
  { unset: [ERROR], session: offers("fake/r1", "fake/m1") },
  { unset: [BROKEN], session: offers("fake/r1", "fake/m1") },
  { session: offers(...Array.from({ length: 9 }, (_, n) => `${n}${NASTY}`)) },
  { greeted: [{ code: 401, message: NASTY }] },
];

Deno.test("nothing that an agent answers reaches the terminal or the store but as a line of text", async () => {
  await together(PLANS, async (plan) => {
    await using stage = await Stage.make();
    const finished = await buildPlanned(stage, { ...plan, turns: [] }, ["--no-retry"]);
    assert.ok(finished.code === 1 || finished.code === 2, told(finished));
    const status = await beside(stage, "status");
    const ended = (await stage.session()).events.filter(({ type }) => type === "run.ended");
    assert.equal(ended.length, 1, "the ending is not in the store");
    const all = [finished.stdout, finished.stderr, status.stdout, JSON.stringify(ended)];
    for (const text of all) {
      assert.doesNotMatch(text, /[[\p{Cc}--\n]\u202e]|\\u00/v);
      assert.ok(text.length < 20_000, `${text.length} characters`);
    }
    assert.match(finished.stdout, /^(config|agent-failed) \(exit \d\): /m);
    assert.match(finished.stdout + finished.stderr, /big /);
  });
});

Deno.test("an ending is bounded, in all its hints", () => {
  const text = fc.oneof(
    fc.string(),
    fc.constant(NASTY.slice(0, 3_000)),
    fc.string({ unit: "binary" }),
  );
  fc.assert(fc.property(text, fc.array(text, { maxLength: 40 }), (message, hints) => {
    for (const reason of ["config", "internal"] as const) {
      const ending = printableEnding({ reason, message, hints });
      const lines = [...ending.hints, ...(reason === "config" ? [ending.message] : [])];
      for (const line of lines) assert.doesNotMatch(line, /[\p{Cc}--\t]/v);
      assert.ok(ending.message.length <= 8_000 && ending.hints.length <= 12);
      assert.ok(ending.hints.every((hint) => hint.length <= 1_000));
      assert.deepEqual(printableEnding(ending), ending);
    }
  }));
  const hints = ["Its last words: one", "  two"];
  const ending = { reason: "agent-failed", message: "it failed.", hints } as const;
  assert.deepEqual(printableEnding(ending), ending);
});
