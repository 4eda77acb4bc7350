import assert from "node:assert/strict";
import { resume } from "../../src/commands/resume.ts";
import { status } from "../../src/commands/status.ts";
import { processRef } from "../../src/platform/process_identity.ts";
import { UserError } from "../../src/platform/failure.ts";
import { event } from "../../src/session/event.ts";
import { acquire, release } from "../../src/store/lease.ts";
import { readEvents, readHead } from "../../src/store/read.ts";
import type { Place } from "../support/place.ts";
import { TestSession } from "../loop/_session.ts";
import { World } from "./_world.ts";

const UNTIL = "2126-01-02T17:00:00.000Z";
const TARGET = { session: "s", tree: "/tree" };

/** Says that the run of session `s` is this process, which is alive. */
async function hold({ store }: TestSession): Promise<void> {
  const now = new Date().toISOString();
  const lease = {
    ...{ run: "run-1", session: "s", host: Deno.hostname(), agent: null, scratch: "/scratch" },
    ...{ owner: await processRef(Deno.pid), since: now, heartbeat: now },
  };
  const got = await acquire(store, TARGET, lease, () => Promise.resolve(true));
  assert.equal(got.kind, "acquired");
}

async function refused(place: Place, session?: string): Promise<UserError> {
  try {
    await resume(session, {}, new World(place));
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

async function lastType({ store }: TestSession): Promise<string | undefined> {
  const head = await readHead(store, "s");
  assert.ok(head !== undefined);
  return (await Array.fromAsync(readEvents(store, "s", head, 0))).at(-1)?.type;
}

/** What `iteratr status` says of the wait, for a person and for a program. */
async function waits(place: Place): Promise<readonly [string | undefined, unknown]> {
  const [person, program] = [new World(place), new World(place)];
  await status("s", {}, person);
  await status("s", { json: true }, program);
  const { waiting }: { readonly waiting?: unknown } = JSON.parse(program.stdoutText);
  return [/^waits .*$/m.exec(person.stdoutText)?.[0], waiting];
}

Deno.test("resume lets a run that waits go on; status tells of the wait", async () => {
  await using session = await TestSession.make();
  await hold(session);
  await session.recorder.record(event("quota.waiting", { until: UNTIL, error: "used up" }));
  assert.deepEqual(await waits(session.place), [`waits   for its provider, until ${UNTIL}`, UNTIL]);
  for (const name of [undefined, "s"]) {
    const world = new World(session.place);
    await resume(name, {}, world);
    assert.equal(
      world.stdoutText,
      `the run of session s (pid ${Deno.pid}) tries again now\n`,
    );
    assert.equal(await lastType(session), "run.resume");
  }
});

Deno.test("resume finds the store by --data-dir as well", async () => {
  await using session = await TestSession.make();
  await hold(session);
  await session.recorder.record(event("quota.waiting", { until: UNTIL, error: "used up" }));
  const world = new World(session.place, {}, "/");
  await resume("s", { dataDir: session.place.data }, world);
  assert.match(world.stdoutText, /tries again now/);
});

Deno.test("resume refuses a run that does not wait, or not any more", async () => {
  await using session = await TestSession.make();
  await hold(session);
  const message = `the run of session s (pid ${Deno.pid}) does not wait`;
  assert.equal((await refused(session.place)).message, message);
  await session.recorder.record(event("quota.waiting", { until: UNTIL, error: "used up" }));
  await session.recorder.record(event("quota.over", { waitedMs: 1, why: "reset" }));
  assert.equal((await refused(session.place, "s")).message, message);
  assert.equal(await lastType(session), "quota.over");
  assert.deepEqual(await waits(session.place), [undefined, null]);
});

Deno.test("resume refuses when no run is going on, also when one was killed in its wait", async () => {
  await using session = await TestSession.make();
  await session.recorder.record(event("quota.waiting", { until: UNTIL, error: "used up" }));
  const { message, hints } = await refused(session.place);
  assert.equal(message, "no run of session s is going on");
  assert.deepEqual(hints, ["Start one: iteratr build --name s"]);
  assert.deepEqual(await waits(session.place), [undefined, null]);
  await hold(session);
  await release(session.store, TARGET, "run-1");
  assert.equal((await refused(session.place)).message, message);
  assert.equal(await lastType(session), "quota.waiting");
});

Deno.test("resume refuses a session that is not there, and tells which are", async () => {
  await using session = await TestSession.make();
  const { message } = await refused(session.place, "t");
  assert.equal(message, "there is no session t; there is s");
});
