import assert from "node:assert/strict";
import { NO_INFO, type SessionState } from "../../src/session/state.ts";
import type { StoredEvent } from "../../src/session/event.ts";
import { checkSessions, firstDifference } from "../../src/store/check.ts";
import { resetSession } from "../../src/store/epoch.ts";
import { StoreError } from "../../src/store/errors.ts";
import { keys } from "../../src/store/keys.ts";
import type { Store } from "../../src/store/open.ts";
import { storeText } from "../../src/store/blob.ts";
import { event } from "../../src/session/event.ts";
import { granted } from "../../src/session/ruling.ts";
import { setStatus } from "../../src/session/task_rules.ts";
import { transact } from "../../src/store/transact.ts";
import { Place } from "../support/place.ts";
import { dump, readSound } from "../support/stored.ts";
import { fill } from "./_store.ts";

/** What a check finds in a store that somebody has changed behind the log's back. */
async function problemAfter(change: (store: Store) => Promise<unknown>): Promise<string> {
  await using place = await Place.make();
  await using store = await place.open();
  await fill(store, 3);
  await change(store);
  const before = await dump(store);
  let problem: string;
  try {
    const [result] = await Array.fromAsync(checkSessions(store));
    problem = result?.problem ?? "none";
  } catch (error) {
    // What cannot even be read ends the check.
    assert.ok(error instanceof StoreError && error.fault === "damaged", String(error));
    problem = error.message;
  }
  assert.deepEqual(await dump(store), before, "the check has changed something");
  return problem;
}

async function alter(store: Store, key: Deno.KvKey, change: object): Promise<void> {
  const { value } = await store.kv.get<object>(key);
  assert.ok(value !== null);
  await store.kv.set(key, { ...value, ...change });
}

Deno.test("a check of a sound store counts the events of each session", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await fill(store, 3);
  await fill(store, 0);
  const found = async (): Promise<unknown> => {
    const results = await Array.fromAsync(checkSessions(store));
    return results.map(({ session, events, problem }) => [session, events, problem]);
  };
  assert.deepEqual(await found(), [["s", 10, undefined]]);
  await resetSession(store, "s");
  assert.deepEqual(await found(), [["s", 1, undefined]]);
});

Deno.test("a check of an empty store finds nothing", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  assert.deepEqual(await Array.fromAsync(checkSessions(store)), []);
});

const CHANGES: readonly (readonly [
  what: string,
  change: (store: Store) => Promise<unknown>,
  problem: RegExp,
])[] = [
  [
    "the first event is missing",
    (store) => store.kv.delete(keys.event("s", 1, 1)),
    /event 1 of .* is missing$/,
  ],
  [
    "an event in the middle is missing",
    (store) => store.kv.delete(keys.event("s", 1, 4)),
    /event 4 of .* is missing$/,
  ],
  [
    "the last event is missing",
    (store) => store.kv.delete(keys.event("s", 1, 9)),
    /event 9 of .* is missing$|^the head tells of 9 events, the log has 8$/,
  ],
  [
    "an event says something else",
    (store) =>
      alter(store, keys.event("s", 1, 2), {
        data: { n: 1, text: "forged", status: "remaining", priority: 2 },
      }),
    /^task TAS-1 differs: the log says \{.*"forged".*\}, the view \{.*"one".*\}$/,
  ],
  [
    "a task is changed",
    (store) => alter(store, keys.task("s", 1, 2), { status: "completed" }),
    /^task TAS-2 differs: the log says \{.*"status":"remaining".*\}, the view \{.*"completed".*\}$/,
  ],
  [
    "a task is missing",
    (store) => store.kv.delete(keys.task("s", 1, 3)),
    /^task TAS-3 is in the log and not among the views$/,
  ],
  [
    "a note is changed",
    (store) => alter(store, keys.note("s", 1, 1), { text: "forged" }),
    /^note NOT-1 differs: /,
  ],
  [
    "a note is missing",
    (store) => store.kv.delete(keys.note("s", 1, 3)),
    /^note NOT-3 is in the log and not among the views$/,
  ],
  [
    "an iteration is changed",
    (store) => alter(store, keys.iteration("s", 1, 1), { outcome: "progress" }),
    /^iteration 1 differs: /,
  ],
  [
    "the counts of the head are changed",
    (store) => alter(store, keys.head("s"), { counts: {} }),
    /^the head differs: /,
  ],
  [
    "the session's info is changed",
    (store) => store.kv.set(keys.info("s", 1), { ...NO_INFO, spec: "/other.md" }),
    /^the session's info differs: the log says \{.*"spec":null.*\}, the view .*"\/other\.md"/,
  ],
];

for (const [what, change, pattern] of CHANGES) {
  Deno.test(`a check notices that ${what}`, async () => {
    const problem = await problemAfter(change);
    assert.notEqual(problem, "none");
    assert.match(problem, pattern);
    assert.ok(!problem.includes("\n"));
  });
}

Deno.test("a check notices that a part of a long text is missing", async () => {
  const problem = await problemAfter(async (store) => {
    const { text, blobs } = await storeText("x".repeat(70_000));
    await transact(store, {
      session: "s",
      actor: "run",
      tasks: false,
      blobs,
      decide: () => granted(event("spec.recorded", { path: "/s.md", text, changed: false })),
    });
    assert.ok(typeof text !== "string");
    await store.kv.delete(keys.blob("s", 1, text.blob, 1));
  });
  assert.match(problem, /blob/);
});

Deno.test("a check names the first difference only, in the order of log, head and views", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await fill(store, 2);
  const { events, state } = await readSound(store, "s");
  assert.equal(firstDifference(events, state), undefined);
  const wrong: SessionState = {
    head: { ...state.head, notes: 99 },
    info: state.info,
    tasks: new Map([...state.tasks].slice(1)),
    notes: new Map(),
    iterations: state.iterations,
  };
  const first = (log: readonly StoredEvent[], views: SessionState): string | undefined =>
    firstDifference(log, views)?.split(" differs: ")[0];
  assert.equal(first(events.slice(1), wrong), "event 1 of the log is missing");
  assert.equal(first(events, wrong), "the head");
  const views = { ...wrong, head: state.head };
  assert.equal(first(events, views), "task TAS-1 is in the log and not among the views");
  const extra = { ...state, tasks: new Map([...state.tasks, [7, [...state.tasks.values()][0]]]) };
  assert.equal(
    firstDifference(events, extra as SessionState),
    "task TAS-7 is among the views and not in the log",
  );
});

Deno.test("a check does not mind in which order a record's members are stored", async () => {
  const problem = await problemAfter(async (store) => {
    const { key, value } = await store.kv.get<object>(keys.task("s", 1, 1));
    assert.ok(value !== null);
    await store.kv.set(key, Object.fromEntries(Object.entries(value).toReversed()));
  });
  assert.equal(problem, "none");
});

Deno.test("a check comes to an end while somebody never stops writing", async () => {
  await using place = await Place.make();
  await using store = await place.open();
  await fill(store, 3);
  // As with a long log beside a busy agent: something is written during every look.
  let looks = 0;
  const kv = new Proxy(store.kv, {
    get: (target, name) => {
      if (name === "list") {
        return async function* (...args: Parameters<Deno.Kv["list"]>): Entries {
          if (++looks > 100) throw new Error("it still looks, after 100 lists");
          await transact(store, {
            session: "s",
            actor: "agent",
            tasks: true,
            decide: (view) => setStatus(view, 1, looks % 2 === 0 ? "remaining" : "completed"),
          });
          yield* target.list(...args);
        };
      }
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  const [result] = await Array.fromAsync(checkSessions({ ...store, kv }));
  assert.equal(result?.problem, undefined);
});

type Entries = AsyncGenerator<Deno.KvEntry<unknown>, void>;
