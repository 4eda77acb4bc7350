import assert from "node:assert/strict";
import fc from "fast-check";
import { setInText, unsetInText } from "../../src/config/edit.ts";
import { readConfigText } from "../../src/config/file.ts";
import { gateOf, writeValue } from "../../src/config/kinds.ts";
import { specOf } from "../../src/config/table.ts";
import { getConfig, setConfig } from "../../src/commands/config.ts";
import { World } from "../commands/_world.ts";
import { type Gate, gatesMark } from "../../src/session/gate.ts";
import { MAX_TEXT_BYTES } from "../../src/session/ruling.ts";
import { Place } from "../support/place.ts";
import { Layers } from "./_layers.ts";

/** The gates that a file sets; it has no mistakes. */
function gatesOf(text: string): unknown {
  const { entries, problems } = readConfigText(text, "f");
  assert.deepEqual(problems, [], text);
  return entries.find(({ key }) => key === "verify")?.value;
}

/** The mistakes of a file, each as `message (place)`. */
function mistakes(text: string): readonly string[] {
  return readConfigText(text, "f").problems.map(({ message, where }) => `${message} (${where})`);
}

const gate = (command: string, change: Partial<Gate> = {}): Gate => ({
  ...gateOf(command),
  ...change,
});

/** Ways to write gates, and what they mean. */
const WAYS: readonly (readonly [text: string, gates: readonly Gate[] | undefined])[] = [
  ["verify: npm test", [gate("npm test")]],
  ["verify: 'true'", [gate("true")]],
  ["verify: !!str 5", [gate("5")]],
  ["verify: |\n  a\n  b", [gate("a\nb\n")]],
  ["verify:\n  - npm test\n  - npm run lint", [gate("npm test"), gate("npm run lint")]],
  ["verify:\n- a\n- b\nmodel: m", [gate("a"), gate("b")]],
  ["verify: [a, 'b, c']", [gate("a"), gate("b, c")]],
  ["verify: []", []],
  ["verify:", undefined],
  ["verify: ~", undefined],
  ["verify: { command: a }", [gate("a")]],
  ["verify: { command: a, name: n }", [gate("a", { name: "n" })]],
  ["verify: { timeout: 90s, command: a }", [gate("a", { timeoutMs: 90_000 })]],
  ["verify: [{ command: a, timeout: 1s }]", [gate("a", { timeoutMs: 1_000 })]],
  ["verify: [{ command: a, timeout: 30 }]", [gate("a", { timeoutMs: 30_000 })]],
  [
    "verify:\n  - name: tests\n    command: npm test\n    timeout: 1h30m\n  - b",
    [gate("npm test", { name: "tests", timeoutMs: 5_400_000 }), gate("b")],
  ],
];

Deno.test("gates are a command, a mapping, or a list of both, in every style", () => {
  for (const [text, gates] of WAYS) assert.deepEqual(gatesOf(text), gates, text);
});

const DURATION = "timeout must be a duration of at least 1s such as 90s, 5m or 1h30m";

/** Texts with mistakes, and all that is said of them. */
const WRONG: readonly (readonly [text: string, ...says: readonly string[]])[] = [
  ["verify: true", 'verify must hold commands, got "true" (f:1:9)'],
  ["verify: 5", 'verify must hold commands, got "5" (f:1:9)'],
  ["verify: ''", 'verify must hold commands, got "" (f:1:9)'],
  ['verify: ""', 'verify must hold commands, got "" (f:1:9)'],
  ["verify: ' '", 'verify must hold commands, got " " (f:1:9)'],
  [
    "model: m\nverify:\n  - a\n  - false\n  - 08",
    'verify must hold commands, got "false" (f:4:5)',
    'verify must hold commands, got "08" (f:5:5)',
  ],
  [
    "verify: [[a]]",
    "verify must hold commands, each a text, or a mapping with a command (f:1:10)",
  ],
  [
    "model: &x a\nverify: [*x]",
    "verify must hold commands, each a text, or a mapping with a command (f:2:10)",
  ],
  ["verify: [{ name: a }]", "verify must hold commands: one has no command (f:1:10)"],
  ["verify: {}", "verify must hold commands: one has no command (f:1:9)"],
  [
    "verify:\n  - commnd: a",
    'unknown key "commnd" in verify; did you mean command? (f:2:5)',
  ],
  ["verify:\n  - name: a", "verify must hold commands: one has no command (f:2:5)"],
  ["verify: { command: a, x: 1 }", 'unknown key "x" in verify (f:1:23)'],
  ["verify:\n  command: a\n  command: b", "command is set twice (f:3:3)"],
  ["verify: { command: 5 }", 'command must be a text, got "5" (f:1:20)'],
  ["verify: { command: [a] }", "command must be a text, got a list (f:1:20)"],
  ["verify: { command: a, name: {} }", "name must be a text, got a mapping (f:1:29)"],
  ["verify: { command: a, timeout: 0 }", `${DURATION}, got "0" (f:1:32)`],
  ["verify: { command: a, timeout: 500ms }", `${DURATION}, got "500ms" (f:1:32)`],
  ["verify: { command: a, timeout: 08 }", `${DURATION}, got "08" (f:1:32)`],
  ["verify: { command: a, timeout: [1] }", `${DURATION}, got a list (f:1:32)`],
];

Deno.test("each mistake in gates is told with its value and its place", () => {
  for (const [text, ...says] of WRONG) assert.deepEqual(mistakes(text), says, text);
});

const LONGEST = ["x".repeat(MAX_TEXT_BYTES), "é".repeat(MAX_TEXT_BYTES / 2)];
const TOO_LONG = "is 16385 bytes long; at most 16384 are allowed";

Deno.test("a gate's command and name may be as long as any text that is stored, and no longer", () => {
  for (const text of LONGEST) {
    assert.deepEqual(gatesOf(`verify: ${text}`), [gate(text)]);
    assert.deepEqual(gatesOf(`verify: { command: a, name: ${text} }`), [gate("a", { name: text })]);
    const said = (file: string): readonly string[] => mistakes(file.replace("LONG", `${text}x`));
    assert.deepEqual(said("verify: LONG"), [`a command of verify ${TOO_LONG} (f:1:9)`]);
    assert.deepEqual(said("verify:\n- a\n- LONG"), [`a command of verify ${TOO_LONG} (f:3:3)`]);
    assert.deepEqual(said("verify: { command: LONG }"), [`command ${TOO_LONG} (f:1:20)`]);
    assert.deepEqual(said("verify: { command: a, name: LONG }"), [`name ${TOO_LONG} (f:1:29)`]);
  }
});

Deno.test("a flag's command is no longer than one of a file, and is not told again when it is", async () => {
  await using layers = await Layers.make();
  for (const text of LONGEST) {
    const { value } = layers.setting("verify", { flags: { verify: ["a", text] } });
    assert.deepEqual(value, [gate("a"), gate(text)]);
    assert.deepEqual(layers.mistakes({ flags: { verify: ["a", `${text}x`] } }), [
      `verify ${TOO_LONG} (--verify)`,
    ]);
  }
});

Deno.test("config set refuses a command that is too long, and writes nothing", async () => {
  await using place = await Place.make();
  const world = new World(place);
  assert.throws(() => setConfig("verify", `${LONGEST[0]}x`, {}, world), {
    message: `verify ${TOO_LONG}`,
  });
  await assert.rejects(Deno.stat(place.join("iteratr.yml")), Deno.errors.NotFound);
});

Deno.test("a timeout means the same on a gate as on its key, and no unit means seconds", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 999_999 }), (seconds) => {
    const read = (timeout: string): unknown =>
      gatesOf(`verify: { command: a, timeout: ${timeout} }`);
    assert.deepEqual(read(String(seconds)), [gate("a", { timeoutMs: seconds * 1_000 })]);
    assert.deepEqual(read(`${seconds}s`), read(String(seconds)));
  }));
});

Deno.test("whatever texts are listed as commands, they are the gates, to the letter", () => {
  const command = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 })
    .filter((text) => text.trim() !== "" && !text.includes("\0"));
  fc.assert(fc.property(fc.array(command, { minLength: 1, maxLength: 5 }), (commands) => {
    assert.deepEqual(gatesOf(`verify: ${JSON.stringify(commands)}`), commands.map(gateOf));
  }));
});

Deno.test("two gates of one name are a mistake, told with the place of the layer that has them", async () => {
  await using layers = await Layers.make();
  const file = layers.file("project");
  await layers.write("project", "# c\nverify: [a, b, a]\n");
  assert.deepEqual(layers.mistakes(), [`verify names "a" twice (${file}:2)`]);
  await layers.write("project", "verify: [a, { name: a, command: b }]\n");
  assert.deepEqual(layers.mistakes(), [`verify names "a" twice (${file}:1)`]);
  await layers.write("project", "verify: [a, { name: other, command: a }]\n");
  assert.deepEqual(layers.mistakes(), []);
  assert.deepEqual(layers.mistakes({ flags: { verify: ["x", "x"] } }), [
    'verify names "x" twice (--verify)',
  ]);
});

Deno.test("flags that are repeated are the gates, in their order, and those of files do not count", async () => {
  await using layers = await Layers.make();
  await layers.write("global", "verify: global\n");
  await layers.write("project", "verify: [a, a]\n");
  const { value, origin } = layers.setting("verify", { flags: { verify: ["x, y", "b"] } });
  assert.deepEqual(value, [gate("x, y"), gate("b")]);
  assert.deepEqual(origin, { kind: "flag", name: "--verify" });
});

Deno.test("each empty or blank flag of several is a mistake of its own", async () => {
  await using layers = await Layers.make();
  assert.deepEqual(layers.mistakes({ flags: { verify: ["a", "", " "] } }), [
    "verify must not be empty (--verify)",
    'verify must be a command, got " " (--verify)',
  ]);
});

Deno.test("an empty list turns the gates of the global file off", async () => {
  await using layers = await Layers.make();
  await layers.write("global", "verify: npm test\n");
  await layers.write("project", "verify: []\n");
  const { value, origin } = layers.setting("verify");
  assert.deepEqual([value, origin.kind], [[], "project"]);
});

Deno.test("a session is to be proven strictly, within ten minutes, unless it is said otherwise", async () => {
  await using layers = await Layers.make();
  const { config } = layers.resolve();
  assert.deepEqual(config.verify, []);
  assert.deepEqual([config.verify_baseline, config.verify_timeout], ["strict", 600_000]);
});

Deno.test("gates that differ in name, command, number or order have other fingerprints", () => {
  const [a, b] = [gate("a"), gate("b")];
  const sets = [[], [a], [b], [a, b], [b, a], [gate("a", { name: "b" })], [gate("a,b")]];
  const marks = sets.map(gatesMark);
  assert.equal(new Set(marks).size, sets.length);
  assert.equal(marks[0], "");
  assert.equal(gatesMark([gate("a", { timeoutMs: 5 })]), gatesMark([a]), "the same gates");
});

/** Files that set gates in every style, and what they are when another one is set. */
const EDITS: readonly (readonly [text: string, set: string, unset: string])[] = [
  ["verify: a # c\nmodel: m\n", "verify: npm test # c\nmodel: m\n", "model: m\n"],
  ["verify:\n  - a\n  - b # two\nmodel: m\n", "verify: npm test\nmodel: m\n", "model: m\n"],
  ["verify:\n- a\n- b\nmodel: m\n", "verify: npm test\nmodel: m\n", "model: m\n"],
  [
    "# top\nverify: # ours\n- a\n# about the model\nmodel: m\n",
    "# top\nverify: npm test # ours\n# about the model\nmodel: m\n",
    "# top\n# about the model\nmodel: m\n",
  ],
  ["verify: [a, b] # c\nmodel: m", "verify: npm test # c\nmodel: m", "model: m"],
  ["verify: [\n  a,\n  b,\n]\nmodel: m\n", "verify: npm test\nmodel: m\n", "model: m\n"],
  ["verify: []\nmodel: m\n", "verify: npm test\nmodel: m\n", "model: m\n"],
  ["{ verify: [a, b], model: m }\n", "{ verify: npm test, model: m }\n", "{ model: m }\n"],
  [
    "{ model: m, verify: [{ command: a, name: n }] }\n",
    "{ model: m, verify: npm test }\n",
    "{ model: m }\n",
  ],
  [
    "verify:\n  - name: n\n    command: |\n      a\n      b\n\nmodel: m\n",
    "verify: npm test\n\nmodel: m\n",
    "\nmodel: m\n",
  ],
  ["verify:\n  name: n\n  command: a\nmodel: m\n", "verify: npm test\nmodel: m\n", "model: m\n"],
  ["verify: { command: a }\nmodel: m\n", "verify: npm test\nmodel: m\n", "model: m\n"],
  ["verify: |\n  a\n  b\nmodel: m\n", "verify: npm test\nmodel: m\n", "model: m\n"],
  ["model: m\nverify:\n  - a", "model: m\nverify: npm test", "model: m\n"],
  [
    "verify:\r\n  - a\r\n  - b\r\nmodel: m\r\n",
    "verify: npm test\r\nmodel: m\r\n",
    "model: m\r\n",
  ],
];

Deno.test("set puts one gate in the place of a list, in whatever style, and leaves all else", () => {
  for (const [text, after] of EDITS) {
    assert.equal(setInText(text, "verify", "npm test", "f"), after, JSON.stringify(text));
    assert.deepEqual(gatesOf(after), [gate("npm test")]);
    assert.equal(setInText(after, "verify", "npm test", "f"), after, "once more");
  }
});

Deno.test("unset removes a list with all its lines, and leaves all else", () => {
  for (const [text, , after] of EDITS) {
    assert.equal(unsetInText(text, "verify", "f"), after, JSON.stringify(text));
  }
});

Deno.test("set of another key leaves a list as it is", () => {
  for (const [text] of EDITS) {
    const after = setInText(text, "model", "other", "f");
    assert.equal(after, text.replace(/model: m/, "model: other"));
  }
});

Deno.test("whatever command is set is the gate afterwards, to the letter", () => {
  const command = fc.oneof(
    fc.constantFrom("true", "false", "5", "08", "null", "~", "a: b", "# c", "- x", "[a", "*x"),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
  ).filter((text) => text.trim() !== "" && !text.includes("\0"));
  fc.assert(fc.property(command, fc.constantFrom(...EDITS), (value, [text]) => {
    assert.deepEqual(gatesOf(setInText(text, "verify", value, "f")), [gate(value)], value);
    assert.deepEqual(gatesOf(setInText("model: m\n", "verify", value, "f")), [gate(value)], value);
  }));
});

Deno.test("gates are written as their commands, with a name where they have one", () => {
  const spec = specOf("verify");
  assert.ok(spec !== undefined);
  const gates = [gate("a"), gate("b", { name: "n", timeoutMs: 5_000 })];
  assert.equal(writeValue(spec.kind, gates), "a, n: b");
  assert.equal(writeValue(spec.kind, []), "");
});

Deno.test("config get prints a line for each gate, and nothing when there is none", async () => {
  await using place = await Place.make();
  const get = (): string => {
    const world = new World(place);
    getConfig("verify", world);
    return world.stdoutText;
  };
  assert.equal(get(), "");
  await Deno.writeTextFile(place.join("iteratr.yml"), "verify: [a, { command: b, name: n }]\n");
  assert.equal(get(), "a\nn: b\n");
  setConfig("verify", "true", {}, new World(place));
  assert.equal(get(), "true\n");
  assert.equal(await Deno.readTextFile(place.join("iteratr.yml")), 'verify: "true"\n');
});
