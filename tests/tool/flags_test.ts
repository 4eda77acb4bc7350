import assert from "node:assert/strict";
import fc from "fast-check";
import { type Flags, type FlagSpec, readFlags } from "../../src/commands/tool/flags.ts";
import { UserError } from "../../src/platform/failure.ts";
import { Place } from "../support/place.ts";
import { answer, refusal, runTool } from "../support/tool.ts";

const SPECS: readonly FlagSpec[] = [
  { name: "content", value: "text", help: "a text" },
  { name: "name", short: "n", value: "session", help: "a session" },
  { name: "json", help: "a switch" },
];

async function read(...args: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const flags: Flags = await readFlags("task-x", SPECS, args);
  return Object.fromEntries(flags);
}

Deno.test("readFlags takes any value as it is, in both spellings", async () => {
  await fc.assert(fc.asyncProperty(fc.string(), fc.string(), async (content, name) => {
    const flags = { content, name, json: "true" };
    assert.deepEqual(await read("--content", content, "-n", name, "--json"), flags);
    assert.deepEqual(await read(`--name=${name}`, "--json", `--content=${content}`), flags);
  }));
});

Deno.test("readFlags reads flags or throws one line for a person, whatever the words", async () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom("--content", "-n", "--json", "--json=1", "--"),
  );
  await fc.assert(fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (words) => {
    try {
      await read(...words);
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
    }
  }));
});

Deno.test("a mistake in the flags is named, with the flag that was meant", async () => {
  await using place = await Place.make();
  const all = "--content, --status, --priority, --name, --data-dir, --json, --help";
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["task-add", "--contents", "x"], "task-add has no flag --contents; did you mean --content?"],
    [["task-add", "--contnt=x"], "task-add has no flag --contnt; did you mean --content?"],
    [["task-add", "--frobnicate"], `task-add has no flag --frobnicate; it has ${all}`],
    [["task-add", "--content"], "--content needs a value: what is to be done; - reads stdin"],
    [["task-list", "-n"], "--name needs a value: the session (else ITERATR_SESSION)"],
    [["task-add"], "task-add needs --content <text>: what is to be done; - reads stdin"],
    [
      ["task-status", "--id", "1"],
      "task-status needs --status <status>: remaining, in_progress, " +
      "completed, blocked, cancelled",
    ],
    [["task-add", "--content", "a", "--content", "b"], "--content is given twice"],
    [["task-list", "--json", "--json"], "--json is given twice"],
    [["task-list", "--json=yes"], '--json takes no value, got "yes"'],
    [
      ["task-add", "--content", "two", "words"],
      "task-add takes flags only, got " +
      '"words" (is a value with spaces not quoted?)',
    ],
    [
      ["task-list", "task-next"],
      "task-list takes flags only, got " +
      '"task-next" (is a value with spaces not quoted?)',
    ],
  ];
  const texts = await Promise.all(cases.map(([args]) => refusal(place, args)));
  assert.deepEqual(texts, cases.map(([, text]) => text));
  assert.throws(() => Deno.statSync(place.data), Deno.errors.NotFound);
});

Deno.test("a text may begin with a dash, or look like a flag", async () => {
  await using place = await Place.make();
  const texts = ["- a list item", "--json", "-n", "--name=x", "---", "a=b"];
  const [first, ...rest] = texts;
  await runTool(place, ["task-add", "-n", "s", "--content", first ?? ""]);
  for (const text of rest) await answer(place, ["task-add", "--content", text]);
  await answer(place, ["note-add", "--type", "tip", "--content=-x --y=z"]);
  assert.equal(
    await answer(place, ["task-list"]),
    ["Remaining:", ...texts.map((text, index) => `  [TAS-${index + 1}] P2 ${text}`)].join("\n"),
  );
  assert.equal(await answer(place, ["note-list"]), "[tip] (#0) -x --y=z");
});

Deno.test("a text that looks like the flag for help is a text too", async () => {
  await using place = await Place.make();
  await runTool(place, ["task-add", "-n", "s", "--content", "first"]);
  for (const text of ["--help", "-h"]) {
    const added = await answer(place, ["task-add", "--content", text]);
    assert.match(added, new RegExp(`"content":"${text}"`));
  }
});
