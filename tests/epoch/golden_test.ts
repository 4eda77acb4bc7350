import assert from "node:assert/strict";
import { type EventType, isKnown } from "../../src/session/event.ts";
import { resetSession } from "../../src/store/epoch.ts";
import { Place } from "../support/place.ts";
import { DatedClock } from "./_dated_clock.ts";
import { note, writeJob, writeTroubledRun } from "./_job.ts";
import { events, exported } from "./_logs.ts";

/*
 * `UPDATE_GOLDEN=1 deno test -A tests/epoch/golden_test.ts` writes the files anew. A change in them is a
 * change of what logs look like: within a version of the envelope, types and fields are only added.
 */

const GOLDEN = new URL("../golden/", import.meta.url);

/** Whoever adds a type is told here by the compiler, and then by the test, that a line of it is missing. */
const EVERY_TYPE: Readonly<Record<EventType, true>> = {
  "session.created": true,
  "session.completed": true,
  "session.reopened": true,
  "session.reset": true,
  "spec.recorded": true,
  "run.started": true,
  "run.stop": true,
  "run.ended": true,
  "agent.started": true,
  "agent.ended": true,
  "agent.waiting": true,
  "retry.scheduled": true,
  "watchdog.fired": true,
  "quota.waiting": true,
  "quota.over": true,
  "run.resume": true,
  "budget.warned": true,
  "budget.reached": true,
  "agent.renewed": true,
  "agent.message": true,
  "agent.thought": true,
  "agent.tool": true,
  "agent.plan": true,
  "agent.omitted": true,
  "agent.question": true,
  "work.baseline": true,
  "commit.made": true,
  "commit.base": true,
  "commit.index": true,
  "commit.refused": true,
  "commit.settled": true,
  "hook.ended": true,
  "hook.delivered": true,
  "verify.started": true,
  "gate.ended": true,
  "verify.ended": true,
  "iteration.started": true,
  "iteration.usage": true,
  "iteration.ended": true,
  "iteration.summary": true,
  "task.added": true,
  "task.status": true,
  "task.priority": true,
  "task.depends": true,
  "task.independent": true,
  "note.added": true,
  "warning": true,
};

/**
 * The logs of two epochs: only a later one can begin with a reset, and only the first without it. What has
 * come later is in a log of its own, so that none of the old lines has to change.
 */
async function writeLogs(): Promise<ReadonlyMap<string, string>> {
  await using place = await Place.make();
  await using store = await place.open({ clock: new DatedClock(1000) });
  await writeJob(store);
  const first = await exported(store);
  await resetSession(store, "s");
  await note(store, "in the second epoch");
  return new Map([
    ["first_epoch.jsonl", first],
    ["second_epoch.jsonl", await exported(store)],
    ["troubled_run.jsonl", await troubled()],
  ]);
}

async function troubled(): Promise<string> {
  await using place = await Place.make();
  await using store = await place.open({ clock: new DatedClock(1000) });
  await writeTroubledRun(store);
  return await exported(store);
}

Deno.test("the log looks as it always did", async () => {
  for (const [name, log] of await writeLogs()) {
    const file = new URL(name, GOLDEN);
    if (Deno.env.get("UPDATE_GOLDEN") === "1") await Deno.writeTextFile(file, log);
    const golden = (await Deno.readTextFile(file)).split("\n");
    for (const [index, line] of log.split("\n").entries()) {
      assert.equal(line, golden[index], `line ${index + 1} of ${name}`);
    }
    assert.equal(log.split("\n").length, golden.length, name);
  }
});

Deno.test("the golden logs hold an event of every type, and nothing unknown", async () => {
  const types = new Set<string>();
  for (const { name } of Deno.readDirSync(GOLDEN)) {
    for (const event of events(await Deno.readTextFile(new URL(name, GOLDEN)))) {
      assert.ok(isKnown(event), `${name}: ${JSON.stringify(event)}`);
      types.add(event.type);
    }
  }
  assert.deepEqual([...types].sort(), Object.keys(EVERY_TYPE).sort());
});
