import assert from "node:assert/strict";
import { SUBCOMMANDS } from "../../src/commands/tool/tool.ts";
import { storeFile } from "../../src/store/open.ts";
import { Place } from "../support/place.ts";
import { readSound } from "../support/stored.ts";
import { answer, jsonAnswer, refusal, runTool, spawnTool } from "../support/tool.ts";

const NAMES = SUBCOMMANDS.map(({ name }) => name);

/** Makes sessions with one task each, which is called like its session. */
async function makeSessions(place: Place, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const { code, stderr } = await runTool(place, ["task-add", "-n", name, "--content", name]);
    assert.deepEqual([code, stderr], [
      0,
      `iteratr: session ${name} is new: it was not there before\n`,
    ]);
  }
}

/** The texts of the tasks that a call finds. */
async function tasksOf(
  place: Place,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<readonly string[]> {
  const tasks = await jsonAnswer(place, ["task-list", ...args], options);
  return (tasks as readonly { readonly content: string }[]).map(({ content }) => content);
}

Deno.test("tool lists its subcommands when it is asked for help, or nothing", async () => {
  await using place = await Place.make();
  const [none, long, short, word] = await Promise.all(
    [[], ["--help"], ["-h"], ["help"]].map((args) => answer(place, args)),
  );
  assert.deepEqual([long, short, word], [none, none, none]);
  for (const name of NAMES) assert.match(none ?? "", new RegExp(`^  ${name} `, "m"));
});

Deno.test("each subcommand explains its flags without a store, and makes none", async () => {
  await using place = await Place.make();
  await Promise.all(SUBCOMMANDS.map(async ({ name, flags }, index) => {
    const manual = await answer(place, [name, index % 2 === 0 ? "--help" : "-h"]);
    assert.match(manual, new RegExp(`^Usage: iteratr tool ${name} `));
    for (const flag of [...flags.map((spec) => spec.name), "name", "data-dir", "json"]) {
      assert.match(manual, new RegExp(` --${flag}\\b`));
    }
  }));
  assert.throws(() => Deno.statSync(place.data), Deno.errors.NotFound);
});

Deno.test("tool suggests the subcommand that was meant", async () => {
  await using place = await Place.make();
  const [near, far, broken] = await Promise.all([
    refusal(place, ["task-ad"]),
    refusal(place, ["frobnicate"]),
    refusal(place, ["task\nadd"]),
  ]);
  assert.equal(near, 'iteratr tool has no subcommand "task-ad"; did you mean task-add?');
  assert.equal(far, `iteratr tool has no subcommand "frobnicate"; it has ${NAMES.join(", ")}`);
  assert.match(broken, /^iteratr tool has no subcommand "task add"/);
});

Deno.test("the session is the flag's, else the variable's, else the only one", async () => {
  await using place = await Place.make();
  await makeSessions(place, "one");
  assert.deepEqual(await tasksOf(place, []), ["one"]);
  assert.deepEqual(await tasksOf(place, [], { env: { ITERATR_SESSION: "" } }), ["one"]);
  await makeSessions(place, "two");
  const env = { ITERATR_SESSION: "two" };
  const found = await Promise.all([
    tasksOf(place, ["--name", "one"]),
    tasksOf(place, ["-n", "one"], { env }),
    tasksOf(place, ["--name=one"], { env }),
    tasksOf(place, [], { env }),
  ]);
  assert.deepEqual(found, [["one"], ["one"], ["one"], ["two"]]);
});

Deno.test("a call that names no session is told which there are", async () => {
  await using place = await Place.make();
  assert.equal(
    await refusal(place, ["task-list"]),
    `there is no session yet in ${place.data}: start one with "iteratr build", ` +
      "or name another place with --data-dir",
  );
  assert.throws(() => Deno.statSync(place.data), Deno.errors.NotFound);
  assert.equal(
    await refusal(place, ["task-add", "--content", "x"]),
    "there is no session yet: name one with --name",
  );
  await makeSessions(place, "b", "a", "c");
  const [several, other, changing, variable] = await Promise.all([
    refusal(place, ["task-add", "--content", "x"]),
    refusal(place, ["task-list", "-n", "d"]),
    refusal(place, ["task-status", "-n", "d", "--id", "1", "--status", "blocked"]),
    refusal(place, ["session-complete"], { env: { ITERATR_SESSION: "d" } }),
  ]);
  assert.equal(several, "several sessions exist (a, b, c): name one with --name");
  for (const text of [other, changing, variable]) {
    assert.equal(text, "there is no session d; there is a, b, c");
  }
});

Deno.test("a session's name is judged before anything is made", async () => {
  await using place = await Place.make();
  const rule = 'must be 1 to 64 of A-Z, a-z, 0-9, "_" and "-", got';
  const names = ["", "a b", "../x", "ä", "x".repeat(65)];
  const texts = await Promise.all(
    names.map((name) => refusal(place, ["task-add", "--content", "x", "--name", name])),
  );
  assert.deepEqual(texts, names.map((name) => `--name ${rule} "${name}"`));
  assert.equal(
    await refusal(place, ["task-add", "--content", "x"], { env: { ITERATR_SESSION: "a/b" } }),
    `ITERATR_SESSION ${rule} "a/b"`,
  );
  await using store = await place.open();
  assert.deepEqual(await Array.fromAsync(store.kv.list({ prefix: ["head"] })), []);
});

Deno.test("the three subcommands that add make a session, and say so on stderr, once", async () => {
  await using place = await Place.make();
  const calls = [
    ["task-add", "--content", "x"],
    ["task-batch-add", "--tasks", '[{"content":"x"}]'],
    ["note-add", "--type", "tip", "--content", "x"],
  ];
  for (const [index, call] of calls.entries()) {
    const name = `s${index}`;
    const bad = [...call.slice(0, -1), " "];
    assert.equal((await runTool(place, [...bad, "-n", name])).code, 1);
    const { code, stdout, stderr } = await runTool(place, [...call, "-n", name]);
    assert.equal(code, 0);
    assert.equal(stderr, `iteratr: session ${name} is new: it was not there before\n`);
    assert.equal(stdout.split("\n").length, 2);
  }
  assert.deepEqual(
    SUBCOMMANDS.filter(({ creates }) => creates).map(({ name }) => name),
    calls.map(([name]) => name),
  );
  await answer(place, ["note-add", "-n", "s0", "--type", "tip", "--content", "x"]);
});

Deno.test("the data directory is the flag's, else the variable's, else that of the root", async () => {
  await using place = await Place.make();
  await makeSessions(place, "here");
  const away = place.join("away");
  const add = ["task-add", "-n", "there", "--content", "there"];
  assert.equal((await runTool(place, add, { env: { ITERATR_DATA_DIR: away } })).code, 0);
  Deno.mkdirSync(place.join("deep/er"), { recursive: true });
  const found = await Promise.all([
    tasksOf(place, ["--data-dir", "away"]),
    tasksOf(place, ["--data-dir", place.data], { env: { ITERATR_DATA_DIR: away } }),
    tasksOf(place, [], { env: { ITERATR_DATA_DIR: away } }),
    tasksOf(place, [], { cwd: place.join("deep/er") }),
    tasksOf(place, [], { env: { ITERATR_DATA_DIR: "" } }),
  ]);
  assert.deepEqual(found, [["there"], ["here"], ["there"], ["here"], ["here"]]);
});

Deno.test("a relative data directory lies below the root, from wherever a call is made", async () => {
  await using place = await Place.make();
  await makeSessions(place, "here");
  Deno.mkdirSync(place.join("deep/er"), { recursive: true });
  const cwd = place.join("deep/er");
  const env = { ITERATR_DATA_DIR: ".iteratr" };
  assert.deepEqual(await tasksOf(place, [], { cwd, env }), ["here"]);
  assert.deepEqual(await tasksOf(place, ["--data-dir", ".iteratr"], { cwd }), ["here"]);
});

Deno.test("a call inside a run speaks for the agent, any other for the user", async () => {
  await using place = await Place.make();
  await makeSessions(place, "s");
  await answer(place, ["task-add", "--content", "more"], { env: { ITERATR_RUN: "r" } });
  await using store = await place.open();
  const { events } = await readSound(store, "s");
  assert.deepEqual(events.map(({ type, actor }) => [type, actor]), [
    ["session.created", "user"],
    ["task.added", "user"],
    ["task.added", "agent"],
  ]);
});

Deno.test("a store that cannot be used ends a call with code 9 and one line", async () => {
  await using place = await Place.make();
  Deno.mkdirSync(place.data);
  Deno.writeTextFileSync(storeFile(place.data), "no database\n".repeat(1000));
  const { code, stdout, stderr } = await runTool(place, ["task-list"]);
  assert.deepEqual({ code, stdout }, { code: 9, stdout: "" });
  assert.match(stderr, /^store \(exit 9\): [^\n]*iteratr\.db[^\n]*\n$/);
});

Deno.test("a reader that has closed the output gets no stack trace, and the command is carried out", async () => {
  await using place = await Place.make();
  await makeSessions(place, "s");
  const child = spawnTool(place, ["task-add", "--content", "unheard"]);
  await child.stdout.cancel();
  const [{ code }, stderr] = await Promise.all([child.status, new Response(child.stderr).text()]);
  assert.deepEqual({ code, stderr }, { code: 141, stderr: "" });
  assert.deepEqual(await tasksOf(place, []), ["s", "unheard"]);
});

Deno.test("a reader that goes away in the middle of a long answer gets no stack trace", async () => {
  await using place = await Place.make();
  await makeSessions(place, "s");
  const tasks = Array.from({ length: 40 }, (_, n) => ({ content: `${n} `.padEnd(9000, "x") }));
  await answer(place, ["task-batch-add", "--tasks", "-"], { stdin: JSON.stringify(tasks) });
  // More than a pipe holds, so that the writer has to notice.
  const child = spawnTool(place, ["task-list"]);
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const [{ code }, stderr] = await Promise.all([child.status, new Response(child.stderr).text()]);
  assert.deepEqual({ code, stderr }, { code: 141, stderr: "" });
});
