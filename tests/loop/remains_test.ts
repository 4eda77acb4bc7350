import assert from "node:assert/strict";
import { makeRemains } from "../../src/loop/remains.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { RUN_MARK } from "../../src/platform/marked_processes.ts";
import { processIdentity, processRef } from "../../src/platform/process_identity.ts";

/** Starts a shell whose child sleeps in a session of its own, and tells both numbers. */
async function family(
  run: string,
): Promise<{ readonly child: Deno.ChildProcess; readonly orphan: number }> {
  const child = new Deno.Command("sh", {
    args: ["-c", "setsid sleep 300 & echo $!; wait; sleep 300"],
    env: { [RUN_MARK]: run },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  await child.stdout.cancel();
  return { child, orphan: Number(new TextDecoder().decode(value)) };
}

async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 500; tries++) {
    if (await processIdentity(pid) === undefined) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

for (const os of ["linux", "darwin"]) {
  Deno.test(`what a run has started is ended after its agent has died, as on ${os}`, async () => {
    const run = crypto.randomUUID();
    const { child, orphan } = await family(run);
    const remains = makeRemains(run, systemClock, os);
    try {
      await remains.look(await processRef(child.pid));
      child.kill("SIGKILL");
      await child.status;
      assert.notEqual(await processIdentity(orphan), undefined, "the orphan ended by itself");
      await remains.end();
      assert.ok(await gone(orphan));
    } finally {
      try {
        Deno.kill(orphan, "SIGKILL");
      } catch {
        // It is gone, as it should be.
      }
    }
  });
}

Deno.test("a process without the mark is spared", async () => {
  const { child, orphan } = await family("another run");
  try {
    await makeRemains(crypto.randomUUID(), systemClock, "linux").end();
    assert.notEqual(await processIdentity(orphan), undefined);
    assert.notEqual(await processIdentity(child.pid), undefined);
  } finally {
    await makeRemains("another run", systemClock, "linux").end();
    await child.status;
  }
});
