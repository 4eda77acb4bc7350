import assert from "node:assert/strict";
import fc from "fast-check";
import { AgentText } from "../../src/render/agent_text.ts";

function shown(pieces: readonly string[], columns: number | undefined): readonly string[] {
  const text = new AgentText(() => columns);
  return [...pieces.flatMap((piece) => text.take("m", piece)), ...text.end()];
}

Deno.test("prose is wrapped to the width, and list items under their text", () => {
  assert.deepEqual(shown(["one two three four five six seven eight nine ten\n"], 36), [
    "agent   one two three four five six",
    "        seven eight nine ten",
  ]);
  assert.deepEqual(shown(["- one two three four five six seven eight\n"], 36), [
    "agent   - one two three four five",
    "          six seven eight",
  ]);
});

Deno.test("code blocks are left as they are, however wide", () => {
  const wide = `const x = "${"a ".repeat(60)}";`;
  assert.deepEqual(shown([`Look:\n\`\`\`ts\n${wide}\n\`\`\`\nDone.\n`], 40), [
    "agent   Look:",
    "        ```ts",
    `        ${wide}`,
    "        ```",
    "        Done.",
  ]);
});

Deno.test("without a terminal no line is wrapped", () => {
  const long = "word ".repeat(100).trim();
  assert.deepEqual(shown([long], undefined), [`agent   ${long}`]);
});

Deno.test("pieces make the same lines as the whole, wherever the text is cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("a", " b", "\n", "```", "c c c", "- d", "\n\n", "é")),
      fc.array(fc.nat(30)),
      (words, cuts) => {
        const text = words.join("");
        const pieces: string[] = [];
        let rest = text;
        for (const cut of cuts) {
          pieces.push(rest.slice(0, cut));
          rest = rest.slice(cut);
        }
        assert.deepEqual(shown([...pieces, rest], 40), shown([text], 40));
      },
    ),
  );
});
