import assert from "node:assert/strict";
import fc from "fast-check";
import { event, EVENT_VERSION } from "../../src/session/event.ts";
import { granted, MAX_BATCH, MAX_TEXT_BYTES, refused } from "../../src/session/ruling.ts";
import { addTasks } from "../../src/session/task_rules.ts";
import { StoreError } from "../../src/store/errors.ts";
import type { Store } from "../../src/store/open.ts";
import { readHead, readTasks, sessionNames } from "../../src/store/read.ts";
import { type Command, type Outcome, transact } from "../../src/store/transact.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { beforeCommit } from "../support/hooked_store.ts";
import { MemorySession, NOON } from "../support/memory_session.ts";
import { Place } from "../support/place.ts";
import { arbitrarySteps, rule } from "../support/steps.ts";
import { dump, numbers, readSound } from "../support/stored.ts";

const SESSION = "s";
const BATCH = numbers(MAX_BATCH).map((n) => ({
  text: `${n} `.padEnd(MAX_TEXT_BYTES, "x"),
}));

type Rule = Command["decide"];

/** Carries out a rule on a session that is made when it is not there. */
function run(store: Store, decide: Rule, session = SESSION): Promise<Outcome> {
  return transact(store, {
    session,
    actor: "agent",
    create: { spec: null },
    tasks: true,
    decide,
  });
}

function adding(text: string): Rule {
  return (view) => addTasks(view, [{ text }]);
}

/** The numbers of the tasks that a command has added; fails when it was not carried out. */
function added(outcome: Outcome): readonly number[] {
  assert.equal(outcome.kind, "committed", JSON.stringify(outcome));
  assert.ok(outcome.kind === "committed");
  return outcome.events.flatMap((item) => item.type === "task.added" ? [item.data.n] : []);
}

Deno.test("transact makes a session that is not there if it may, and says so", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  const command = { session: SESSION, actor: "user", tasks: true, decide: adding("a") } as const;
  assert.deepEqual(await transact(store, command), { kind: "no-session" });
  assert.deepEqual(await sessionNames(store), []);
  const first = await transact(store, { ...command, create: { spec: "/spec.md" } });
  assert.ok(first.kind === "committed" && first.created);
  assert.deepEqual(first.events.map(({ type }) => type), ["session.created", "task.added"]);
  const second = await transact(store, { ...command, create: { spec: null }, decide: adding("b") });
  assert.ok(second.kind === "committed" && !second.created);
  assert.deepEqual(second.events.map(({ seq, type }) => [seq, type]), [[3, "task.added"]]);
  await readSound(store, SESSION);
});

Deno.test("transact writes nothing when the rule refuses, or grants no event", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  const empty = await dump(store);
  assert.deepEqual(await run(store, () => refused("no")), { kind: "refused", why: "no" });
  assert.deepEqual(await dump(store), empty, "not even the session");
  await run(store, adding("a"));
  const before = await dump(store);
  assert.deepEqual(await run(store, adding("A")), {
    kind: "refused",
    why: 'the content is the same as that of TAS-1: "A"',
  });
  const outcome = await run(store, () => granted());
  assert.ok(outcome.kind === "committed" && outcome.events.length === 0 && !outcome.created);
  assert.deepEqual(await dump(store), before);
});

Deno.test("transact stamps events with their number, time, run, iteration and actor", async () => {
  await using place = await Place.make();
  await using store = await place.open({ clock: new FakeClock() });
  const started = {
    pid: 1,
    host: "h",
    version: "1",
    spec: "/spec.md",
    root: "/",
    model: "m",
    command: ["a"],
    iterations: 0,
    timeMs: 0,
  };
  const command = { session: SESSION, actor: "run", create: { spec: null }, tasks: false } as const;
  await transact(store, {
    ...command,
    run: "r1",
    decide: () => granted(event("run.started", started), event("iteration.started", { n: 1 })),
  });
  await transact(store, {
    ...command,
    actor: "agent",
    decide: (view) => addTasks(view, [{ text: "a" }]),
  });
  const { events } = await readSound(store, SESSION);
  assert.deepEqual(
    events.map(({ data: _, ...stamp }) => stamp),
    [
      ["session.created", 1, null, "run"],
      ["run.started", 2, null, "run"],
      ["iteration.started", 3, 1, "run"],
      ["task.added", 4, 1, "agent"],
    ].map(([type, seq, iteration, actor]) => ({
      v: EVENT_VERSION,
      seq,
      at: new Date(0).toISOString(),
      run: "r1",
      iteration,
      actor,
      type,
    })),
  );
});

Deno.test("transact keeps the sessions of a store apart", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  for (const session of ["a", "a-b", "b"]) await run(store, adding(session), session);
  await run(store, adding("more"), "a");
  assert.deepEqual(await sessionNames(store), ["a", "a-b", "b"]);
  const texts = async (session: string): Promise<readonly string[]> => {
    const { state } = await readSound(store, session);
    return [...state.tasks.values()].map(({ text }) => text);
  };
  assert.deepEqual(await texts("a"), ["a", "more"]);
  assert.deepEqual(await texts("a-b"), ["a-b"]);
});

Deno.test("fold of the log equals the stored views after any sequence of commands", async () => {
  await using place = await Place.make();
  await using store = await place.open({ clock: clockAt(NOON) });
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(arbitrarySteps, async (steps) => {
      const session = `s${++runs}`;
      const memory = new MemorySession();
      await run(store, () => granted(), session);
      memory.run(() => granted(event("session.created", { spec: null })));
      for (const step of steps) {
        const expected = memory.run(rule(step));
        const outcome = await run(store, rule(step), session);
        if (expected.ok) assert.equal(outcome.kind, "committed");
        else assert.deepEqual(outcome, { kind: "refused", why: expected.why });
      }
      const { events, state } = await readSound(store, session);
      assert.deepEqual(events, memory.events);
      assert.deepEqual(state, memory.state);
    }),
    { numRuns: 40 },
  );
});

/** A clock that stands still at a time. */
function clockAt(time: string): FakeClock {
  const clock = new FakeClock();
  clock.now = () => new Date(time);
  return clock;
}

Deno.test("a batch of 200 tasks of 16 KiB is there as a whole or not at all, at every moment", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await using other = await place.open();
  await run(store, () => granted());
  let commits = 0;
  const watched = beforeCommit(store, async (commit) => {
    commits = commit;
    // What a reader sees just before each of the atomics.
    const head = await readHead(other, SESSION);
    assert.ok(head !== undefined);
    assert.deepEqual([head.seq, head.tasks], [1, 0]);
    assert.deepEqual(await readTasks(other, SESSION, head), []);
  });
  assert.deepEqual(added(await run(watched, (view) => addTasks(view, BATCH))), numbers(MAX_BATCH));
  assert.ok(commits > 1, "it is too large for one atomic");
  const { state } = await readSound(other, SESSION);
  assert.deepEqual(
    [...state.tasks.values()].map(({ text }) => text),
    BATCH.map(({ text }) => text),
  );
});

Deno.test("a batch that is cut short by a crash leaves nothing that anybody sees", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await run(store, adding("before"));
  const crashing = beforeCommit(store, (commit) => {
    return commit < 3 ? Promise.resolve() : Promise.reject(new Error("the process is gone"));
  });
  await assert.rejects(run(crashing, (view) => addTasks(view, BATCH)), StoreError);
  assert.equal((await readSound(store, SESSION)).events.length, 2);
  // What the crash has left behind is in nobody's way.
  assert.deepEqual(added(await run(store, adding("after"))), [2]);
  assert.deepEqual(added(await run(store, (view) => addTasks(view, BATCH.slice(0, 9)))).length, 9);
  const { state } = await readSound(store, SESSION);
  assert.deepEqual(state.head.counts.remaining, 11);
  assert.equal(state.tasks.get(2)?.text, "after");
});

Deno.test("a command that is cut short by a crash leaves what it would have changed as it was", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await run(store, adding("task"));
  const before = await readSound(store, SESSION);
  const large: Rule = ({ head }) =>
    granted(
      event("task.status", { n: 1, status: "completed" }),
      ...numbers(60).map((k) =>
        event("note.added", { n: head.notes + k, type: "tip", text: "x".repeat(9000) })
      ),
    );
  let commits = 0;
  await run(beforeCommit(store, (commit) => Promise.resolve(void (commits = commit))), large, "t");
  const crashing = beforeCommit(store, (commit) => {
    return commit < commits ? Promise.resolve() : Promise.reject(new Error("the process is gone"));
  });
  await assert.rejects(run(crashing, large), StoreError);
  assert.deepEqual(await readSound(store, SESSION), before);
});

Deno.test("a writer that comes in between is seen by the rule, which is asked again", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await using other = await place.open();
  await run(store, adding("first"));
  const raced = beforeCommit(store, async (commit) => {
    if (commit <= 3) {
      assert.deepEqual(added(await run(other, adding(`racer ${commit}`))), [commit + 1]);
    }
  });
  const seen: number[] = [];
  const outcome = await run(raced, (view) => {
    seen.push(view.tasks.length);
    return addTasks(view, [{ text: "mine" }]);
  });
  assert.deepEqual(seen, [1, 2, 3, 4]);
  assert.deepEqual(added(outcome), [5]);
  await readSound(store, SESSION);
});

Deno.test("a writer that comes in between makes a rule refuse what is no longer right", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await using other = await place.open();
  const raced = beforeCommit(store, async (commit) => {
    if (commit === 1) await run(other, adding("Same"));
  });
  assert.deepEqual(await run(raced, adding("same")), {
    kind: "refused",
    why: 'the content is the same as that of TAS-1: "same"',
  });
  const { state } = await readSound(store, SESSION);
  assert.equal(state.tasks.size, 1);
});

Deno.test("a writer that comes in between two atomics of a batch loses nothing, nor does the batch", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await using other = await place.open();
  await run(store, adding("first"));
  const raced = beforeCommit(store, async (commit) => {
    if (commit === 3) assert.deepEqual(added(await run(other, adding("racer"))), [2]);
  });
  const outcome = await run(raced, (view) => addTasks(view, BATCH));
  assert.deepEqual(added(outcome), numbers(MAX_BATCH + 2).slice(2));
  const { state } = await readSound(other, SESSION);
  assert.equal(state.tasks.get(2)?.text, "racer");
  assert.equal(state.tasks.get(3)?.text, BATCH[0]?.text);
  assert.equal(state.tasks.size, MAX_BATCH + 2);
});

/** Adds more than fits into one atomic, each text beginning with a label. */
function addingMany(label: string): Rule {
  const drafts = numbers(40).map((n) => ({ text: `${label} ${n} `.padEnd(12_000, "x") }));
  return (view) => addTasks(view, drafts);
}

/** Whether all tasks that a command has added are those of its label. */
async function assertWhole(store: Store, outcome: Outcome, label: string): Promise<void> {
  const { state } = await readSound(store, SESSION);
  const texts = added(outcome).map((n) => state.tasks.get(n)?.text.slice(0, 9));
  assert.deepEqual(texts, numbers(40).map((n) => `${label} ${n} `.padEnd(9, "x")));
}

Deno.test("a large batch whose atomics come between those of another one does it no harm", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await using other = await place.open();
  const [begun, halfway, moved] = [0, 1, 2].map(() => Promise.withResolvers<void>());
  assert.ok(begun !== undefined && halfway !== undefined && moved !== undefined);
  await run(store, () => granted());
  const slow = beforeCommit(store, async (commit) => {
    if (commit === 2) {
      begun.resolve();
      await halfway.promise;
    } else if (commit === 3) {
      moved.resolve();
      await fastDone;
    }
  });
  const fast = beforeCommit(other, async (commit) => {
    if (commit !== 3) return;
    halfway.resolve();
    await moved.promise;
  });
  const slowDone = run(slow, addingMany("slow"));
  const fastDone = begun.promise.then(() => run(fast, addingMany("fast")));
  await assertWhole(store, await fastDone, "fast");
  await assertWhole(store, await slowDone, "slow");
});

Deno.test("large batches written at once through several handles are each there as a whole", async () => {
  await using place = await Place.make();
  await using one = await place.open();
  await using two = await place.open();
  await using three = await place.open();
  const labels = ["one", "two", "three"];
  const outcomes = await Promise.all(
    [one, two, three].map((store, index) => run(store, addingMany(`${labels[index]}`))),
  );
  for (const [index, outcome] of outcomes.entries()) {
    await assertWhole(one, outcome, `${labels[index]}`);
  }
});

Deno.test("commands given at once, through one handle and another, all get ids of their own", async () => {
  await using place = await Place.make();
  await using one = await place.open();
  await using two = await place.open();
  const outcomes = await Promise.all(
    numbers(60).map((n) => run(n % 3 === 0 ? two : one, adding(`task ${n}`))),
  );
  assert.deepEqual(outcomes.flatMap(added).toSorted((a, b) => a - b), numbers(60));
  const made = outcomes.filter((outcome) => outcome.kind === "committed" && outcome.created);
  assert.equal(made.length, 1);
  const { state } = await readSound(one, SESSION);
  assert.equal(state.head.counts.remaining, 60);
});

Deno.test("close waits for the commands that are under way", async () => {
  await using place = await Place.make();
  const store = await place.open();
  const writing = Promise.all(numbers(10).map((n) => run(store, adding(`task ${n}`))));
  await store.close();
  await store.close();
  assert.equal((await writing).length, 10);
  await using again = await place.open();
  assert.equal((await readSound(again, SESSION)).state.tasks.size, 10);
});
