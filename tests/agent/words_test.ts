import assert from "node:assert/strict";
import { splitWords } from "../../src/platform/words.ts";

Deno.test("in the agent's command a backslash in double quotes stands for itself, as in a shell", () => {
  const words = (text: string): readonly string[] => splitWords("agent.command", text);
  assert.deepEqual(words(String.raw`grep "\d+\.\w"`), ["grep", String.raw`\d+\.\w`]);
  assert.deepEqual(words(String.raw`a "x\"y\\z\$"`), ["a", String.raw`x"y\z$`]);
});
