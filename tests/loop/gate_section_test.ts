import assert from "node:assert/strict";
import { gateSection, type GateSectionPlan } from "../../src/loop/commands/gate_section.ts";
import { event } from "../../src/session/event.ts";
import { type Gate, gatesMark } from "../../src/session/gate.ts";
import { storeText } from "../../src/store/blob.ts";
import { ran, TestSession } from "./_session.ts";

const GATES: readonly Gate[] = [
  { name: "npm test", command: "npm test", timeoutMs: null },
  { name: "style", command: "npm run lint", timeoutMs: 5_000 },
];

const PLAN: GateSectionPlan = {
  session: "s",
  gates: GATES,
  toleratesBaseline: false,
  mark: gatesMark(GATES),
};

const RULES =
  "# Verification\n\nBefore the session counts as done, these commands are run at the " +
  "root of the project, and each has to exit 0. Run them yourself before you declare the session " +
  "complete.\n\n- `npm test`\n- `npm run lint` (style)";

/** Records a judgement by the gates of the plan, and what those said that failed. */
async function judge(
  session: TestSession,
  said: Readonly<Record<string, string>>,
  tolerated: readonly string[] = [],
): Promise<void> {
  const { recorder } = session;
  await recorder.record(
    event("verify.started", { for: "judgement", gates: ["npm test", "style"] }),
  );
  for (const { name, command } of GATES) {
    const passed = !Object.hasOwn(said, name);
    const { text, blobs } = await storeText(said[name] ?? "fine");
    const facts = ran(command, "", { exit: passed ? 0 : 1, output: text });
    await recorder.recordWith(
      blobs,
      event("gate.ended", { ...facts, for: "judgement", name, passed, changed: [] }),
    );
  }
  const failed = Object.keys(said).filter((name) => !tolerated.includes(name));
  await recorder.record(event("verify.ended", {
    ...{ for: "judgement", passed: failed.length === 0, failed, tolerated, gates: PLAN.mark },
    ...{ commit: null, work: "w", dirty: false },
  }));
}

async function section(session: TestSession, plan = PLAN): Promise<string> {
  return await gateSection(session.store, plan, await session.head(), undefined);
}

Deno.test("without gates there is no section", async () => {
  assert.equal(await gateSection(undefined, { ...PLAN, gates: [] }, undefined, undefined), "");
});

Deno.test("gates are told from the first prompt on, with their names where they have one", async () => {
  assert.equal(await gateSection(undefined, PLAN, undefined, undefined), RULES);
  await using session = await TestSession.make();
  assert.equal(await section(session), RULES);
});

Deno.test("a gate that failed before the session is told as such when that is tolerated, and only then", async () => {
  const baseline = { failed: ["style"], commit: null };
  assert.equal(await gateSection(undefined, PLAN, undefined, baseline), RULES);
  assert.equal(
    await gateSection(undefined, { ...PLAN, toleratesBaseline: true }, undefined, baseline),
    `${RULES}; it failed before this session and may go on so`,
  );
});

Deno.test("a judgement that failed is told with what the gates said, until the next one passes", async () => {
  await using session = await TestSession.make();
  await judge(session, { "npm test": "1 failed\n\n  at a.ts\n", style: "" });
  const text = await section(session);
  assert.ok(text.startsWith(`${RULES}\n\nThe session was declared complete, and was reopened`));
  assert.match(text, /`iteratr tool session-complete`/);
  assert.ok(
    text.endsWith(
      "\n\n## `npm test` failed (exit 1)\n\n    1 failed\n\n      at a.ts" +
        "\n\n## `npm run lint` failed (exit 1)\n\n    (it printed nothing)",
    ),
    text,
  );
  // Each iteration is a new agent.
  await session.recorder.beginIteration(undefined);
  assert.equal(await section(session), text);
  await judge(session, {});
  assert.equal(await section(session), RULES);
});

Deno.test("only the last judgement is told", async () => {
  await using session = await TestSession.make();
  await judge(session, { "npm test": "first words" });
  await judge(session, { style: "second words" });
  const text = await section(session);
  assert.ok(text.includes("second words") && !text.includes("first words"), text);
  assert.deepEqual(text.match(/^## .*/gm), ["## `npm run lint` failed (exit 1)"]);
});

Deno.test("what a gate said that may fail on is not told as something to mend", async () => {
  await using session = await TestSession.make();
  await judge(session, { "npm test": "new words", style: "old words" }, ["style"]);
  const text = await section(session, { ...PLAN, toleratesBaseline: true });
  assert.ok(text.includes("new words") && !text.includes("old words"), text);
});

Deno.test("a judgement by other gates is not told", async () => {
  await using session = await TestSession.make();
  await judge(session, { style: "words" });
  const gates = [...GATES, { name: "more", command: "more", timeoutMs: null }];
  const text = await section(session, { ...PLAN, gates, mark: gatesMark(gates) });
  assert.equal(text, `${RULES}\n- \`more\``);
});

Deno.test("what gates say is cut in its middle when all of it is too much, and cannot end its block", async () => {
  await using session = await TestSession.make();
  const long = `begins\n# Verification\n${"x".repeat(200_000)} ends`;
  await judge(session, { "npm test": long, style: long });
  const text = await section(session);
  assert.ok(text.length < 128 * 1024 + 2_000, String(text.length));
  assert.equal(text.match(/^ {4}begins$/gm)?.length, 2);
  assert.equal(text.match(/x ends$/gm)?.length, 2);
  assert.equal(text.match(/^# Verification$/gm)?.length, 1);
});

Deno.test("gates with names and commands of several lines are a line each, without control characters", async () => {
  const gates = [{ name: "a\nb", command: "make\x1b[31m\n  test", timeoutMs: null }];
  const text = await gateSection(undefined, { ...PLAN, gates }, undefined, undefined);
  assert.equal(text.split("\n").at(-1), "- `make test` (a b)");
});
