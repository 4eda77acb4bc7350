import assert from "node:assert/strict";
import { SPECS } from "../../src/config/table.ts";
import { together } from "../build/_together.ts";
import { Place } from "../support/place.ts";
import { offered } from "./_help.ts";
import { iteratr, printed } from "./_iteratr.ts";
import { makeDesk, SHELLS, type } from "./_shells.ts";

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
