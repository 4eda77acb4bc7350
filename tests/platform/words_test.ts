import assert from "node:assert/strict";
import fc from "fast-check";
import { UserError } from "../../src/platform/failure.ts";
import { shellQuote, splitWords } from "../../src/platform/words.ts";

Deno.test("splitWords reads back whatever shellQuote has quoted", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" })), (args) => {
      const words = ["agent", ...args];
      assert.deepEqual(splitWords("x", words.map(shellQuote).join(" ")), words);
    }),
    { numRuns: 500 },
  );
});

Deno.test("a shell takes a quoted word for itself, whatever it contains", async () => {
  const words = ["plain", "", "two words", "it's", '"$HOME" `id` \\ *', "-n", "a\nb", "仕様"];
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", `printf '%s\\0' ${words.map(shellQuote).join(" ")}`],
  }).output();
  assert.deepEqual(new TextDecoder().decode(stdout).split("\0").slice(0, -1), words);
});

Deno.test("splitWords knows words, both quotes and the backslash, and expands nothing", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["opencode acp", ["opencode", "acp"]],
    ["  a\t'b c'  ", ["a", "b c"]],
    ["a\\ b c", ["a b", "c"]],
    [`"a 'b' \\"c\\"" '\\d'`, [`a 'b' "c"`, "\\d"]],
    [`a"b"'c'd`, ["abcd"]],
    ["a '' \"\"", ["a", "", ""]],
    ["$HOME ~ * | ;", ["$HOME", "~", "*", "|", ";"]],
  ];
  for (const [text, words] of cases) assert.deepEqual(splitWords("x", text), words, text);
});

Deno.test("splitWords refuses an open quote and what is no command, with the text", () => {
  const message = (text: string): string => {
    try {
      splitWords("agent.command", text);
    } catch (error) {
      if (error instanceof UserError) return error.message;
    }
    return "it was taken";
  };
  assert.equal(message("a 'b"), "agent.command has an open quote ('): a 'b");
  assert.equal(message('a "b\\"'), 'agent.command has an open quote ("): a "b\\"');
  for (const text of ["", "  ", "''"]) {
    assert.equal(message(text), `agent.command must be a command, got "${text}"`);
  }
});

Deno.test("splitWords splits any text or throws a UserError", () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom("a", " ", "'", '"', "\\") }), (text) => {
    try {
      assert.ok(splitWords("x", text).length > 0);
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
    }
  }));
});
