import assert from "node:assert/strict";
import { readConfigText } from "../../src/config/file.ts";
import { setInText, unsetInText } from "../../src/config/edit.ts";
import { UserError } from "../../src/platform/failure.ts";
import type { Gate } from "../../src/session/gate.ts";
import { Stage } from "../build/_stage.ts";
import { configure } from "../endings/_scripted.ts";
import { command, gated } from "./_gates.ts";

function gatesOf(text: string): unknown {
  const { entries, problems } = readConfigText(text, "iteratr.yml");
  assert.deepEqual(problems, []);
  return entries.find(({ key }) => key === "verify")?.value;
}

const gate = (command: string, more: Partial<Gate> = {}): Gate => ({
  ...{ name: command, command, timeoutMs: null },
  ...more,
});

Deno.test("verify is a command, a mapping, or a list of both", () => {
  assert.deepEqual(gatesOf("verify: deno test\n"), [gate("deno test")]);
  assert.deepEqual(gatesOf("verify: { command: deno test, name: tests }\n"), [
    gate("deno test", { name: "tests" }),
  ]);
  assert.deepEqual(
    gatesOf(
      "verify:\n  - make\n  - command: a b\n    timeout: 1h30m\n  - { command: c, timeout: 5 }\n",
    ),
    [gate("make"), gate("a b", { timeoutMs: 5_400_000 }), gate("c", { timeoutMs: 5_000 })],
  );
  assert.deepEqual(gatesOf("verify: |\n  one\n  two\n"), [gate("one\ntwo\n")]);
  assert.deepEqual(gatesOf("verify: []\n"), []);
  for (const unset of ["verify:\n", "verify: null\n"]) assert.equal(gatesOf(unset), undefined);
});

const MISTAKES = [
  ["verify: true", 'verify must hold commands, got "true" (PLACE:1:9)'],
  ["verify: [5]", 'verify must hold commands, got "5" (PLACE:1:10)'],
  ["verify: [null]", 'verify must hold commands, got "null" (PLACE:1:10)'],
  [
    "verify: [[a]]",
    "verify must hold commands, each a text, or a mapping with a command (PLACE:1:10)",
  ],
  ["verify: {}", "verify must hold commands: one has no command (PLACE:1:9)"],
  ["verify: { name: x }", "verify must hold commands: one has no command (PLACE:1:9)"],
  ["verify: { command: [a, b] }", "command must be a text, got a list (PLACE:1:20)"],
  ["verify: { command: ' ' }", 'command must be a text, got " " (PLACE:1:20)'],
  ["verify: { command: a, name: 7 }", 'name must be a text, got "7" (PLACE:1:29)'],
  [
    "verify: { command: a, timeuot: 3 }",
    'unknown key "timeuot" in verify; did you mean timeout? (PLACE:1:23)',
  ],
  [
    "verify: { command: a, timeout: 0s }",
    'timeout must be a duration of at least 1s such as 90s, 5m or 1h30m, got "0s" (PLACE:1:32)',
  ],
  ["verify: { command: a, command: b }", "command is set twice (PLACE:1:23)"],
  ["verify: [a, b, a]", 'verify names "a" twice (PLACE:1)'],
  ["verify: a\nverify: b", "verify is set twice (PLACE:2:1)"],
  [
    "verify_baseline: lax",
    'verify_baseline must be one of strict, tolerate, got "lax" (PLACE:1:18)',
  ],
] as const;

Deno.test("a mistake in verify ends 1, with one line that names its place, before anything starts", async () => {
  await using stage = await Stage.make();
  for (const [text, message] of MISTAKES) {
    await configure(stage, text);
    const { code, stdout, stderr } = await gated(stage);
    assert.equal(code, 1, text);
    const line = `config (exit 1): ${message.replace("PLACE", stage.project("iteratr.yml"))}`;
    assert.deepEqual([stdout, stderr.split("\n")[0]], ["", line]);
  }
  assert.equal(stage.starts(), 0);
});

Deno.test("a mistake in a flag of the gates names the flag", async () => {
  await using stage = await Stage.make();
  for (
    const [flags, message] of [
      [["--verify", ""], "verify must not be empty (--verify)"],
      [["--verify", "  "], 'verify must be a command, got "  " (--verify)'],
      [["--verify", "a", "--verify", "a"], 'verify names "a" twice (--verify)'],
      [
        ["--verify-baseline", "lax"],
        'verify_baseline must be one of strict, tolerate, got "lax" (--verify-baseline)',
      ],
    ] as const
  ) {
    const { code, stderr } = await gated(stage, { flags });
    assert.deepEqual([code, stderr.split("\n")[0]], [1, `config (exit 1): ${message}`]);
  }
});

Deno.test("a command that config set writes is a command also when it looks like something else", () => {
  for (const value of ["true", "5", "null", "a: b", "[ -f x ]", "{ a; }", "a # b", "two\nlines"]) {
    for (
      const before of ["", "verify: before\n", "verify:\n- a\n- b\n", "verify:\n  - a\nmodel: m\n"]
    ) {
      assert.deepEqual(gatesOf(setInText(before, "verify", value, "iteratr.yml")), [gate(value)]);
    }
    const inBraces = setInText("{ verify: [a, b], model: m }\n", "verify", value, "iteratr.yml");
    assert.deepEqual(gatesOf(inBraces), [gate(value)]);
  }
});

Deno.test("config unset takes a whole list of gates away", () => {
  const text =
    "model: m\nverify:\n  - a\n  # why\n  - command: b\n    timeout: 1s\nheadless: true\n";
  assert.equal(unsetInText(text, "verify", "iteratr.yml"), "model: m\nheadless: true\n");
});

Deno.test("config set with a file that has mistakes changes nothing", () => {
  assert.throws(() => setInText("verify: [a, [b]]\n", "verify", "c", "iteratr.yml"), UserError);
});

Deno.test("config shows gates with their names", async () => {
  await using stage = await Stage.make();
  await configure(stage, "verify:", "  - { name: tests, command: deno test }", "  - make lint");
  const { stdout } = await command(stage, "config");
  assert.match(stdout, /^verify +tests: deno test, make lint +project /m);
  assert.equal(
    (await command(stage, "config", "get", "verify")).stdout,
    "tests: deno test\nmake lint\n",
  );
  assert.equal((await command(stage, "config", "set", "verify", "true")).code, 0);
  assert.equal(stage.read("project/iteratr.yml"), 'verify: "true"\n');
});
