import assert from "node:assert/strict";
import { stop } from "../../src/commands/stop.ts";
import { processRef } from "../../src/platform/process_identity.ts";
import { type Clock, systemClock } from "../../src/platform/clock.ts";
import { event, type NewEvent } from "../../src/session/event.ts";
import { granted } from "../../src/session/ruling.ts";
import { NO_USAGE } from "../../src/session/usage.ts";
import { acquire, release } from "../../src/store/lease.ts";
import { readHead } from "../../src/store/read.ts";
import { transact } from "../../src/store/transact.ts";
import { TestSession } from "../loop/_session.ts";
import { World } from "./_world.ts";

const TARGET = { session: "s", tree: "/tree" };
const NO_RUN = { name: "UserError", message: "no run of session s is going on" };

/** Says that a run of session `s` is this process, which is alive. */
async function hold({ store }: TestSession, run: string): Promise<void> {
  const now = new Date().toISOString();
  const lease = {
    ...{ run, session: "s", host: Deno.hostname(), agent: null, scratch: "/scratch" },
    ...{ owner: await processRef(Deno.pid), since: now, heartbeat: now },
  };
  const got = await acquire(store, TARGET, lease, () => Promise.resolve(false));
  assert.equal(got.kind, "acquired");
}

async function record({ store }: TestSession, run: string, item: NewEvent): Promise<void> {
  const command = { session: "s", run, actor: "run", tasks: false } as const;
  const { kind } = await transact(store, { ...command, decide: () => granted(item) });
  assert.equal(kind, "committed");
}

function begin(session: TestSession, run: string): Promise<void> {
  const started = event("run.started", {
    ...{ pid: 1, host: "h", version: "1", spec: "/s", root: "/", model: "m", command: [] },
    ...{ iterations: 0, timeMs: 0 },
  });
  return record(session, run, started);
}

function end(session: TestSession, run: string): Promise<void> {
  const ended = event("run.ended", {
    ...{ reason: "complete", code: 0, message: "done.", hints: [], iterations: 0, ms: 0 },
    usage: NO_USAGE,
  });
  return record(session, run, ended);
}

/** Whoever waits sees this happen; what happens nth is given. */
function meanwhile(...happens: readonly (() => Promise<void>)[]): Clock {
  let waits = 0;
  return {
    ...systemClock,
    sleep: async () => {
      const next = happens[waits++];
      assert.ok(next !== undefined, "it waits for longer than for what is to come");
      await next();
    },
  };
}

async function stops(session: TestSession): Promise<number> {
  return (await session.events()).filter(({ type }) => type === "run.stop").length;
}

Deno.test("stop asks the run that goes on", async () => {
  await using session = await TestSession.make();
  await hold(session, "run-1");
  const world = new World(session.place);
  await stop(undefined, {}, world, meanwhile());
  assert.equal(
    world.stdoutText,
    `the run of session s (pid ${Deno.pid}) ends after its iteration\n`,
  );
  assert.equal((await session.head()).stop, "after-iteration");
});

Deno.test("a stop that comes when a run is over does not end the next one", async () => {
  await using session = await TestSession.make();
  await hold(session, "run-1");
  await end(session, "run-1");
  const world = new World(session.place);
  const clock = meanwhile(() => release(session.store, TARGET, "run-1"));
  await assert.rejects(stop("s", {}, world, clock), NO_RUN);
  assert.equal(await stops(session), 0);
  await begin(session, "run-2");
  assert.equal((await session.head()).stop, null);
});

Deno.test("a stop that comes when a run is about to begin is heeded by that one", async () => {
  await using session = await TestSession.make();
  // The one before was killed, and is not mended yet.
  await hold(session, "run-2");
  const world = new World(session.place);
  const clock = meanwhile(
    () => end(session, "run-1"),
    () => begin(session, "run-2"),
  );
  await stop("s", { now: true }, world, clock);
  assert.equal(world.stdoutText, `the run of session s (pid ${Deno.pid}) ends now\n`);
  const head = await session.head();
  assert.deepEqual([head.run, head.stop], ["run-2", "now"]);
});

Deno.test("a stop waits for a run that has only taken the lease, and ends when it finds nothing to do", async () => {
  await using session = await TestSession.make();
  await end(session, "run-1");
  await hold(session, "run-2");
  const clock = meanwhile(
    () => Promise.resolve(),
    () => release(session.store, TARGET, "run-2"),
  );
  await assert.rejects(stop("s", {}, new World(session.place), clock), NO_RUN);
  assert.equal(await stops(session), 0);
});

Deno.test("a stop does not wait for ever for a run that does not begin", async () => {
  await using session = await TestSession.make();
  await end(session, "run-1");
  await hold(session, "run-2");
  let ms = 0;
  const clock: Clock = {
    ...systemClock,
    monotonic: () => ms,
    sleep: (pause) => {
      ms += pause;
      return Promise.resolve();
    },
  };
  await assert.rejects(stop("s", {}, new World(session.place), clock), {
    name: "BusyError",
    message: `the run of session s (pid ${Deno.pid}) has not begun within 30 s; try again`,
  });
});

Deno.test("a run that begins is asked nothing that was asked of one before it", async () => {
  await using session = await TestSession.make();
  await end(session, "run-1");
  // As an iteratr before this one could leave it.
  await record(session, "run-1", event("run.stop", { now: false }));
  assert.equal((await readHead(session.store, "s"))?.stop, "after-iteration");
  await begin(session, "run-2");
  assert.equal((await readHead(session.store, "s"))?.stop, null);
});
