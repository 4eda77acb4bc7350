import assert from "node:assert/strict";
import { AgentError } from "../../src/agent/errors.ts";
import { endingOf, failure } from "../../src/commands/exit.ts";

function hints(lastWords: string, lastLines: readonly string[] = []): readonly string[] {
  const ending = endingOf(new AgentError("it failed", lastWords, undefined, lastLines));
  assert.equal(ending.message, "it failed.");
  return ending.hints;
}

Deno.test("an agent that failed without a word has no last words", () => {
  assert.deepEqual(hints(""), []);
});

Deno.test("the last lines of an agent's stderr are told, or else the one that says most", () => {
  assert.deepEqual(hints("fatal: no key"), ["Its last words: fatal: no key"]);
  assert.deepEqual(hints("fatal: no key", ["one"]), ["Its last words: one"]);
  assert.deepEqual(hints("", ["one", "two", "three"]), [
    "Its last words: one",
    "  two",
    "  three",
  ]);
});

Deno.test("the last lines are printed below the ending, indented", () => {
  const error = new AgentError("it failed", "", undefined, ["one", "two"]);
  assert.deepEqual(failure(error), {
    text: "agent-failed (exit 2): it failed.\n  Its last words: one\n    two\n",
    code: 2,
  });
});
