import assert from "node:assert/strict";
import { event } from "../../src/session/event.ts";
import { granted, MAX_TEXT_BYTES } from "../../src/session/ruling.ts";
import { readHead, readIterations } from "../../src/store/read.ts";
import { transact } from "../../src/store/transact.ts";
import { Place } from "../support/place.ts";
import { answer, jsonAnswer, refusal, runTool } from "../support/tool.ts";

/** A place with a session `s` that has a task. */
async function placeWithTask(): Promise<Place> {
  const place = await Place.make();
  const { code, stderr } = await runTool(place, ["task-add", "-n", "s", "--content", "a"]);
  assert.equal(code, 0, stderr);
  return place;
}

async function setStatus(place: Place, n: number, status: string): Promise<void> {
  await answer(place, ["task-status", "--id", `${n}`, "--status", status]);
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

async function isComplete(place: Place): Promise<boolean | undefined> {
  await using store = await place.open();
  return (await readHead(store, "s"))?.complete;
}

Deno.test("note-add numbers notes, and note-list shows them, all or of one type", async () => {
  await using place = await placeWithTask();
  assert.equal(await answer(place, ["note-list"]), "No notes");
  assert.equal(
    await answer(place, ["note-add", "--type", "tip", "--content", " run it twice "]),
    "Note added: [tip] NOT-1",
  );
  await begin(place);
  assert.deepEqual(
    await jsonAnswer(place, ["note-add", "--type", "stuck", "--content", "-"], {
      stdin: "it\nhangs\n",
    }),
    { id: "NOT-2", type: "stuck", content: "it\nhangs" },
  );
  assert.equal(
    await answer(place, ["note-list"]),
    "[tip] (#0) run it twice\n[stuck] (#1) it\nhangs",
  );
  assert.equal(await answer(place, ["note-list", "--type", "tip"]), "[tip] (#0) run it twice");
  assert.equal(
    await answer(place, ["note-list", "--type", "decision"]),
    "No notes of type decision",
  );
  assert.deepEqual(await jsonAnswer(place, ["note-list"]), [
    { id: "NOT-1", type: "tip", content: "run it twice", iteration: null },
    { id: "NOT-2", type: "stuck", content: "it\nhangs", iteration: 1 },
  ]);
  assert.deepEqual(await jsonAnswer(place, ["note-list", "--type", "learning"]), []);
});

Deno.test("note-add and note-list refuse an unknown type, and a text that is empty or too long", async () => {
  await using place = await placeWithTask();
  const type = '--type must be one of learning, stuck, tip, decision, got "hint"';
  const long = "x".repeat(MAX_TEXT_BYTES + 1);
  const texts = await Promise.all([
    refusal(place, ["note-add", "--type", "hint", "--content", "x"]),
    refusal(place, ["note-list", "--type", "hint"]),
    refusal(place, ["note-add", "--type", "tip", "--content", " "]),
    refusal(place, ["note-add", "--type", "tip", "--content", long]),
    refusal(place, ["note-add", "--content", "x"]),
  ]);
  assert.deepEqual(texts, [
    type,
    type,
    "the content is empty: say in a few words what it is about",
    "the content is 16385 bytes long; at most 16384 are allowed",
    "note-add needs --type <type>: learning, stuck, tip, decision",
  ]);
  assert.equal(await answer(place, ["note-list"]), "No notes");
});

Deno.test("iteration-summary goes to the iteration that is going on, and the last word counts", async () => {
  await using place = await placeWithTask();
  assert.equal(
    await refusal(place, ["iteration-summary", "--summary", "x"]),
    "there is no iteration to summarize: the session has had none yet",
  );
  await begin(place);
  assert.equal(
    await answer(place, ["iteration-summary", "--summary", "-- began"]),
    "Summary recorded for iteration #1",
  );
  assert.deepEqual(
    await jsonAnswer(place, ["iteration-summary", "--summary", "-"], { stdin: "done\n" }),
    { iteration: 1, summary: "done" },
  );
  await begin(place);
  await answer(place, ["iteration-summary", "--summary", "more"]);
  assert.match(
    await refusal(place, ["iteration-summary", "--summary", ""]),
    /^the summary is empty/,
  );
  await using store = await place.open();
  const head = await readHead(store, "s");
  assert.ok(head !== undefined);
  const iterations = await readIterations(store, "s", head);
  assert.deepEqual(iterations.map(({ summary }) => summary), ["done", "more"]);
});

Deno.test("session-complete is refused while tasks need work, and without any task", async () => {
  await using place = await placeWithTask();
  assert.equal(
    await refusal(place, ["session-complete"]),
    "the session is not done: TAS-1 is remaining",
  );
  await setStatus(place, 1, "in_progress");
  await answer(place, ["task-add", "--content", "b"]);
  assert.equal(
    await refusal(place, ["session-complete"]),
    "the session is not done: TAS-1 and TAS-2 are remaining or in progress",
  );
  assert.equal(await isComplete(place), false);
  await runTool(place, ["note-add", "-n", "empty", "--type", "tip", "--content", "x"]);
  assert.equal(
    await refusal(place, ["session-complete", "-n", "empty"]),
    "the session has no tasks yet: add the tasks of the spec first",
  );
});

Deno.test("session-complete accepts blocked tasks, and is no mistake the second time", async () => {
  await using place = await placeWithTask();
  await answer(place, ["task-add", "--content", "b"]);
  await setStatus(place, 1, "completed");
  await setStatus(place, 2, "blocked");
  assert.equal(await answer(place, ["session-complete"]), "Session marked complete");
  assert.deepEqual(await jsonAnswer(place, ["session-complete"]), { complete: true });
  assert.equal(await isComplete(place), true);
});

Deno.test("a finished session is opened again by a task, not by a note or a refused command", async () => {
  await using place = await placeWithTask();
  await setStatus(place, 1, "completed");
  await answer(place, ["session-complete"]);
  await answer(place, ["note-add", "--type", "tip", "--content", "x"]);
  await refusal(place, ["task-add", "--content", " "]);
  assert.equal(await isComplete(place), true);
  await answer(place, ["task-add", "--content", "more"]);
  assert.equal(await isComplete(place), false);
  assert.equal(
    await refusal(place, ["session-complete"]),
    "the session is not done: TAS-2 is remaining",
  );
  await setStatus(place, 2, "completed");
  await answer(place, ["session-complete"]);
  await setStatus(place, 1, "remaining");
  assert.equal(await isComplete(place), false);
});
