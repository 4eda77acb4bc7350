import assert from "node:assert/strict";
import { type Hook, NO_HOOKS } from "../../src/hooks/hook.ts";
import { HookRunner } from "../../src/loop/commands/hook_runner.ts";
import type { RunPlan, RunWorld } from "../../src/loop/plan.ts";
import { endSession } from "../../src/loop/commands/session_end.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { HeldGroups } from "../../src/platform/held_groups.ts";
import { NO_LOG } from "../../src/platform/log.ts";
import { HOOK_NAMES, type HookName } from "../../src/session/hook.ts";
import { Place } from "../support/place.ts";
import { FakeRecorder } from "./_fake_recorder.ts";

/** A store that takes nothing more. */
class FullRecorder extends FakeRecorder {
  override recordWith(): Promise<void> {
    return Promise.reject(new Error("database or disk is full"));
  }
}

const REMAINS = {
  look: () => Promise.resolve(),
  keep: () => undefined,
  endAgents: () => Promise.resolve(),
  end: () => Promise.resolve(),
};

/** Three hooks of each moment, each of which writes its number into a file; the second one fails. */
function runnerIn(place: Place, recorder: FakeRecorder): HookRunner {
  const hookOf = (name: HookName, n: number): Hook => {
    const command = `echo ${n} >>${name}; test ${n} != 2`;
    return { name, command, script: command, timeoutMs: 10_000, pipeOutput: true };
  };
  const all = HOOK_NAMES.map((name) => [name, [1, 2, 3].map((n) => hookOf(name, n))]);
  const hooks = { ...NO_HOOKS, ...Object.fromEntries(all) };
  const plan = { ...{ hooks, root: place.path, run: "r", session: "s" }, commandEnvironment: {} };
  const world = { clock: systemClock, log: NO_LOG, groups: new HeldGroups() };
  return new HookRunner(plan as unknown as RunPlan, world as RunWorld, recorder, REMAINS);
}

async function ran(place: Place, name: HookName): Promise<string> {
  return await Deno.readTextFile(place.join(name)).catch(() => "");
}

Deno.test("all hooks of a session's end run, although the store takes nothing more", async () => {
  await using place = await Place.make();
  const hooks = runnerIn(place, new FullRecorder());
  const ending = { reason: "store", message: "full", hints: [] } as const;
  await endSession(hooks, ending, new AbortController().signal, systemClock);
  assert.equal(await ran(place, "session_end"), "1\n2\n3\n");
});

Deno.test("a store that takes nothing more ends the other hooks, whose run it is to end", async () => {
  for (const name of HOOK_NAMES.filter((each) => each !== "session_end")) {
    await using place = await Place.make();
    const hooks = runnerIn(place, new FullRecorder());
    await assert.rejects(hooks.run(name, {}, new AbortController().signal), /disk is full/);
    assert.equal(await ran(place, name), "1\n", name);
  }
});

Deno.test("a hook that fails keeps none of its moment from running, and is recorded", async () => {
  await using place = await Place.make();
  const recorder = new FakeRecorder();
  await runnerIn(place, recorder).run("post_iteration", {}, new AbortController().signal);
  assert.equal(await ran(place, "post_iteration"), "1\n2\n3\n");
  assert.deepEqual(
    recorder.of("hook.ended").map(({ exit, held }) => [exit, held]),
    [[0, false], [1, true], [0, false]],
  );
});
