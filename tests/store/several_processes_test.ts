/** What several processes do to one store at once, also when they are killed. */
import assert from "node:assert/strict";
import type { StoredEvent } from "../../src/session/event.ts";
import { Place } from "../support/place.ts";
import { Script } from "../support/script.ts";
import { numbers, readSound } from "../support/stored.ts";
import { runTool } from "../support/tool.ts";

const SESSION = "s";

type Receipt = readonly [seq: number, type: string, text: string];

/** The events that a writer was told are stored. */
function receipts(lines: readonly string[]): readonly Receipt[] {
  return lines.flatMap((line) => JSON.parse(line) as readonly Receipt[]);
}

/** Every event that somebody was told is stored must be there, as it was. */
function assertKept(events: readonly StoredEvent[], told: readonly Receipt[]): void {
  for (const [seq, type, text] of told) {
    const event = events[seq - 1];
    assert.equal(event?.type, type, `event ${seq} (${text})`);
    const data: unknown = event.data;
    const stored = typeof data === "object" && data !== null && "text" in data ? data.text : "";
    assert.equal(String(stored).slice(0, 40), text, `event ${seq}`);
  }
  const seqs = told.map(([seq]) => seq);
  assert.equal(new Set(seqs).size, seqs.length, "two were told the same number");
}

/** Whether a process holds a lock on a file, as far as the system tells. */
function holdsLock(pid: number, inode: number): boolean {
  const held = new RegExp(`POSIX +ADVISORY +\\w+ +${pid} +[0-9a-f]+:[0-9a-f]+:${inode} `);
  try {
    // The list is not read at once, and may miss a lock while others come and go; one that is lost
    // is missed every time.
    return numbers(50).some(() => held.test(Deno.readTextFileSync("/proc/locks")));
  } catch {
    return true;
  }
}

/**
 * A process that has the store open holds a lock that tells the others so. Without it they take the
 * store for unused, and what is written goes nowhere.
 */
function assertLocked(place: Place, ...processes: readonly Script[]): void {
  const { ino } = Deno.statSync(place.join(".iteratr/iteratr.db-shm"));
  for (const { pid } of processes) {
    assert.ok(ino === null || holdsLock(pid, ino), `process ${pid} has lost its locks`);
  }
}

Deno.test("24 tools at once, beside a busy writer and a follower, lose nothing and fail never", async () => {
  await using place = await Place.make();
  await using follower = new Script("follower.ts", place.data, SESSION);
  await follower.printed(1);
  await using writer = new Script("writer.ts", place.data, SESSION, "writer");
  await writer.printed(5);
  assertLocked(place, follower, writer);
  const results = await Promise.all(
    numbers(24).map((n) => runTool(place, ["task-add", "-n", SESSION, "--content", `tool ${n}`])),
  );
  await writer.printed(writer.lines.length + 5);
  assertLocked(place, follower, writer);
  const told = receipts(await writer.finish());
  assertLocked(place, follower);

  const ids = results.map(({ code, stdout, stderr }, index) => {
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    const task = JSON.parse(stdout) as { readonly id: string; readonly content: string };
    assert.equal(task.content, `tool ${index + 1}`);
    return task.id;
  });
  assert.equal(new Set(ids).size, 24);

  await using store = await place.open();
  const { events, state } = await readSound(store, SESSION);
  assertKept(events, told);
  for (const [index, id] of ids.entries()) {
    assert.equal(state.tasks.get(Number(id.slice("TAS-".length)))?.text, `tool ${index + 1}`);
  }
  const followed = (await follower.finish()).slice(1);
  assert.deepEqual(followed, events.map(({ seq, type }) => `${seq} ${type}`));
});

Deno.test("writers that are killed at any moment lose nothing of what they were told is stored", async () => {
  await using place = await Place.make();
  await using follower = new Script("follower.ts", place.data, SESSION);
  await follower.printed(1);
  const told: Receipt[] = [];
  let kills = 0;
  const storm = async (slot: number): Promise<void> => {
    for (const round of numbers(3)) {
      await using writer = new Script("writer.ts", place.data, SESSION, `w${slot}.${round}`);
      await writer.printed(1 + Math.floor(Math.random() * 8));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      told.push(...receipts(await writer.kill()));
      kills++;
    }
  };
  await Promise.all(numbers(8).map(storm));
  assert.equal(kills, 24);
  assertLocked(place, follower);

  const before = await (async () => {
    await using store = await place.open();
    const { events } = await readSound(store, SESSION);
    assertKept(events, told);
    return events;
  })();
  const followed = (await follower.finish()).slice(1);
  assert.deepEqual(followed, before.map(({ seq, type }) => `${seq} ${type}`));
  // Closed by everybody, and opened again.
  await using store = await place.open();
  assert.deepEqual((await readSound(store, SESSION)).events, before);
});
