import assert from "node:assert/strict";
import type { RunPlan, RunWorld } from "../../src/loop/plan.ts";
import { run } from "../../src/loop/run.ts";
import { HeldGroups } from "../../src/platform/held_groups.ts";
import { NO_LOG } from "../../src/platform/log.ts";
import type { Ending } from "../../src/session/ending.ts";
import { Place } from "../support/place.ts";
import { Script } from "../support/script.ts";

const INTERRUPTED: Ending = {
  reason: "interrupted",
  signal: "SIGINT",
  message: "SIGINT was received.",
  hints: [],
};

Deno.test("a run that was told to stop before it began waits for a locked store only for a moment", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  const usual = store.deadlineMs;
  await using holder = new Script("lock_holder.ts", store.file);
  await holder.printed(1);
  const plan = { session: "s", root: place.path, run: "r", scratch: "/scratch" };
  const world: RunWorld = {
    store,
    clock: store.clock,
    pid: Deno.pid,
    host: "here",
    log: NO_LOG,
    ownOutput: new Set(),
    groups: new HeldGroups(),
    stop: AbortSignal.abort(INTERRUPTED),
    endingOf: (error) => ({ reason: "internal", message: String(error), hints: [] }),
  };
  assert.deepEqual(await run(plan as RunPlan, world), INTERRUPTED);
  assert.ok(store.deadlineMs < usual / 10, `${store.deadlineMs}`);
});
