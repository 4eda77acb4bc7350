import assert from "node:assert/strict";
import fc from "fast-check";
import { readConfigText, unknownKey } from "../../src/config/file.ts";
import { SPECS } from "../../src/config/table.ts";
import { nth } from "./_samples.ts";

/** The mistakes of a text, each as `message (place)`. */
function mistakes(text: string): readonly string[] {
  return readConfigText(text, "f").problems.map(({ message, where }) => `${message} (${where})`);
}

/** What a text sets, as `key=value (line)`. */
function entries(text: string): readonly string[] {
  const content = readConfigText(text, "f");
  assert.deepEqual(content.problems, [], text);
  return content.entries.filter(({ value }) => value !== undefined)
    .map(({ key, value, line }) => `${key}=${value} (${line})`);
}

const NUMBER = "must be a whole number from 0 up";

/** Texts with mistakes, and all that is said of them. */
const WRONG: readonly (readonly [text: string, ...says: readonly string[]])[] = [
  ["modle: x", 'unknown key "modle"; did you mean model? (f:1:1)'],
  ["Model: x", 'unknown key "Model"; did you mean model? (f:1:1)'],
  ["# c\n\n  frobnicate: x", 'unknown key "frobnicate" (f:3:3)'],
  [
    "stall:\n  iteration: 3",
    'unknown key "stall.iteration"; did you mean stall.iterations? (f:2:3)',
  ],
  [
    "stall: { iteratoins: 3 }",
    'unknown key "stall.iteratoins"; did you mean stall.iterations? (f:1:10)',
  ],
  ["5: x", 'unknown key "5" (f:1:1)'],
  ["null: x", 'unknown key "null" (f:1:1)'],
  ["__proto__: x", 'unknown key "__proto__" (f:1:1)'],
  ["iterations: 08", `iterations ${NUMBER}, got "08" (f:1:13)`],
  ["iterations: 1e9", `iterations ${NUMBER}, got "1e9" (f:1:13)`],
  ["iterations: -1", `iterations ${NUMBER}, got "-1" (f:1:13)`],
  ["iterations: 0x10", `iterations ${NUMBER}, got "0x10" (f:1:13)`],
  ["iterations:   '08'", `iterations ${NUMBER}, got "08" (f:1:15)`],
  [
    "stall:\n    iterations: 0",
    'stall.iterations must be a whole number from 1 up, got "0" (f:2:17)',
  ],
  ["headless: yes", 'headless must be true or false, got "yes" (f:1:11)'],
  ["model: a\nmodel: b", "model is set twice (f:2:1)"],
  ["stall: {iterations: 3}\nstall: {iterations: 3}", "stall.iterations is set twice (f:2:9)"],
  ["model: [a, b]", "model must be one value, got a list (f:1:1)"],
  ["iterations:\n  - 1\n  - 2", "iterations must be one value, got a list (f:1:1)"],
  ["- model: a", "a configuration is keys with values (f:1:1)"],
  ["model", "a configuration is keys with values (f:1:1)"],
  ["model: @a", "not valid YAML: Plain value cannot start with reserved character @ (f:1:8)"],
  ["model: a\n\titerations: 4", "not valid YAML: Tabs are not allowed as indentation (f:2:1)"],
];

Deno.test("each mistake of a file is told with its line, its column, its value and what is allowed", () => {
  for (const [text, ...says] of WRONG) {
    assert.deepEqual(mistakes(text), says, text);
    // A comment above, and the line ends of another system, move it but do not change it.
    const below = says.map((line) => line.replace(/\(f:(\d+)/, (_, n) => `(f:${Number(n) + 2}`));
    assert.deepEqual(mistakes(`# one\r\n\r\n${text.replaceAll("\n", "\r\n")}\r\n`), below, text);
  }
});

Deno.test("all mistakes of a file are told at once, in their order", () => {
  const text = [
    "modle: x",
    "iterations: 08 # so",
    "model: a",
    "headless: yes",
    "stall:",
    "  iterations: 1e9",
    "  foo: 1",
    "model: b",
    "log_level: [info]",
  ].join("\n");
  assert.deepEqual(mistakes(text), [
    'unknown key "modle"; did you mean model? (f:1:1)',
    `iterations ${NUMBER}, got "08" (f:2:13)`,
    'headless must be true or false, got "yes" (f:4:11)',
    'stall.iterations must be a whole number from 1 up, got "1e9" (f:6:15)',
    'unknown key "stall.foo" (f:7:3)',
    "model is set twice (f:8:1)",
    "log_level must be one value, got a list (f:9:1)",
  ]);
});

Deno.test("an empty text is a mistake for every key that cannot be empty, and switches nothing off", () => {
  const mayBeEmpty = ["text", "path"];
  for (const { key, kind } of SPECS.filter(({ kind }) => !mayBeEmpty.includes(kind.kind))) {
    const says = kind.kind === "gates" ? "must hold commands" : `must be `;
    for (const empty of ['""', "''"]) {
      const [mistake = "", ...more] = mistakes(`${key}: ${empty} # none`);
      assert.ok(mistake.startsWith(`${key} ${says}`), mistake);
      assert.ok(mistake.endsWith(`, got "" (f:1:${key.length + 3})`), mistake);
      assert.deepEqual(more, [], key);
    }
  }
  assert.deepEqual(mistakes("budget:\n  cost: ''"), [
    'budget.cost must be an amount of US dollars such as 5 or 0.50, got "" (f:2:9)',
  ]);
});

Deno.test("a list or a mapping for a value is called what it is, for every key that takes none", () => {
  const takesList = ["gates", "durations"];
  for (const { key } of SPECS.filter(({ kind }) => !takesList.includes(kind.kind))) {
    assert.deepEqual(mistakes(`${key}: [a]`), [`${key} must be one value, got a list (f:1:1)`]);
    const [mistake = "", ...more] = mistakes(`${key}: { "?": a }`);
    assert.ok(mistake.startsWith(`${key} must be one value, got a mapping`), mistake);
    assert.deepEqual(more, [], key);
  }
});

Deno.test("retry.delays is a list or a text, and means the same", () => {
  const meant = { key: "retry.delays", value: [0, 5_000, 90_000], line: 1 };
  for (
    const text of [
      "0s, 5s, 90s",
      '"0s, 5s, 1m30s"',
      "[0s, 5s, 90s]",
      "[\"0s\", '5s', 1m30s]",
      "[0, 5s, 90s]",
      "\n- 0s\n- 5s # five\n- 90s",
    ]
  ) {
    const { entries, problems } = readConfigText(`retry.delays: ${text}`, "f");
    assert.deepEqual([problems, entries], [[], [meant]], text);
  }
  for (const text of ["", "null", "~"]) {
    const [entry] = readConfigText(`retry.delays: ${text}`, "f").entries;
    assert.deepEqual(entry, { key: "retry.delays", value: undefined, line: 1 });
  }
});

Deno.test("what is wrong with retry.delays is told with what stands there", () => {
  const must = "retry.delays must be durations such as 0s, 5s, 15s";
  const cases: readonly (readonly [text: string, got: string])[] = [
    ["[]", ""],
    ["[5]", "5"],
    ["[0s, soon]", "0s, soon"],
    ["[0s, [5s]]", "0s, ?"],
    ["[0s, ~]", "0s, ~"],
    ["5", "5"],
    ["0s; 5s", "0s; 5s"],
  ];
  for (const [text, got] of cases) {
    const [mistake = "", ...more] = mistakes(`retry.delays: ${text}`);
    assert.match(mistake, /\(f:1:\d+\)$/);
    assert.equal(mistake.replace(/ \(f:1:\d+\)$/, ""), `${must}, got "${got}"`, text);
    assert.deepEqual(more, [], text);
  }
  assert.match(mistakes("retry.delays: { a: 5s }")[0] ?? "", /must be one value, got a mapping/);
});

Deno.test("an alias for a value is refused, and not called a list", () => {
  const [mistake = "", ...more] = mistakes("model: &m a\nlog_file: *m");
  assert.match(mistake, /^log_file must be one value, got an? (?!list).* \(f:2:\d+\)$/);
  assert.deepEqual(more, []);
});

Deno.test("a key that is no single word is a mistake, and not passed over", () => {
  for (const text of ["? [model]\n: a", "? { model: a }\n: b"]) {
    assert.equal(mistakes(text).length, 1, `${text}: ${mistakes(text)}`);
  }
});

Deno.test("a value for a group of keys is refused with the keys that are in it", () => {
  for (const text of ["stall: 4", "stall: [1]", 'stall: "4"']) {
    const [mistake = "", ...more] = mistakes(text);
    assert.match(mistake, /^stall must .*iterations.*without_task.* \(f:1:\d+\)$/, text);
    assert.deepEqual(more, [], text);
  }
});

Deno.test("a group whose keys are all commented out sets nothing", () => {
  for (const text of ["stall:", "stall:\n  # iterations: 4", "stall: {}", "stall: ~\nmodel: a"]) {
    assert.deepEqual(mistakes(text), [], text);
  }
});

Deno.test("a file without a key sets nothing", () => {
  for (const text of ["", "\n\n", "# model: a\n", "---\n", "---\n# model: a\n", "{}\n", "\uFEFF"]) {
    assert.deepEqual(entries(text), [], JSON.stringify(text));
  }
});

Deno.test("a file of several documents is refused in words for the person who wrote it", () => {
  const [mistake = "", ...more] = mistakes("model: a\n---\nmodel: b\n");
  assert.match(mistake, /\(f:2:1\)$/);
  assert.doesNotMatch(mistake, /parseAllDocuments/, "the words of a library");
  assert.deepEqual(more, []);
});

Deno.test("a mistake in YAML is told with its place, whatever else is wrong", () => {
  for (
    const text of ['model: "a', "model: a: b", "model: {a", "model: a\n b: c", "model: 'a' b", "*"]
  ) {
    const found = mistakes(text);
    assert.match(found[0] ?? "", /^not valid YAML: .+ \(f:\d+:\d+\)$/, text);
  }
});

Deno.test("entries are told with the line of their key", () => {
  const text = "\n# c\nmodel: a\n\nstall:\n  # c\n  iterations:\n    4\n  without_task: 5\n";
  assert.deepEqual(entries(text), [
    "model=a (3)",
    "stall.iterations=4 (7)",
    "stall.without_task=5 (9)",
  ]);
});

Deno.test("a text of several lines is folded as YAML has it", () => {
  assert.deepEqual(entries("model: |-\n  a\n  b\n"), ["model=a\nb (1)"]);
  assert.deepEqual(entries("model: >-\n  a\n  b\n"), ["model=a b (1)"]);
  assert.deepEqual(entries("model: a\n  b\n"), ["model=a b (1)"]);
  assert.deepEqual(entries('model: "a\\tb"\n'), ["model=a\tb (1)"]);
});

Deno.test("a file that is read never throws, whatever its text", () => {
  const scraps = [
    ...SPECS.map(({ key, kind }) => `${key}: ${nth(kind, 0).text}`),
    ...[
      "stall:",
      "  iterations: 08",
      "- a",
      "{",
      "}",
      "'",
      '"',
      "&a b",
      "*a",
      "---",
      "...",
      "\t",
      "|",
    ],
    ...["? [a]", "!!int x", "<<: {model: a}", "%YAML 1.1", "# c", ": :", "\uFEFF", "\0"],
  ];
  const text = fc.array(fc.oneof(fc.constantFrom(...scraps), fc.string()), { maxLength: 6 })
    .map((lines) => lines.join("\n"));
  fc.assert(
    fc.property(text, (given) => {
      const { entries, problems } = readConfigText(given, "f");
      const keys = entries.map(({ key }) => key);
      assert.deepEqual(keys, [...new Set(keys)], "a key is there twice");
      for (const { where } of problems) assert.match(where, /^f:[1-9]\d*:[1-9]\d*$/);
    }),
    { numRuns: 500 },
  );
});

Deno.test("for every key that is mistyped a little, the right one is suggested", () => {
  for (const { key } of SPECS) {
    const typos = [key.slice(1), `${key}x`, key.slice(0, -2) + key.slice(-1) + key.slice(-2, -1)];
    for (const typo of typos) {
      if (SPECS.some((spec) => spec.key === typo)) continue;
      assert.equal(unknownKey(typo), `unknown key "${typo}"; did you mean ${key}?`);
    }
  }
  assert.equal(unknownKey("frobnicate"), 'unknown key "frobnicate"');
});
