import assert from "node:assert/strict";
import { event } from "../../src/session/event.ts";
import { granted, MAX_BATCH, MAX_TEXT_BYTES } from "../../src/session/ruling.ts";
import { transact } from "../../src/store/transact.ts";
import { Place } from "../support/place.ts";
import { dump, numbers } from "../support/stored.ts";
import { answer, jsonAnswer, refusal, runTool } from "../support/tool.ts";

/** A place with a session `s` that has tasks with these texts. */
async function placeWith(...texts: readonly string[]): Promise<Place> {
  const place = await Place.make();
  const tasks = JSON.stringify(texts.map((content) => ({ content })));
  const { code, stderr } = await runTool(place, ["task-batch-add", "-n", "s", "--tasks", tasks]);
  assert.equal(code, 0, stderr);
  return place;
}

/** What a task looks like as JSON, with what nobody has said. */
function task(n: number, content: string, more: object = {}): object {
  return { id: `TAS-${n}`, content, status: "remaining", priority: 2, dependsOn: [], ...more };
}

/** Everything that is stored. */
async function stored(place: Place): Promise<unknown> {
  await using store = await place.open();
  return await dump(store);
}

/** Runs calls that must be refused, and checks that they have written nothing. */
async function refused(
  place: Place,
  cases: readonly (readonly [readonly string[], string | RegExp])[],
): Promise<void> {
  const before = await stored(place);
  await Promise.all(cases.map(async ([args, expected]) => {
    const text = await refusal(place, args);
    if (typeof expected === "string") assert.equal(text, expected, args.join(" "));
    else assert.match(text, expected, args.join(" "));
  }));
  assert.deepEqual(await stored(place), before);
}

/** Begins the next iteration, as a run does. */
async function begin(place: Place): Promise<void> {
  await using store = await place.open();
  await transact(store, {
    session: "s",
    actor: "run",
    tasks: false,
    decide: ({ head }) => granted(event("iteration.started", { n: head.iterations + 1 })),
  });
}

Deno.test("task-add answers with the task as JSON, with or without --json", async () => {
  await using place = await placeWith("first");
  const words = await answer(place, ["task-add", "--content", "  second\n"]);
  assert.equal(words, JSON.stringify(task(2, "second")));
  const json = await jsonAnswer(place, [
    ...["task-add", "--content", "third", "--status", "blocked", "--priority", "0"],
  ]);
  assert.deepEqual(json, task(3, "third", { status: "blocked", priority: 0 }));
  const exact = "é".repeat(MAX_TEXT_BYTES / 2);
  assert.deepEqual(await jsonAnswer(place, ["task-add", "--content", exact]), task(4, exact));
});

Deno.test("task-batch-add answers with all tasks as JSON", async () => {
  await using place = await placeWith("first");
  const tasks = '[{"content":"a"},{"content":"b","priority":4,"status":"in_progress"}]';
  const words = await answer(place, ["task-batch-add", "--tasks", tasks]);
  const expected = [task(2, "a"), task(3, "b", { priority: 4, status: "in_progress" })];
  assert.equal(words, JSON.stringify(expected));
  const more = await jsonAnswer(place, ["task-batch-add", "--tasks=-"], {
    stdin: ' [ { "content" : "c" } ]\n',
  });
  assert.deepEqual(more, [task(4, "c")]);
});

Deno.test("a text of - is read from standard input, however long and in whatever letters", async () => {
  await using place = await placeWith("first");
  assert.deepEqual(
    await jsonAnswer(place, ["task-add", "--content", "-"], { stdin: "\n- of 'two'\nlines\n" }),
    task(2, "- of 'two'\nlines"),
  );
  const batch = numbers(MAX_BATCH).map((n) => ({ content: `${n} ${"仕様é🚀".repeat(1000)}` }));
  const added = await jsonAnswer(place, ["task-batch-add", "--tasks", "-"], {
    stdin: JSON.stringify(batch),
  });
  assert.deepEqual(added, batch.map(({ content }, index) => task(index + 3, content)));
  const listed = await jsonAnswer(place, ["task-list"]);
  assert.deepEqual((listed as readonly object[]).slice(2), added);
  assert.equal(
    await refusal(place, ["task-add", "--content", "-"]),
    "the content is empty: say in a few words what it is about",
  );
  assert.equal(
    await refusal(place, ["task-add", "--content", "-"], { stdin: "x".repeat(9_000_000) }),
    "standard input is more than 8388608 bytes long",
  );
});

Deno.test("a task that may not be added is refused with the reason", async () => {
  await using place = await placeWith("Build it", "b");
  const long = "x".repeat(MAX_TEXT_BYTES + 1);
  const items = (count: number): string =>
    JSON.stringify(numbers(count).map((n) => ({ content: `t${n}` })));
  await refused(place, [
    [["task-add", "--content", ""], "the content is empty: say in a few words what it is about"],
    [["task-add", "--content", " \n\t"], /^the content is empty/],
    [["task-add", "--content", long], "the content is 16385 bytes long; at most 16384 are allowed"],
    [
      ["task-add", "--content", " BUILD IT "],
      'the content is the same as that of TAS-1: "BUILD IT"',
    ],
    [
      ["task-add", "--content", "x", "--status", "done"],
      "--status must be one of remaining, " +
      'in_progress, completed, blocked, cancelled, got "done"',
    ],
    [
      ["task-batch-add", "--tasks", items(MAX_BATCH + 1)],
      "201 tasks in one batch; at most 200 are " +
      "allowed",
    ],
    [["task-batch-add", "--tasks", "[]"], "no task given: at least one is needed"],
  ]);
});

Deno.test("a batch with anything wrong in it adds nothing", async () => {
  await using place = await placeWith("Build it");
  const batch = (...items: readonly unknown[]): readonly string[] => [
    "task-batch-add",
    "--tasks",
    JSON.stringify(items),
  ];
  const fine = { content: "fine" };
  await refused(place, [
    [
      ["task-batch-add", "--tasks", '[{"content":"a"},'],
      /^--tasks must be a JSON array .* no JSON: /,
    ],
    [["task-batch-add", "--tasks", ""], /^--tasks must be a JSON array .* no JSON: /],
    [["task-batch-add", "--tasks", "{\n}"], /^--tasks must be a JSON array .*, got an? object$/],
    [["task-batch-add", "--tasks", "null"], /^--tasks must be a JSON array .*, got null$/],
    [batch(fine, "x"), 'item 2 of --tasks must be an object with "content", got a string'],
    [batch(fine, ["x"]), 'item 2 of --tasks must be an object with "content", got an array'],
    [batch(fine, null), 'item 2 of --tasks must be an object with "content", got null'],
    [batch(fine, {}), 'item 2 of --tasks needs "content", a text; got nothing'],
    [batch(fine, { content: 7 }), 'item 2 of --tasks needs "content", a text; got a number'],
    [
      batch(fine, { content: "a", text: "b" }),
      'item 2 of --tasks has an unknown key "text"; ' +
      "known: content, status, priority",
    ],
    [
      batch(fine, { content: "a", status: "done" }),
      /^"status" of item 2 of --tasks must be .* got "done"$/,
    ],
    [
      batch(fine, { content: "a", status: 1 }),
      /^"status" of item 2 of --tasks must be .* got "1"$/,
    ],
    [batch(fine, { content: "a", priority: 5 }), /^"priority" of item 2 .* got "5"$/],
    [batch(fine, { content: "a", priority: 1.5 }), /^"priority" of item 2 .* got "1.5"$/],
    [batch(fine, { content: "a", priority: "08" }), /^"priority" of item 2 .* got "08"$/],
    [batch(fine, { content: "a", priority: null }), /^"priority" of item 2 .* got "null"$/],
    [batch(fine, { content: " " }), /^the content of item 2 is empty/],
    [
      batch(fine, { content: "x".repeat(MAX_TEXT_BYTES + 1) }),
      /^the content of item 2 is 16385 bytes/,
    ],
    [
      batch(fine, { content: "BUILD IT" }),
      'the content of item 2 is the same as that of TAS-1: "BUILD IT"',
    ],
    [
      batch(fine, { content: "Fine " }),
      'the content of item 2 is the same as that of TAS-2: "Fine"',
    ],
  ]);
});

Deno.test("ids and priorities are judged by their source text", async () => {
  await using place = await placeWith("a", "b");
  const ids = ["", "0", "08", "1e0", "-1", "+1", "1.0", "abc", "TAS-", "TAS-0", "NOT-1", "1 2"];
  const priorities = ["", "08", "1e0", "5", "-1", "abc", "2.0", " 2", "0x1"];
  await refused(place, [
    ...ids.map((id) =>
      [
        ["task-status", "--id", id, "--status", "completed"],
        `--id must be an id such as TAS-3, got "${id}"`,
      ] as const
    ),
    ...priorities.map((priority) =>
      [
        ["task-priority", "--id", "1", "--priority", priority],
        `--priority must be a whole number from 0 (most urgent) to 4 (least), got "${priority}"`,
      ] as const
    ),
    [
      ["task-depends", "--id", "1", "--depends-on", "b"],
      '--depends-on must be an id such as TAS-3, got "b"',
    ],
    [["task-add", "--content", "x", "--priority", "1e0"], /^--priority must be .* got "1e0"$/],
    [
      ["task-status", "--id", "1", "--status", "Completed"],
      /^--status must be .* got "Completed"$/,
    ],
    [
      ["task-status", "--id", "3", "--status", "completed"],
      "there is no task TAS-3; there are TAS-1 and TAS-2",
    ],
    [["task-priority", "--id", "9", "--priority", "1"], /^there is no task TAS-9; /],
  ]);
});

Deno.test("task-status and task-priority say what they have set, for ids in any spelling", async () => {
  await using place = await placeWith("a", "b");
  assert.equal(
    await answer(place, ["task-status", "--id", "tas-1", "--status", "in_progress"]),
    "OK TAS-1 in_progress",
  );
  assert.deepEqual(
    await jsonAnswer(place, ["task-status", "--id", "2", "--status=cancelled"]),
    { id: "TAS-2", status: "cancelled" },
  );
  assert.equal(
    await answer(place, ["task-priority", "--id", " TAS-1 ", "--priority", "0"]),
    "OK TAS-1 priority 0",
  );
  assert.deepEqual(
    await jsonAnswer(place, ["task-priority", "--id", "TAS-1", "--priority", "0"]),
    { id: "TAS-1", priority: 0 },
  );
  assert.deepEqual(await jsonAnswer(place, ["task-list"]), [
    task(1, "a", { status: "in_progress", priority: 0 }),
    task(2, "b", { status: "cancelled" }),
  ]);
});

Deno.test("task-depends makes a task wait, and names the cycle that it refuses", async () => {
  await using place = await placeWith("a", "b", "c");
  const depends = (n: number, on: number, ...more: readonly string[]): readonly string[] => [
    ...["task-depends", "--id", `TAS-${n}`, "--depends-on", `TAS-${on}`, ...more],
  ];
  assert.equal(await answer(place, depends(2, 1)), "OK TAS-2 waits for TAS-1");
  assert.deepEqual(await jsonAnswer(place, depends(3, 2)), {
    id: "TAS-3",
    dependsOn: "TAS-2",
    removed: false,
  });
  await refused(place, [
    [depends(1, 1), "TAS-1 cannot depend on itself"],
    [depends(1, 4), "there is no task TAS-4; there are TAS-1, TAS-2 and TAS-3"],
    [depends(4, 1), "there is no task TAS-4; there are TAS-1, TAS-2 and TAS-3"],
    [depends(1, 2), "that would be a cycle of dependencies: TAS-1 -> TAS-2 -> TAS-1"],
    [depends(1, 3), "that would be a cycle of dependencies: TAS-1 -> TAS-3 -> TAS-2 -> TAS-1"],
  ]);
  assert.equal(
    await answer(place, depends(2, 1, "--remove")),
    "OK TAS-2 no longer waits for TAS-1",
  );
  assert.deepEqual(await jsonAnswer(place, depends(2, 1, "--remove")), {
    id: "TAS-2",
    dependsOn: "TAS-1",
    removed: true,
  });
  assert.equal(await answer(place, depends(1, 3)), "OK TAS-1 waits for TAS-3");
});

Deno.test("task-list groups tasks by status, and names what they wait for", async () => {
  await using place = await placeWith("a", "b", "c");
  await answer(place, ["task-status", "--id", "1", "--status", "completed"]);
  await answer(place, ["task-depends", "--id", "3", "--depends-on", "1"]);
  await answer(place, ["task-depends", "--id", "3", "--depends-on", "2"]);
  await answer(place, ["task-priority", "--id", "2", "--priority", "1"]);
  assert.equal(
    await answer(place, ["task-list"]),
    [
      "Remaining:",
      "  [TAS-2] P1 b",
      "  [TAS-3] P2 c (depends on TAS-1 and TAS-2)",
      "Completed:",
      "  [TAS-1] P2 a",
    ].join("\n"),
  );
  await runTool(place, ["note-add", "-n", "empty", "--type", "tip", "--content", "x"]);
  assert.equal(await answer(place, ["task-list", "-n", "empty"]), "No tasks");
  assert.deepEqual(await jsonAnswer(place, ["task-list", "-n", "empty"]), []);
});

Deno.test("task-next offers what is ready, or says why there is nothing", async () => {
  await using place = await placeWith("a", "b");
  await answer(place, ["task-depends", "--id", "1", "--depends-on", "2"]);
  assert.equal(await answer(place, ["task-next"]), JSON.stringify(task(2, "b")));
  assert.deepEqual(await jsonAnswer(place, ["task-next"]), task(2, "b"));
  await answer(place, ["task-status", "--id", "2", "--status", "blocked"]);
  const why = "TAS-1 waits for TAS-2; TAS-2 is blocked";
  assert.equal(await answer(place, ["task-next"]), `No ready tasks: ${why}`);
  assert.deepEqual(await jsonAnswer(place, ["task-next"]), { task: null, why });
  await answer(place, ["task-status", "--id", "2", "--status", "cancelled"]);
  assert.deepEqual(await jsonAnswer(place, ["task-next"]), task(1, "a", { dependsOn: ["TAS-2"] }));
  await answer(place, ["task-status", "--id", "1", "--status", "completed"]);
  assert.equal(await answer(place, ["task-next"]), "No ready tasks: all 2 tasks are done");
});

Deno.test("task-next offers the task that an earlier iteration left in progress first", async () => {
  await using place = await placeWith("urgent", "begun");
  await answer(place, ["task-priority", "--id", "1", "--priority", "0"]);
  await begin(place);
  await answer(place, ["task-status", "--id", "2", "--status", "in_progress"]);
  assert.deepEqual(await jsonAnswer(place, ["task-next"]), task(1, "urgent", { priority: 0 }));
  // The run is killed, and the next one begins.
  await begin(place);
  const left = task(2, "begun", { status: "in_progress" });
  assert.deepEqual(await jsonAnswer(place, ["task-next"]), left);
  await answer(place, ["task-status", "--id", "2", "--status", "in_progress"]);
  assert.deepEqual(await jsonAnswer(place, ["task-next"]), task(1, "urgent", { priority: 0 }));
});
