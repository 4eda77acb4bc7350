import assert from "node:assert/strict";
import { readLease } from "../../src/store/lease.ts";
import { openStore } from "../../src/store/open.ts";
import { isAlive } from "../build/_processes.ts";
import { dataOf, Stage } from "../build/_stage.ts";
import { configure, neverStall, promptPids } from "./_scripted.ts";
import { buildPlanned, says } from "../faults/_planned.ts";
import { isLinux } from "../support/bound.ts";

Deno.test("the agent is started anew after so many iterations, and none of it is left", async () => {
  await using stage = await Stage.make();
  await neverStall(stage, "renew:", "  iterations: 2");
  const { code, stdout } = await stage.build("edits", ["-i", "5"]);
  assert.equal(code, 5, stdout);
  const [a, b, c, d, e] = promptPids(stage);
  assert.deepEqual([a, c], [b, d]);
  assert.equal(new Set([a, c, e]).size, 3);
  assert.deepEqual(promptPids(stage).filter(isAlive), []);
  const seen = await stage.session();
  assert.deepEqual(dataOf(seen, "agent.renewed"), [
    { why: "after 2 iterations" },
    { why: "after 2 iterations" },
  ]);
  assert.equal(dataOf(seen, "agent.started").length, 3);
  // Between iterations only: none has a renewal within.
  const marks = seen.events.filter(({ type }) =>
    ["agent.renewed", "iteration.started", "iteration.ended"].includes(type)
  ).map(({ type }) => type);
  marks.forEach((type, at) => {
    if (type === "agent.renewed") assert.equal(marks[at - 1], "iteration.ended");
  });
  assert.match(stdout, /^agent {3}is restarted: after 2 iterations$/m);
});

Deno.test("the agent is started anew when it takes more memory than it may", async () => {
  await using stage = await Stage.make();
  await neverStall(stage, "renew:", "  memory: 1MiB");
  const { code, stdout } = await stage.build("edits", ["-i", "3"]);
  assert.equal(code, 5, stdout);
  assert.equal(new Set(promptPids(stage)).size, 3);
  const whys = dataOf(await stage.session(), "agent.renewed").map(({ why }) => String(why));
  assert.equal(whys.length, 2);
  for (const why of whys) assert.match(why, /^it takes \d.*B of memory$/);
});

Deno.test("an agent that takes less memory than it may is kept", async () => {
  await using stage = await Stage.make();
  await neverStall(stage, "renew:", "  memory: 1GiB");
  const { code, stdout } = await stage.build("edits", ["-i", "2"]);
  assert.equal(code, 5, stdout);
  assert.equal(new Set(promptPids(stage)).size, 1);
});

Deno.test("while a run waits to try again, its lease names no agent: its number may be a stranger's", async () => {
  await using stage = await Stage.make();
  await configure(stage, "retry:", "  delays: [1h]");
  await using run = await stage.start("crash at=prompt");
  await run.until(() => run.stdout.includes("\nretry "));
  {
    await using store = await openStore({ directory: stage.project(".iteratr"), create: false });
    const lease = await readLease(store, "SPEC");
    assert.deepEqual([lease?.owner.pid, lease?.agent], [run.pid, null]);
  }
  run.signal("SIGTERM");
  assert.equal((await stage.ended(run)).code, 143);
});

Deno.test("an agent that ends between two turns is started anew, and that is no failed attempt", async () => {
  await using stage = await Stage.make();
  const script = 'iteratr tool task-add --content "at $(date +%N)"';
  const turns = [{ script, updates: [says("Done.")], exits: 5 }];
  const finished = await buildPlanned(stage, { turns }, ["-i", "3", "--no-retry"]);
  assert.equal(finished.code, 5, finished.stdout);
  assert.equal(stage.starts(), 3);
  const seen = await stage.session();
  const whys = dataOf(seen, "agent.renewed").map(({ why }) => why);
  assert.deepEqual(whys, Array(2).fill("it had ended with code 5"));
  assert.deepEqual(dataOf(seen, "agent.ended").map(({ code }) => code), [5, 5, 5]);
  assert.match(finished.stdout, /^agent {3}is restarted: it had ended with code 5$/m);
});

Deno.test("renewal can be switched off", async () => {
  await using stage = await Stage.make();
  await neverStall(stage, "renew:", "  iterations: 0", "  memory: 0B");
  const { code, stdout } = await stage.build("edits", ["-i", "30"]);
  assert.equal(code, 5, stdout);
  assert.equal(new Set(promptPids(stage)).size, 1);
});

interface Footprint {
  readonly descriptors: number;
  readonly kibibytes: number;
  readonly processes: number;
}

function footprint(stage: Stage, pid: number): Footprint {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return {
    descriptors: [...Deno.readDirSync(`/proc/${pid}/fd`)].length,
    kibibytes: Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1]),
    processes: stage.processes().length,
  };
}

Deno.test({
  name: "memory, descriptors and processes of a run stay flat over 200 iterations",
  ignore: !isLinux("how a run grows over many iterations"),
  fn: async () => {
    await using stage = await Stage.make();
    await neverStall(stage);
    await using run = await stage.start("edits", ["-i", "200"]);
    const reached = (n: number): Promise<void> =>
      run.until(() => run.stdout.includes(`== iteration ${n} `));
    await reached(50);
    const early = footprint(stage, run.pid);
    await reached(198);
    const late = footprint(stage, run.pid);
    const figures = JSON.stringify({ early, late });
    assert.ok(late.descriptors <= early.descriptors + 8, figures);
    assert.ok(late.processes <= early.processes + 6, figures);
    assert.ok(late.kibibytes <= early.kibibytes * 1.5 + 65_536, figures);
    const { code } = await stage.ended(run);
    assert.equal(code, 5);
    assert.equal(stage.starts(), 8, "renewed after every 25");
    assert.ok(promptPids(stage).every((pid) => !isAlive(pid)));
  },
});
