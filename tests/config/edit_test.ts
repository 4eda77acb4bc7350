import assert from "node:assert/strict";
import { setInText, unsetInText } from "../../src/config/edit.ts";
import { UserError } from "../../src/platform/failure.ts";
import { changedLines, valueOf } from "./_edit.ts";

const COMMENTED = `# How we build here. Ask Ada before you change it.

model: acme/large   # the large one:  slow, but right
iterations: "12"

# --- where things are
data_dir: '.state'  # not in git
template: "prompts/mine.txt"
log_file:           # none yet

stall:
    # Patience costs money.
    iterations: 4
    without_task: 9   # nine is enough


prompt: { notes: 8KiB, history: 3 }  # little
renew.iterations: 7
# the end
`;

/** A key, its new value, the only line that changes, and what it is then. */
const CHANGES: readonly (readonly [key: string, value: string, line: number, after: string])[] = [
  ["model", "acme/small", 3, "model: acme/small   # the large one:  slow, but right"],
  ["iterations", "7", 4, "iterations: 7"],
  ["data_dir", "a b", 7, "data_dir: a b  # not in git"],
  ["template", "# x", 8, 'template: "# x"'],
  ["log_file", "run.log", 9, "log_file: run.log           # none yet"],
  ["stall.iterations", "5", 13, "    iterations: 5"],
  ["stall.without_task", "5", 14, "    without_task: 5   # nine is enough"],
  ["prompt.notes", "1MiB", 17, "prompt: { notes: 1MiB, history: 3 }  # little"],
  ["prompt.history", "0", 17, "prompt: { notes: 8KiB, history: 0 }  # little"],
  ["renew.iterations", "1", 18, "renew.iterations: 1"],
];

for (const [key, value, line, after] of CHANGES) {
  for (const end of ["\n", "\r\n"]) {
    Deno.test(`set ${key} changes line ${line} alone, and it to the letter (${end === "\n" ? "LF" : "CRLF"})`, () => {
      const lines = COMMENTED.split("\n");
      const changed = lines.with(line - 1, after).join(end);
      assert.equal(setInText(lines.join(end), key, value, "f"), changed);
      // To set it once more changes nothing.
      assert.equal(setInText(changed, key, value, "f"), changed);
    });
  }
}

Deno.test("set adds a key that is not there in a line of its own, and changes no other", () => {
  for (
    const [key, value] of [["headless", "true"], ["log_level", "debug"], [
      "renew.memory",
      "1GiB",
    ]] as const
  ) {
    const text = setInText(COMMENTED, key, value, "f");
    assert.equal(valueOf(text, key), value);
    assert.deepEqual(changedLines(COMMENTED, text), { gone: [], fresh: [`${key}: ${value}`] });
  }
});

Deno.test("set puts a key below its group, indented as its neighbours are", () => {
  const text = "stall:\n     # why\n     iterations: 4 # so\n\n# after\nmodel: a\n";
  assert.equal(
    setInText(text, "stall.without_task", "9", "f"),
    "stall:\n     # why\n     iterations: 4 # so\n     without_task: 9\n\n# after\nmodel: a\n",
  );
});

/** Texts, what is set in them, and what they are then. */
const SET: Readonly<
  Record<string, readonly (readonly [text: string, key: string, value: string, after: string])[]>
> = {
  "an empty file": [["", "model", "a", "model: a\n"]],
  "a file of comments": [
    ["# only\n", "model", "a", "# only\nmodel: a\n"],
    ["# only", "model", "a", "# only\nmodel: a\n"],
    ["---\n", "model", "a", "---\nmodel: a\n"],
  ],
  "a file without a last line's end": [
    ["model: a", "model", "b", "model: b"],
    ["model: a # c", "model", "b", "model: b # c"],
    ["model: a", "iterations", "3", "model: a\niterations: 3\n"],
    ["\uFEFFmodel: a\n", "model", "b", "\uFEFFmodel: b\n"],
  ],
  "a file with the line ends of another system": [
    ["model: a\r\n", "iterations", "3", "model: a\r\niterations: 3\r\n"],
    [
      "model: a\r\nheadless: true",
      "iterations",
      "3",
      "model: a\r\nheadless: true\r\niterations: 3\r\n",
    ],
    [
      "stall:\r\n  iterations: 4\r\n",
      "stall.without_task",
      "5",
      "stall:\r\n  iterations: 4\r\n  without_task: 5\r\n",
    ],
  ],
  "an empty value": [
    ['model: ""\n', "model", "a", "model: a\n"],
    ["model: '' # none\n", "model", "a", "model: a # none\n"],
    ["model:\nheadless: true\n", "model", "a", "model: a\nheadless: true\n"],
    ["model: ~ # none\n", "model", "a", "model: a # none\n"],
    [
      "stall:\n  # iterations: 4\nmodel: a\n",
      "model",
      "b",
      "stall:\n  # iterations: 4\nmodel: b\n",
    ],
  ],
  "a value of several lines": [
    ["model: |-\n  a\nheadless: true\n", "model", "b", "model: b\nheadless: true\n"],
    [
      "model: >-\n  a\n  b\n\n# c\nheadless: true\n",
      "model",
      "b",
      "model: b\n\n# c\nheadless: true\n",
    ],
    ["headless: true\nmodel: |-\n  a\n", "model", "b", "headless: true\nmodel: b\n"],
    ["model: a\n  b\nheadless: true\n", "model", "c", "model: c\nheadless: true\n"],
    ["model:\n  a\nheadless: true\n", "model", "b", "model:\n  b\nheadless: true\n"],
  ],
  "a file in braces": [
    ["{ model: a, headless: true }\n", "model", "b", "{ model: b, headless: true }\n"],
    ["{ model: a }\n", "model", "b, c", '{ model: "b, c" }\n'],
    ["{ model: a }\n", "model", "b}", '{ model: "b}" }\n'],
  ],
};

for (const [what, cases] of Object.entries(SET)) {
  Deno.test(`set changes one value of ${what}`, () => {
    for (const [text, key, value, after] of cases) {
      assert.equal(setInText(text, key, value, "f"), after, JSON.stringify(text));
    }
  });
}

Deno.test("set adds a key to a file in braces, or says that it cannot", () => {
  for (const text of ["{}\n", "{ model: a, headless: true }\n", "{\n  model: a\n}\n"]) {
    const added = setInText(text, "iterations", "3", "f");
    assert.equal(valueOf(added, "iterations"), "3", added);
    if (text.includes("model")) assert.equal(valueOf(added, "model"), "a", added);
  }
});

/** Texts, what is removed from them, and what they are then. */
const UNSET: Readonly<
  Record<string, readonly (readonly [text: string, key: string, after: string])[]>
> = {
  "its line": [
    ["# top\n\n# head\nmodel: a # c\n\n# end\n", "model", "# top\n\n# head\n\n# end\n"],
    ["model: a", "model", ""],
    ["headless: true\nmodel: a", "model", "headless: true\n"],
    ["model:\nheadless: true\n", "model", "headless: true\n"],
    ["model: a\r\nheadless: true\r\n", "model", "headless: true\r\n"],
    [
      "stall:\n  iterations: 4\n  without_task: 5\n",
      "stall.iterations",
      "stall:\n  without_task: 5\n",
    ],
    ["stall.iterations: 4\nmodel: a\n", "stall.iterations", "model: a\n"],
  ],
  "all lines of its value": [
    ["model: |-\n  a\n  b\nheadless: true\n", "model", "headless: true\n"],
    ["model: >-\n  a\n\n# c\nheadless: true\n", "model", "\n# c\nheadless: true\n"],
    ["model: a\n  b\nheadless: true\n", "model", "headless: true\n"],
    ["model:\n  a\nheadless: true\n", "model", "headless: true\n"],
    ["headless: true\nmodel: |-\n  a\n", "model", "headless: true\n"],
  ],
};

for (const [what, cases] of Object.entries(UNSET)) {
  Deno.test(`unset removes ${what}, and nothing else`, () => {
    for (const [text, key, after] of cases) {
      assert.equal(unsetInText(text, key, "f"), after, JSON.stringify(text));
    }
  });
}

Deno.test("unset leaves the neighbours of a key in braces", () => {
  for (
    const text of [
      "{ model: a, headless: true, iterations: 5 }\n",
      "{ headless: true, model: a, iterations: 5 }\n",
      "{ headless: true, iterations: 5, model: a }\n",
      "{\n  headless: true,\n  model: a, # c\n  iterations: 5\n}\n",
    ]
  ) {
    const after = unsetInText(text, "model", "f") ?? "";
    assert.deepEqual(
      ["model", "headless", "iterations"].map((key) => valueOf(after, key)),
      [undefined, "true", "5"],
      `${text} -> ${after}`,
    );
  }
  const group = "model: a\nstall: { iterations: 4, without_task: 9 } # c\n";
  for (
    const [key, other] of [["stall.iterations", "stall.without_task"], [
      "stall.without_task",
      "stall.iterations",
    ]] as const
  ) {
    const after = unsetInText(group, key, "f") ?? "";
    assert.equal(valueOf(after, key), undefined, after);
    assert.equal(valueOf(after, other), valueOf(group, other), after);
    assert.ok(after.startsWith("model: a\nstall: {") && after.endsWith("} # c\n"), after);
  }
});

Deno.test("unset removes the last key of a group", () => {
  for (
    const text of [
      "stall:\n  iterations: 4\nmodel: a\n",
      "stall:\n  # why\n  iterations: 4\nmodel: a\n",
      "stall: { iterations: 4 }\nmodel: a\n",
    ]
  ) {
    const after = unsetInText(text, "stall.iterations", "f") ?? "";
    assert.equal(valueOf(after, "stall.iterations"), undefined, after);
    assert.equal(valueOf(after, "model"), "a", after);
    assert.equal(after.includes("# why"), text.includes("# why"), after);
  }
});

Deno.test("unset of a key that is not there changes nothing", () => {
  for (const text of ["", "model: a\n", "stall:\n  without_task: 3\n"]) {
    assert.equal(unsetInText(text, "stall.iterations", "f"), undefined, text);
  }
});

Deno.test("a text with mistakes is neither set nor unset, and they are told", () => {
  for (const text of ["modle: a\n", "iterations: 08\n", "model: a\nmodel: b\n", "model: @\n"]) {
    for (
      const edit of [
        () => setInText(text, "model", "x", "f"),
        () => unsetInText(text, "model", "f"),
      ]
    ) {
      assert.throws(
        edit,
        (error) => error instanceof UserError && /\(f:\d+:\d+\)$/.test(error.message),
      );
    }
  }
});
