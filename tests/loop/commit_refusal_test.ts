import assert from "node:assert/strict";
import { hookOutput, refusalSection } from "../../src/loop/commits/commit_refusal.ts";

Deno.test("what a hook said is passed on without control characters, and cut in its middle", () => {
  assert.equal(
    hookOutput({ output: "\u001b[31mlint\u001b[0m failed\n", byHook: true }),
    "lint failed",
  );
  const long = hookOutput({ output: `first ${"x".repeat(50_000)} last`, byHook: true }) ?? "";
  assert.match(long, /^first x+\n\[\.\.\. 42011 characters left out \.\.\.\]\nx+ last$/);
});

Deno.test("a hook that said nothing is told in words of ours", () => {
  const silent = hookOutput({ output: "\n", byHook: true });
  assert.equal(silent, "a hook of git failed without a word");
});

Deno.test("an obstacle that is no hook is not passed on", () => {
  const output =
    "Author identity unknown\n\nfatal: no email was given and auto-detection is disabled";
  assert.equal(hookOutput({ output, byHook: false }), undefined);
});

Deno.test("the section of a refusal quotes it, and is empty without one", () => {
  assert.equal(refusalSection(undefined), "");
  assert.match(
    refusalSection("a\n\nb"),
    /^# The last commit was refused\n\n.*\n\n {4}a\n\n {4}b$/s,
  );
});
