import assert from "node:assert/strict";
import { beginTenancy, type Tenancy, type TenancyOptions } from "../../src/loop/tenancy.ts";
import { type ProcessRef, processRef } from "../../src/platform/process_identity.ts";
import { keys } from "../../src/store/keys.ts";
import { type Lease, readLease } from "../../src/store/lease.ts";
import type { Store } from "../../src/store/open.ts";
import type { StoreError } from "../../src/store/errors.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { Place } from "../support/place.ts";

const HOST = "here";
const TARGET = { session: "s", tree: "/work-tree" };

function options(store: Store, more: Partial<TenancyOptions> = {}): TenancyOptions {
  return {
    store,
    clock: store.clock,
    target: TARGET,
    run: crypto.randomUUID(),
    pid: Deno.pid,
    host: HOST,
    scratch: "/scratch",
    onBeat: () => Promise.resolve(),
    onLost: () => undefined,
    ...more,
  };
}

async function taken(store: Store, more: Partial<TenancyOptions> = {}): Promise<Tenancy> {
  const tenancy = await beginTenancy(options(store, more));
  if ("reason" in tenancy) throw new Error(tenancy.message);
  return tenancy;
}

async function leaseOf(store: Store, more: Partial<Lease>): Promise<Lease> {
  const now = store.clock.now().toISOString();
  return {
    run: "other",
    session: "s",
    host: HOST,
    owner: await processRef(Deno.pid),
    agent: null,
    scratch: "/scratch",
    since: now,
    heartbeat: now,
    ...more,
  };
}

Deno.test("a session that is held is busy, and free again when its holder has let it go", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  {
    await using _first = await taken(store);
    const second = await beginTenancy(options(store));
    assert.ok("reason" in second && second.reason === "busy");
    assert.match(second.message, new RegExp(`^session s is run by pid ${Deno.pid} on host here `));
    const elsewhere = { ...TARGET, session: "t" };
    const third = await beginTenancy(options(store, { target: elsewhere }));
    assert.ok("reason" in third && third.reason === "busy");
    assert.match(third.message, /^the work tree \/work-tree is in use by session s, by pid /);
  }
  assert.equal(await readLease(store, "s"), undefined);
  await using _second = await taken(store);
});

Deno.test("a dead owner on this host is recognised at once, also when its number is in use again", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  const stranger = { pid: Deno.pid, identity: "started at another time" };
  await store.kv.set(keys.lease("s"), await leaseOf(store, { owner: stranger }));
  await using tenancy = await taken(store);
  assert.deepEqual(tenancy.dead.map(({ run }) => run), ["other"]);
});

Deno.test("an owner on another host is dead after a minute without a sign of life", async () => {
  await using place = await Place.make();
  const clock = new FakeClock();
  await using real = await place.open();
  const store: Store = { ...real, clock };
  const heartbeat = (ago: number): string => new Date(clock.now().getTime() - ago).toISOString();
  const lease = await leaseOf(store, { host: "there", heartbeat: heartbeat(59_000) });
  await real.kv.set(keys.lease("s"), lease);
  const early = await beginTenancy(options(real, { clock }));
  assert.ok("reason" in early && early.reason === "busy");
  assert.match(early.message, /on host there since .* \(last sign of life 59s ago\)\.$/);
  await real.kv.set(keys.lease("s"), { ...lease, heartbeat: heartbeat(60_000) });
  const late = await beginTenancy(options(real, { clock }));
  assert.ok(!("reason" in late));
  await late[Symbol.asyncDispose]();
});

Deno.test("the lease names the agent while there is one, and only then it is looked at", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  const clock = new FakeClock();
  const looks: ProcessRef[] = [];
  const onBeat = (agent: ProcessRef): Promise<void> => {
    looks.push(agent);
    return Promise.resolve();
  };
  const agent = { pid: 12_345, identity: "started now" };
  await using tenancy = await taken(store, { clock, onBeat });
  assert.equal((await readLease(store, "s"))?.agent, null);
  await tenancy.setAgent(agent);
  assert.deepEqual((await readLease(store, "s"))?.agent, agent);
  assert.deepEqual(looks, [agent]);
  await tenancy.setAgent(undefined);
  assert.equal((await readLease(store, "s"))?.agent, null);
  assert.deepEqual(looks, [agent]);
});

/** Lets the heartbeat come, and waits for what is lost by it. */
async function lossOf(store: Store, spoil: () => void | Promise<void>): Promise<StoreError> {
  const clock = new FakeClock();
  const lost = Promise.withResolvers<StoreError>();
  const tenancy = await taken(store, { clock, onLost: lost.resolve });
  await spoil();
  await clock.passUntilSettled(lost.promise);
  await tenancy[Symbol.asyncDispose]();
  return await lost.promise;
}

Deno.test("a lease that another run has taken is noticed, and left to it", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  const error = await lossOf(store, async () => {
    await store.kv.set(keys.lease("s"), await leaseOf(store, {}));
  });
  assert.match(error.message, /the lease of session s was taken over/);
  assert.equal((await readLease(store, "s"))?.run, "other");
});

Deno.test("a store's file that is deleted or replaced is noticed at the next sign of life", async () => {
  for (
    const [what, spoil] of [
      ["deleted", (file: string): void => Deno.removeSync(file)],
      ["replaced", (file: string): void => {
        Deno.renameSync(file, `${file}.old`);
        Deno.writeTextFileSync(file, "something else");
      }],
    ] as const
  ) {
    await using place = await Place.make();
    await using store = await place.open();
    const error = await lossOf(store, () => spoil(store.file));
    assert.match(error.message, new RegExp(`was ${what} while the run was going on$`));
  }
});
