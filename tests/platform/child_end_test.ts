import assert from "node:assert/strict";
import { childEnd } from "../../src/platform/child_end.ts";
import { isLinux } from "../support/bound.ts";

function shell(script: string): Deno.ChildProcess {
  return new Deno.Command("sh", { args: ["-c", script], stdin: "null" }).spawn();
}

Deno.test("the end of a child tells its exit code, or the signal that ended it", async () => {
  assert.deepEqual(await childEnd(shell("exit 3")), { code: 3, signal: null });
  assert.deepEqual(await childEnd(shell("kill -9 $$")), { code: 137, signal: "SIGKILL" });
});

Deno.test({
  name: "the end of a child is told, and never thrown, when the runtime has no name for its signal",
  ignore: !isLinux("signals of real time"),
  // Deno keeps the handle of a child that such a signal has ended.
  sanitizeResources: false,
  fn: async () => {
    assert.deepEqual(await childEnd(shell("kill -35 $$")), { code: 163, signal: "35" });
  },
});
