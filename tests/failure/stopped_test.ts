import assert from "node:assert/strict";
import { Place } from "../support/place.ts";
import { Script } from "../support/script.ts";
import { DOCTOR, fingerprint, iteratr, refused, succeeded } from "./_iteratr.ts";
import { makeStore } from "./_store.ts";

const OPENER = new URL("_opener.ts", import.meta.url).href;

/** A process that has been stopped while it holds the write lock. */
async function stoppedWriter(file: string): Promise<Script> {
  const holder = new Script("lock_holder.ts", file);
  await holder.printed(1);
  Deno.kill(holder.pid, "SIGSTOP");
  return holder;
}

async function goOn(holder: Script): Promise<void> {
  Deno.kill(holder.pid, "SIGCONT");
  await holder.finish();
}

Deno.test("every command gives a stopped writer up after ten seconds, and says what to look for", async () => {
  await using place = await Place.make();
  const file = await makeStore(place, 5);
  const before = await fingerprint(file);
  await using holder = await stoppedWriter(file);
  const add = ["tool", "task-add", "--name", "s", "--content", "late"];
  const commands = [add, ["tool", "task-list"], ["export", "s"], ["reset", "s"], DOCTOR];
  const ended = await Promise.allSettled(commands.map((args) => iteratr(place, args)));
  for (const [index, result] of ended.entries()) {
    if (result.status === "rejected") throw result.reason;
    const line = refused(result.value, 9, file, commands[index]?.join(" "));
    assert.ok(line.includes("locked by another process for 10 s"), line);
    assert.ok(line.includes("look for a stopped iteratr process"), line);
  }
  await goOn(holder);
  assert.equal(await fingerprint(file), before);
  succeeded(await iteratr(place, add));
  assert.ok((await iteratr(place, ["tool", "task-list"])).stdout.includes("[TAS-4] P2 late"));
});

Deno.test("a process that finds a stopped writer ends at its deadline, not when the writer goes on", async () => {
  await using place = await Place.make();
  const file = await makeStore(place, 5);
  await using holder = await stoppedWriter(file);
  await using opener = new Script(OPENER, place.data, "300");
  const watchdog = setTimeout(() => Deno.kill(opener.pid, "SIGKILL"), 10_000);
  await opener.printed(2).finally(() => clearTimeout(watchdog));
  assert.deepEqual(opener.lines, [
    `busy: the store ${file} has been locked by another process for 0 s; ` +
    "look for a stopped iteratr process, then try again",
    "end",
  ]);
  await goOn(holder);
});

Deno.test("a writer that was killed in the middle of a commit holds nobody up", async () => {
  await using place = await Place.make();
  const file = await makeStore(place, 5);
  const holder = await stoppedWriter(file);
  await holder.kill();
  await holder[Symbol.asyncDispose]();
  succeeded(await iteratr(place, ["tool", "task-add", "--name", "s", "--content", "late"]));
  succeeded(await iteratr(place, DOCTOR));
});
