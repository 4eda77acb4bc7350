import assert from "node:assert/strict";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { endedWith, gated, gatesRun } from "./_gates.ts";

const LEAVES = [
  // Holds the gate's output.
  "sleep 600 & true",
  "sleep 600 >/dev/null 2>&1 & true",
  "nohup sleep 600 & true",
  // In another group, and one in another session.
  "set -m; sleep 600 & true",
  "setsid sleep 600 & true",
  "(setsid sh -c 'trap \"\" TERM HUP; sleep 600; sleep 600' &) ; true",
];

Deno.test("what a gate leaves in the background holds nothing, and is gone when the run is", async () => {
  await together(LEAVES, async (gate) => {
    await using stage = await Stage.make();
    // That no process is left is looked at by `gated`.
    endedWith(await gated(stage, { gates: [gate] }), 0);
    const [{ end, exit } = {}] = gatesRun(await stage.session(), "judgement");
    assert.deepEqual([end, exit], ["exited", 0], gate);
  });
});

// Whoever is dead but not waited for has no command line any more.
Deno.test("a server that one gate leaves does not answer the next one", async () => {
  await using stage = await Stage.make();
  const server = 'sleep 600 & echo $! > "$HOME/server"';
  const asks = '! grep -q sleep "/proc/$(cat "$HOME/server")/cmdline"';
  endedWith(await gated(stage, { gates: [server, asks] }), 0);
});
