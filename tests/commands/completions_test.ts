import assert from "node:assert/strict";
import { SPECS } from "../../src/config/table.ts";
import { addNote } from "../../src/session/session_rules.ts";
import { integrityProblem } from "../../src/store/integrity.ts";
import { storeFile } from "../../src/store/open.ts";
import { transact } from "../../src/store/transact.ts";
import { together } from "../build/_together.ts";
import { damage, makeStore } from "../failure/_store.ts";
import { Place } from "../support/place.ts";
import { offered } from "./_help.ts";
import { iteratr, printed } from "./_iteratr.ts";
import { makeDesk, SHELLS, type } from "./_shells.ts";

/** The size of a page of SQLite's file. */
const PAGE = 4096;

/** What is typed, with a TAB where it is to be completed, and what comes of it. */
type Typed = readonly (readonly [keys: string, words: string])[];

const USUAL: Typed = [
  ["iteratr bu\t--log-l\tdeb\t", "build --log-level debug"],
  ["iteratr gen\t--ou\tx", "gen-template --output x"],
  ["iteratr export my\t", "export my-session"],
  ["iteratr build --name oth\t", "build --name other"],
  ["iteratr build --headless fa\t", "build --headless false"],
  ["iteratr config se\tlog_l\tx", "config set log_level x"],
  ["iteratr tool task-st\t--sta\tx", "tool task-status --status x"],
  ["iteratr completions fi\t", "completions fish"],
];

/** More that a person would want, each with a name. */
const FURTHER: Readonly<Record<string, Typed>> = {
  "the word of a flag behind =": [["iteratr build --log-level=deb\t", "build --log-level=debug"]],
  "the words of the tools' flags": [
    ["iteratr tool task-status --status in_p\t", "tool task-status --status in_progress"],
    ["iteratr tool note-add --type stu\t", "tool note-add --type stuck"],
    ["iteratr tool task-list --data\t", "tool task-list --data-dir"],
  ],
  "the value of a key": [
    ["iteratr config set log_level deb\t", "config set log_level debug"],
    ["iteratr config set headless fa\t", "config set headless false"],
  ],
  "a file for a flag that takes one": [
    ["iteratr build --spec specs/FE\t", "build --spec specs/FEATURE.md"],
    ["iteratr build --template specs/FE\t", "build --template specs/FEATURE.md"],
    ["iteratr gen-template -o specs/FE\t", "gen-template -o specs/FEATURE.md"],
  ],
  "a command for help": [["iteratr help dele\t", "help delete"]],
};

for (const [name, shell] of SHELLS) {
  const all = [...USUAL, ...Object.values(FURTHER).flat()];
  let answers: ReadonlyMap<string, string> | undefined;
  // All is typed in one go, by the first test that wants to know.
  const expectTyped = async (typed: Typed): Promise<void> => {
    if (answers === undefined) {
      await using desk = await makeDesk();
      const lines = await type(desk, shell, all.map(([keys]) => keys));
      answers = new Map(lines.map((line, at) => [all[at]?.[0] ?? "", line]));
    }
    assert.deepEqual(typed.map(([keys]) => answers?.get(keys)), typed.map(([, words]) => words));
  };

  Deno.test(`${name} completes commands, flags, keys, names of sessions and words`, () => {
    return expectTyped(USUAL);
  });

  for (const [what, typed] of Object.entries(FURTHER)) {
    Deno.test(`${name} completes ${what}`, () => expectTyped(typed));
  }
}

Deno.test("the words of every flag that has some are offered, and the keys", async () => {
  await using place = await Place.make();
  await together(SPECS, async ({ flag, kind }) => {
    if (flag === undefined || (kind.kind !== "choice" && kind.kind !== "switch")) return;
    const words = kind.kind === "choice" ? kind.of : ["true", "false"];
    assert.deepEqual(await offered(place, ["build", `--${flag.long}`, ""]), words);
  });
  assert.deepEqual(await offered(place, ["config", "get", ""]), SPECS.map(({ key }) => key));
});

Deno.test("nothing is offered, and nothing said, where the sessions cannot be told", async () => {
  await using place = await Place.make();
  assert.deepEqual(await offered(place, ["export", ""]), []);
  await Deno.writeTextFile(place.join("iteratr.yml"), "modle: x\n");
  assert.deepEqual(await offered(place, ["export", ""]), []);
  await Deno.remove(place.join("iteratr.yml"));
  await Deno.mkdir(place.data);
  await Deno.writeTextFile(place.join(".iteratr", "iteratr.db"), "notes of mine\n".repeat(1000));
  assert.deepEqual(await offered(place, ["export", ""]), []);
});

Deno.test("the names of sessions are offered in order, whatever else is in the store", async () => {
  await using place = await Place.make();
  const names = ["A-1", "_x", "a", "heads", "s".repeat(64)];
  {
    await using store = await place.open();
    for (const session of names.toReversed()) {
      await transact(store, {
        ...{ session, actor: "user", create: { spec: null }, tasks: false },
        decide: (view) => addNote(view, "tip", "text"),
      });
    }
    // While somebody else has it open, and writes.
    assert.deepEqual(await offered(place, ["export", ""]), names);
  }
  assert.deepEqual(await offered(place, ["export", ""]), names);
});

Deno.test("a large store costs a TAB nothing: no more of it is read than the names", async () => {
  await using place = await Place.make();
  const file = await makeStore(place);
  // Whoever reads all of it notices this.
  await damage(file, (bytes) => bytes.fill(0xa5, bytes.length - PAGE));
  assert.notEqual(integrityProblem(place.data), undefined);
  assert.deepEqual(await offered(place, ["export", ""]), ["s"]);
});

Deno.test("damage in any part of the store keeps no TAB from its other offers, and nothing is said", async () => {
  await using place = await Place.make();
  const file = await makeStore(place, 40);
  const sound = await Deno.readFile(file);
  const pages = sound.length / PAGE;
  // The first ones are the roots of all tables, the queue's among them.
  await together(Array.from({ length: 12 }, (_, at) => at), async (page) => {
    assert.ok(page < pages);
    await using other = await Place.make();
    await Deno.mkdir(other.data);
    const bytes = sound.slice();
    bytes.fill(0xa5, page * PAGE, (page + 1) * PAGE);
    await Deno.writeFile(storeFile(other.data), bytes);
    const names = await offered(other, ["export", ""]);
    assert.ok(names.length === 0 || names.includes("s"), `page ${page}: ${names}`);
    assert.deepEqual(await offered(other, ["expo"]), ["export"]);
  });
});

Deno.test("completions prints a script that its shell takes, also twice", async () => {
  await using place = await Place.make();
  for (const name of new Set(Array.from(SHELLS.values(), (shell) => shell.name))) {
    const script = printed(await iteratr(place, ["completions", name]));
    await Deno.writeTextFile(place.join("script"), `${script}\n${script}`);
    const prepare = name === "zsh" ? "autoload -U compinit; compinit -u -D; " : "";
    const { success, stdout, stderr } = await new Deno.Command(name, {
      args: ["-c", `${prepare}source ${place.join("script")}`],
      env: { HOME: place.path },
      stdin: "null",
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.deepEqual({ success, said }, { success: true, said: "" }, name);
  }
});
