import assert from "node:assert/strict";
import type { CommandWorld } from "../../src/commands/context.ts";
import { remove, reset, unlessRunning } from "../../src/commands/reset.ts";
import { processRef } from "../../src/platform/process_identity.ts";
import { deleteSession, resetSession } from "../../src/store/epoch.ts";
import type { ProcessRef } from "../../src/platform/process_identity.ts";
import { acquire } from "../../src/store/lease.ts";
import type { Store } from "../../src/store/open.ts";
import { readHead } from "../../src/store/read.ts";
import { bareEnvironment } from "../support/environment.ts";
import { beforeCommit } from "../support/hooked_store.ts";
import { Place } from "../support/place.ts";
import { dump } from "../support/stored.ts";
import { DatedClock } from "./_dated_clock.ts";
import { note, writeJob } from "./_job.ts";
import { archives, exported, printedExport } from "./_logs.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** What a command prints in a place. */
async function printed(
  place: Place,
  command: typeof reset,
  session: string,
): Promise<string> {
  let text = "";
  const world: CommandWorld = {
    cwd: place.path,
    env: () => undefined,
    stdout: (part) => {
      text += part;
    },
    stderr: () => undefined,
  };
  await command(session, {}, world);
  return text;
}

/** Takes the leases of session `s` for a run. */
async function takeLease(store: Store, owner: ProcessRef): Promise<void> {
  const now = new Date().toISOString();
  const lease = {
    ...{ run: "run-9", session: "s", host: Deno.hostname(), agent: null, scratch: "/scratch" },
    ...{ owner, since: now, heartbeat: now },
  };
  const target = { session: "s", tree: "/tree" };
  const { kind } = await acquire(store, target, lease, () => Promise.resolve(false));
  assert.equal(kind, "acquired");
}

Deno.test("iteratr reset says where the log is now", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await writeJob(store);
  const log = await exported(store);
  const text = await printed(place, reset, "s");
  const path = /^session s begins anew; its log until now is in (\/.+)\n$/.exec(text)?.[1];
  assert.equal(Deno.readTextFileSync(path ?? text), log);
  assert.equal((await readHead(store, "s"))?.epoch, 2);
});

Deno.test("iteratr delete says where the log is now", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await writeJob(store);
  const log = await exported(store);
  const text = await printed(place, remove, "s");
  const path = /^session s is deleted; its log is in (\/.+)\n$/.exec(text)?.[1];
  assert.equal(Deno.readTextFileSync(path ?? text), log);
  assert.equal(await readHead(store, "s"), undefined);
});

Deno.test("iteratr reset sweeps what has been over for long, and nothing else", async () => {
  await using place = await Place.make();
  let old: string;
  {
    // In January 2026: long ago for the command, which has the real clock.
    await using store = await place.open({ clock: new DatedClock() });
    await note(store, "old");
    old = await exported(store);
    await printed(place, reset, "s");
  }
  await using store = await place.open();
  const past = await store.kv.get<Record<string, unknown>>(["epoch", "s", 1]);
  await store.kv.set(past.key, { ...past.value, endedAt: "2026-01-02T12:00:00.000Z" });
  await note(store, "recent");
  const recent = await exported(store);
  await printed(place, reset, "s");
  const epochs = new Set(
    (await dump(store)).filter(({ key }) => key[0] === "event").map(({ key }) => key[2]),
  );
  assert.deepEqual(epochs, new Set([2, 3]));
  assert.equal(await printedExport(place, "1"), old);
  assert.equal(await printedExport(place, "2"), recent);
});

for (const [what, command] of [["reset", reset], ["delete", remove]] as const) {
  Deno.test(`iteratr ${what} refuses a session that is not there, and makes no store`, async () => {
    await using place = await Place.make();
    await assert.rejects(printed(place, command, "s"), {
      name: "UserError",
      message: `there is no session in ${place.data}`,
    });
    assert.deepEqual([...Deno.readDirSync(place.path)].map(({ name }) => name), [".git"]);
    await using store = await place.open();
    await note(store, "one");
    await assert.rejects(printed(place, command, "t"), {
      name: "UserError",
      message: "there is no session t; there is s",
    });
    assert.deepEqual(archives(place), []);
  });

  Deno.test(`iteratr ${what} does not work in the shell of a run`, async () => {
    await using place = await Place.make();
    {
      await using store = await place.open();
      await note(store, "one");
    }
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", MAIN, what, "s"],
      cwd: place.path,
      clearEnv: true,
      env: { ...bareEnvironment(), ITERATR_RUN: "run-1" },
      stdin: "null",
    }).output();
    const text = new TextDecoder().decode(stderr);
    assert.equal(code, 1, text);
    assert.match(text, /^config \(exit 1\): this shell belongs to a run of iteratr .*\n$/);
    assert.equal(stdout.length, 0);
    await using store = await place.open();
    assert.equal((await readHead(store, "s"))?.epoch, 1);
    assert.deepEqual(archives(place), []);
  });
}

for (
  const [what, end, command] of [
    ["reset", resetSession, reset],
    ["delete", deleteSession, remove],
  ] as const
) {
  Deno.test(`${what} is refused to who finds a run that has begun meanwhile`, async () => {
    await using place = await Place.make();
    await using store = await place.open();
    await writeJob(store);
    const hooked = beforeCommit(store, async (commit) => {
      if (commit === 1) await takeLease(store, await processRef(Deno.pid));
    });
    const before = await readHead(store, "s");
    await assert.rejects(end(hooked, "s", unlessRunning(hooked, "s")), {
      name: "BusyError",
      message: `session s is run by pid ${Deno.pid} on host ${Deno.hostname()}; ` +
        `"iteratr stop s" ends it`,
    });
    assert.deepEqual(await readHead(store, "s"), before);
    assert.deepEqual(archives(place), []);
  });

  Deno.test(`iteratr ${what} is refused while a run goes on, and not because of a dead one`, async () => {
    await using place = await Place.make();
    await using store = await place.open();
    await writeJob(store);
    await takeLease(store, await processRef(Deno.pid));
    await assert.rejects(printed(place, command, "s"), { name: "BusyError" });
    assert.equal((await readHead(store, "s"))?.epoch, 1);
    // Nobody has this number: it is beyond the largest that systems give.
    await takeLease(store, { pid: 2 ** 22 + 1, identity: "gone" });
    await printed(place, command, "s");
    assert.notEqual((await readHead(store, "s"))?.epoch, 1);
  });
}
