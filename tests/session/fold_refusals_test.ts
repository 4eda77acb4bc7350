import assert from "node:assert/strict";
import { event, EVENT_VERSION, type EventData, type NewEvent } from "../../src/session/event.ts";
import { fold } from "../../src/session/fold.ts";
import type { Head } from "../../src/session/state.ts";
import { NOON } from "../support/memory_session.ts";

function headAfter(...items: readonly NewEvent[]): Head {
  return fold(items.map((item, index) => ({
    ...{ v: EVENT_VERSION, seq: index + 1, at: NOON, run: "r", iteration: null, actor: "run" },
    ...item,
  }))).head;
}

function refusal(change: Partial<EventData["commit.refused"]> = {}): NewEvent {
  return event("commit.refused", { n: 1, why: "no", ...change });
}

Deno.test("who has refused a commit is what the event says, and in older logs what its words tell", () => {
  const by = (change: Partial<EventData["commit.refused"]>) =>
    headAfter(refusal(change)).refused?.by;
  assert.equal(by({ byHook: true }), "hook");
  assert.equal(by({ byHook: false }), "obstacle");
  assert.equal(by({ output: "lint" }), "hook");
  assert.equal(by({}), "obstacle");
});

Deno.test("a refusal that is settled stays when it was refused again, and goes when nothing is left of it", () => {
  const settled = (refused: boolean): Head =>
    headAfter(refusal(), event("commit.settled", { n: 1, refused }));
  assert.deepEqual(settled(true).refused, { n: 1, by: "obstacle" });
  assert.equal(settled(true).settled, 1);
  assert.equal(settled(false).refused, undefined);
  assert.equal(settled(false).settled, 1);
});
