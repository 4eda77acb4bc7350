import assert from "node:assert/strict";
import fc from "fast-check";
import { NO_HOOKS } from "../../src/hooks/hook.ts";
import { HOOKS_FILE, loadHooks } from "../../src/hooks/hooks_file.ts";
import { readHooksText } from "../../src/hooks/hooks_text.ts";
import { UserError } from "../../src/platform/failure.ts";
import { HOOK_NAMES } from "../../src/session/hook.ts";
import { MAX_TEXT_BYTES } from "../../src/session/ruling.ts";
import { BOUND, isBound } from "../support/bound.ts";
import { Place } from "../support/place.ts";

/** The mistakes of a text, each as `message (place)`. */
function mistakes(text: string): readonly string[] {
  return readHooksText(text, "f").problems.map(({ message, where }) => `${message} (${where})`);
}

/** What a text says; for those without a mistake. */
function hooks(text: string): typeof NO_HOOKS {
  const content = readHooksText(text, "f");
  assert.deepEqual(content.problems, [], text);
  return content.hooks;
}

const EXAMPLE = `version: 1
hooks:
  session_start:
    - command: "git pull --rebase"
      timeout: 45        # seconds
      pipe_output: true  # default false
    - command: |
        echo '{{session}}'
  on_error:
    command: git diff HEAD
`;

Deno.test("a hooks file gives the hooks of each moment in their order, with what is left out filled in", () => {
  assert.deepEqual(hooks(EXAMPLE), {
    ...NO_HOOKS,
    "session_start": [
      {
        name: "session_start",
        command: "git pull --rebase",
        script: "git pull --rebase",
        timeoutMs: 45_000,
        pipeOutput: true,
      },
      {
        name: "session_start",
        command: "echo '{{session}}'\n",
        script: "echo ''\"${ITERATR_SESSION}\"''\n",
        timeoutMs: 30_000,
        pipeOutput: false,
      },
    ],
    "on_error": [{
      name: "on_error",
      command: "git diff HEAD",
      script: "git diff HEAD",
      timeoutMs: 30_000,
      pipeOutput: false,
    }],
  });
});

Deno.test("line ends of another system, a byte order mark and tabs behind values change nothing", () => {
  assert.deepEqual(hooks(EXAMPLE.replaceAll("\n", "\r\n")), hooks(EXAMPLE));
  assert.deepEqual(hooks(`\uFEFF${EXAMPLE}`), hooks(EXAMPLE));
  assert.deepEqual(hooks(EXAMPLE.replaceAll(" #", "\t#")), hooks(EXAMPLE));
});

Deno.test("the moments may stand beside the version, and in both places", () => {
  const hook = "{ command: a }";
  for (const name of HOOK_NAMES) {
    const inside = hooks(`version: 1\nhooks:\n  ${name}: [${hook}]`);
    assert.deepEqual(hooks(`${name}: ${hook}\nversion: 1`), inside);
    assert.equal(inside[name].length, 1);
  }
  const both = hooks(`version: 1\non_error: ${hook}\nhooks: { session_end: ${hook} }`);
  assert.equal(both.on_error.length + both.session_end.length, 2);
});

Deno.test("a moment without anything has no hooks", () => {
  for (const nothing of ["", "~", "null", "[]"]) {
    assert.deepEqual(hooks(`version: 1\non_error: ${nothing}`), NO_HOOKS);
    assert.deepEqual(hooks(`version: 1\nhooks: { on_error: ${nothing} }`), NO_HOOKS);
  }
  for (const text of ["version: 1", "version: 1\nhooks:", "version: 1\nhooks: {}"]) {
    assert.deepEqual(hooks(text), NO_HOOKS);
  }
});

Deno.test("a command may be as long as any text that is stored, in bytes, and no longer", () => {
  const text = (command: string): string =>
    `version: 1\non_error:\n  - command: a\n  - command: "${command}"\n`;
  for (const longest of ["x".repeat(MAX_TEXT_BYTES), "é".repeat(MAX_TEXT_BYTES / 2)]) {
    assert.equal(hooks(text(longest)).on_error[1]?.command, longest);
    // What is in it besides is not told: it has not been looked at.
    assert.deepEqual(mistakes(text(`${longest} eval {{error}}`)), [
      "on_error.command is 16399 bytes long; at most 16384 are allowed (f:4:14)",
    ]);
  }
});

const TIMEOUT = "on_error.timeout must be a whole number of seconds from 1 to 86400";
const SIX = "session_start, pre_iteration, post_iteration, on_task_complete, on_error, session_end";
const MAPPING = "a hook of on_error must be a mapping with a command";
const MISSING = "version is missing: write version: 1 (f:1:1)";

/** Texts with mistakes, and all that is said of them. */
const WRONG: readonly (readonly [text: string, ...says: readonly string[]])[] = [
  ["", MISSING],
  ["# c\n", MISSING],
  ["on_error: []", MISSING],
  ["hooks:\n  on_error: { command: a }", MISSING],
  ["version: 2", 'version must be 1, got "2" (f:1:10)'],
  ["version: '1'", "version must be 1, got the text '1' (f:1:10)"],
  ["version: 1.0", 'version must be 1, got "1.0" (f:1:10)'],
  ["version: 01", 'version must be 1, got "01" (f:1:10)'],
  ["version:", "version must be 1, got nothing (f:1:9)"],
  ["version: [1]", "version must be 1, got a list (f:1:10)"],
  ["version: 1\nversion: 1", "version is set twice (f:2:1)"],
  ["- a", "a hooks file is keys with values (f:1:1)"],
  ["a", "a hooks file is keys with values (f:1:1)"],
  ["version: 1\nhook: {}", 'unknown key "hook"; did you mean hooks? (f:2:1)'],
  ["version: 1\non_eror: []", 'unknown key "on_eror"; did you mean on_error? (f:2:1)'],
  ["version: 1\n<<: {}", 'unknown key "<<" (f:2:1)'],
  ["version: 1\n__proto__: {}", 'unknown key "__proto__" (f:2:1)'],
  ["version: 1\n? [a]\n: b", "a key must be a word (f:2:3)"],
  [
    "version: 1\nhooks:\n  sesion_start: []",
    'unknown key "hooks.sesion_start"; did you mean session_start? (f:3:3)',
  ],
  ["version: 1\nhooks: a", `hooks must hold keys: ${SIX}, got "a" (f:2:8)`],
  ["version: 1\nhooks: []", `hooks must hold keys: ${SIX}, got a list (f:2:8)`],
  ["version: 1\nhooks:\nhooks:", "hooks is set twice (f:3:1)"],
  [
    "version: 1\non_error: []\nhooks: { on_error: [] }",
    "on_error is set twice (f:3:10)",
  ],
  ["version: 1\nhooks:\n  on_error:\n  on_error:", "hooks.on_error is set twice (f:4:3)"],
  ["version: 1\non_error: git diff", `${MAPPING}, got "git diff" (f:2:11)`],
  ["version: 1\non_error: [git diff]", `${MAPPING}, got "git diff" (f:2:12)`],
  ["version: 1\non_error:\n  -\n  - command: a", `${MAPPING}, got nothing (f:3:4)`],
  ["version: 1\non_error: [~]", `${MAPPING}, got "~" (f:2:12)`],
  ["version: 1\non_error: [[]]", `${MAPPING}, got a list (f:2:12)`],
  ["version: 1\non_error: {}", "on_error.command is missing (f:2:11)"],
  ["version: 1\non_error: { timeout: 5 }", "on_error.command is missing (f:2:11)"],
  [
    "version: 1\non_error: { comand: a }",
    'unknown key "on_error.comand"; did you mean command? (f:2:13)',
    "on_error.command is missing (f:2:11)",
  ],
  ...["5", "true", "1.5", "0x1"].map((value) =>
    [
      `version: 1\non_error: { command: ${value} }`,
      `on_error.command must be a text for the shell, got "${value}" (f:2:22)`,
    ] as const
  ),
  [
    "version: 1\non_error: { command: [a, b] }",
    "on_error.command must be a text for the shell, got a list (f:2:22)",
  ],
  [
    "version: 1\non_error:\n  command: ' '",
    "on_error.command must be a text for the shell, got the text ' ' (f:3:12)",
  ],
  [
    "version: 1\non_error:\n  command:",
    "on_error.command must be a text for the shell, got nothing (f:3:11)",
  ],
  [
    'version: 1\non_error:\n  command: "a\\0b"',
    'on_error.command must be a text without NUL and without half characters, got the text "a\\0b" (f:3:12)',
  ],
  ...["08", "1e3", "-1", "0", "86401", "1.5", "0x10", "5s", "true", "~"].map((value) =>
    [
      `version: 1\non_error:\n  command: a\n  timeout: ${value}`,
      `${TIMEOUT}, got "${value}" (f:4:12)`,
    ] as const
  ),
  [`version: 1\non_error: { command: a, timeout: "30" }`, `${TIMEOUT}, got the text "30" (f:2:34)`],
  [
    "version: 1\non_error: { command: a, pipe_output: yes }",
    'on_error.pipe_output must be true or false, got "yes" (f:2:38)',
  ],
  [
    "version: 1\non_error: { command: a, pipe_output: True }",
    'on_error.pipe_output must be true or false, got "True" (f:2:38)',
  ],
  [
    "version: 1\non_error: { command: a, command: b }",
    "on_error.command is set twice (f:2:25)",
  ],
  [
    "version: 1\non_error: &a { command: a }\nsession_end: *a",
    "a hook of session_end must be a mapping with a command, got an alias (f:3:14)",
  ],
  [
    "version: 1\nsession_end:\n  - command: a\n  - command: echo {{error}}",
    "session_end.command: {{error}} has no value in session_end, only in on_error (f:4:14)",
  ],
  [
    "version: 1\non_error: @a",
    "not valid YAML: Plain value cannot start with reserved character @ (f:2:11)",
  ],
  ["version: 1\n---\nversion: 1", "a hooks file is one document: a second one begins here (f:2:1)"],
];

Deno.test("each mistake of a hooks file is told with its place, its value and what is allowed", () => {
  for (const [text, ...says] of WRONG) {
    assert.deepEqual([...mistakes(text)].toSorted(), [...says].toSorted(), text);
  }
});

Deno.test("all mistakes of a hooks file are told at once, in their order", () => {
  const text = "version: 2\nhoks:\non_error:\n  - comand: a\n  - command: 5\n    timeout: 0\n";
  assert.deepEqual(mistakes(text), [
    'version must be 1, got "2" (f:1:10)',
    'unknown key "hoks"; did you mean hooks? (f:2:1)',
    'unknown key "on_error.comand"; did you mean command? (f:4:5)',
    "on_error.command is missing (f:4:5)",
    'on_error.command must be a text for the shell, got "5" (f:5:14)',
    `${TIMEOUT}, got "0" (f:6:14)`,
  ]);
});

Deno.test("whatever text is read as a hooks file, it gives hooks or mistakes with their places", () => {
  const scraps = [
    ...[
      "version: 1",
      "hooks:",
      "  on_error:",
      "  session_start:",
      "    - command: a",
      "on_error: {",
    ],
    ...[
      "      timeout: 5",
      "}",
      "[",
      "]",
      "- ",
      ": ",
      "&a",
      "*a",
      "!!str",
      "---",
      "...",
      "\t",
      "|",
    ],
    ...['"\\0"', "? [a]", "<<: *a", "%YAML 1.1", "\uFEFF", "\0", "command: echo {{error}} '", "~"],
  ];
  const text = fc.array(fc.oneof(fc.constantFrom(...scraps), fc.string({ unit: "binary" })), {
    maxLength: 8,
  }).chain((lines) => fc.constantFrom("\n", "\r\n", " ").map((end) => lines.join(end)));
  fc.assert(
    fc.property(text, (given) => {
      const { hooks, problems } = readHooksText(given, "f");
      assert.deepEqual(Object.keys(hooks), HOOK_NAMES);
      for (const { where } of problems) assert.match(where, /^f:[1-9]\d*:[1-9]\d*$/);
      // Silence is for what says that there are none.
      if (problems.length === 0) assert.match(given, /version/);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("a text that is nested without end is a mistake", () => {
  for (const text of ["[".repeat(50_000), "{a: ".repeat(50_000), "- ".repeat(50_000)]) {
    assert.ok(mistakes(text).length > 0);
  }
});

Deno.test("without a hooks file there are no hooks", async () => {
  await using place = await Place.make();
  assert.equal(loadHooks(place.path), NO_HOOKS);
});

Deno.test("the hooks file at the root is read", async () => {
  await using place = await Place.make();
  await Deno.writeTextFile(place.join(HOOKS_FILE), EXAMPLE);
  assert.deepEqual(loadHooks(place.path), hooks(EXAMPLE));
});

Deno.test("every mistake of the hooks file at the root is thrown, with file, line and column", async () => {
  await using place = await Place.make();
  const file = place.join(HOOKS_FILE);
  await Deno.writeTextFile(file, "version: 2\nhoks:\n");
  assert.throws(
    () => loadHooks(place.path),
    new UserError(`version must be 1, got "2" (${file}:1:10)`, [
      `also: unknown key "hoks"; did you mean hooks? (${file}:2:1)`,
    ]),
  );
});

Deno.test("a hooks file of nearly the right name is not passed over", async () => {
  await using place = await Place.make();
  await Deno.writeTextFile(place.join(".iteratr.hooks.yaml"), "version: 1\n");
  assert.throws(() => loadHooks(place.path), {
    name: "UserError",
    message: /^hooks are read from \.iteratr\.hooks\.yml alone: rename the file/,
  });
  await Deno.writeTextFile(place.join(".iteratr.hooks.yml"), "version: 1\n");
  assert.deepEqual(loadHooks(place.path), NO_HOOKS);
});

Deno.test("a pipe in the place of the hooks file is not waited for", async () => {
  await using place = await Place.make();
  const path = place.join(".iteratr.hooks.yml");
  assert.ok((await new Deno.Command("mkfifo", { args: [path] }).output()).success);
  assert.throws(() => loadHooks(place.path), /the file cannot be read: it is not a file/);
});

Deno.test("a hooks file that cannot be read is an error, and not the same as none", async () => {
  await using place = await Place.make();
  const file = place.join(HOOKS_FILE);
  const isRefused = (why: RegExp): void =>
    assert.throws(() => loadHooks(place.path), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /^the file cannot be read: /);
      assert.match(error.message, why);
      assert.ok(error.message.endsWith(`(${file})`), error.message);
      return true;
    });
  await Deno.mkdir(file);
  isRefused(/it is not a file/);
  await Deno.remove(file);
  await Deno.symlink("nowhere", file);
  isRefused(/No such file/);
  await Deno.remove(file);
  await Deno.writeFile(file, new Uint8Array([0x61, 0xff]));
  isRefused(/not UTF-8/);
});

Deno.test({
  name: "a hooks file whose mode forbids reading is an error",
  ignore: !isBound,
  fn: async () => {
    await using place = await Place.make();
    await Deno.writeTextFile(place.join(HOOKS_FILE), "version: 1\n");
    await Deno.chmod(place.join(HOOKS_FILE), 0o000);
    const module = new URL("../../src/hooks/hooks_file.ts", import.meta.url).href;
    const code = `import { loadHooks } from ${JSON.stringify(module)};
      try { loadHooks(${
      JSON.stringify(place.path)
    }); } catch (e) { console.log(e.name, e.message); }`;
    const deno = [Deno.execPath(), "eval", "--no-check", code];
    const [program = "", ...args] = [...BOUND, ...deno];
    const { stdout } = await new Deno.Command(program, { args }).output();
    assert.match(new TextDecoder().decode(stdout), /^UserError the file cannot be read: .*denied/);
  },
});
