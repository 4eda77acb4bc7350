import assert from "node:assert/strict";
import { followControl } from "../../src/loop/control.ts";
import { event } from "../../src/session/event.ts";
import { TestSession } from "./_session.ts";

for (const now of [true, false]) {
  const what = now ? "at once is heeded" : "after its iteration is left to the loop";
  Deno.test(`a stop before a run listens, to end ${what}`, async () => {
    await using session = await TestSession.make();
    await session.recorder.record(event("run.stop", { now }));
    let heard = 0;
    await using _control = await followControl(session.store, "s", () => heard++);
    assert.equal(heard, now ? 1 : 0);
  });
}
