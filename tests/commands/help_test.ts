import assert from "node:assert/strict";
import { SUBCOMMANDS } from "../../src/commands/tool/tool.ts";
import { SPECS } from "../../src/config/table.ts";
import { together } from "../build/_together.ts";
import { Place } from "../support/place.ts";
import { type Manual, manuals, offered } from "./_help.ts";
import { complaint, contents, iteratr, printed } from "./_iteratr.ts";

let known: readonly Manual[] | undefined;

/** The help of all commands; the first test that asks has them printed. */
async function all(): Promise<readonly Manual[]> {
  if (known !== undefined) return known;
  await using place = await Place.make();
  return known = await manuals(place);
}

async function textOf(name: string): Promise<string | undefined> {
  return (await all()).find(({ words }) => words.join(" ") === name)?.text;
}

Deno.test("every command has help, with a usage, a description, and words for every flag", async () => {
  const names = (await all()).map(({ words }) => words.join(" "));
  for (const name of ["build", "prompt", "config set", "doctor", "completions", "tool task-add"]) {
    assert.ok(names.includes(name), `${name} is not in the help: ${names}`);
  }
  for (const { words, text, flags } of await all()) {
    const what = words.join(" ");
    const [usage, blank, description = ""] = text.split("\n");
    assert.ok(usage?.startsWith(`Usage: iteratr ${what}`.trimEnd()), `${what}: ${usage}`);
    assert.equal(blank, "", what);
    assert.match(description, /^\S.{5,}/, what);
    if (what !== "tool") assert.ok(flags.includes("--help"), `${what} does not tell of --help`);
    for (const [entry] of text.matchAll(/^ {2}-.+$/gm)) {
      // Beside the flag, or below a long one.
      const pattern = /^ {2}(-\w, )?--[\w-]+( [<[][^>\]]+[>\]])?( {2,}\S.*)?$/;
      assert.match(entry, pattern, what);
    }
  }
});

Deno.test("the help of build tells every flag of the table with its default", async () => {
  const build = (await all()).find(({ words }) => words.join(" ") === "build");
  for (const { flag } of SPECS) {
    if (flag !== undefined) assert.ok(build?.flags.includes(`--${flag.long}`), flag.long);
  }
  const text = build?.text.replaceAll(/\s+/g, " ") ?? "";
  for (const note of ["(default: opencode acp)", "(default: .iteratr)", "(default: info)"]) {
    assert.ok(text.includes(note), `${note} is not in ${text}`);
  }
});

Deno.test("the help of tool tells every subcommand", async () => {
  const tool = (await all()).find(({ words }) => words.join(" ") === "tool");
  assert.deepEqual(tool?.commands, SUBCOMMANDS.map(({ name }) => name));
});

Deno.test("help fits into 80 columns", async () => {
  const wide = (await all()).flatMap(({ words, text }) =>
    text.split("\n").filter((line) => line.length > 80)
      .map((line) => `iteratr ${words.join(" ")} --help: ${line}`)
  );
  assert.deepEqual(wide, []);
});

Deno.test("the help of every command shows an example", async () => {
  const without = (await all()).filter(({ words, text }) =>
    words.length > 0 && words[0] !== "tool" && !/^Examples?:/m.test(text)
  );
  assert.deepEqual(without.map(({ words }) => words.join(" ")), []);
});

Deno.test("help is the same by --help, -h and help COMMAND, on stdout, with exit 0", async () => {
  await using place = await Place.make();
  const texts = new Map((await all()).map(({ words, text }) => [words.join(" "), text]));
  const names = [...texts.keys()].filter((name) => /^(?!tool$)[\w-]+$/.test(name));
  const lines = [
    ...[["-h"], ["help"], []].map((args) => [args, ""] as const),
    ...["build", "config", "tool"].map((name) => [[name, "-h"], name] as const),
    ...names.map((name) => [["help", name], name] as const),
  ];
  await together(lines, async ([args, name]) => {
    assert.equal(printed(await iteratr(place, args)), texts.get(name), args.join(" "));
  });
  assert.deepEqual(await contents(place.path), [`${place.path}/.git/`]);
});

Deno.test("help tool tells what tool --help tells", async () => {
  await using place = await Place.make();
  assert.equal(printed(await iteratr(place, ["help", "tool"])), await textOf("tool"));
});

Deno.test("help is there for help itself", async () => {
  await using place = await Place.make();
  assert.match(printed(await iteratr(place, ["help", "--help"])), /^Usage: /);
});

Deno.test("help is there for a command within a command", async () => {
  await using place = await Place.make();
  const text = printed(await iteratr(place, ["help", "config", "set"]));
  assert.equal(text, await textOf("config set"));
});

Deno.test("every command and every flag of the help is offered, and none that is not there", async () => {
  await using place = await Place.make();
  await together(await all(), async ({ words, commands, flags }) => {
    const what = words.join(" ");
    if (commands.length > 0) {
      const names = (await offered(place, [...words, ""])).filter((name) => !name.startsWith("-"));
      assert.deepEqual(names.toSorted(), commands.toSorted(), what);
    }
    if (what === "" || what === "tool") return;
    const names = await offered(place, [...words, "--"]);
    const missing = flags.filter((flag) => flag !== "--help" && !names.includes(flag));
    const wrong = names.filter((name) => name !== "--help" && !flags.includes(name));
    assert.deepEqual({ missing, wrong }, { missing: [], wrong: [] }, what);
  });
});

/** Command lines that are wrong, and what is said of each. */
const WRONG: readonly (readonly [args: readonly string[], says: RegExp])[] = [
  [["buidl"], /^unknown command 'buidl' \(Did you mean build\?\)$/],
  [["Build"], /^unknown command 'Build' \(Did you mean build\?\)$/],
  [["gen-tempalte"], /^unknown command 'gen-tempalte' \(Did you mean gen-template\?\)$/],
  [["frobnicate"], /^unknown command 'frobnicate'$/],
  [["build", "--modle", "x"], /^unknown option '--modle' \(Did you mean --model\?\)$/],
  [
    ["build", "--agent-comand=x"],
    /^unknown option '--agent-comand.*\(Did you mean --agent-command\?\)$/,
  ],
  [["build", "--frobnicate"], /^unknown option '--frobnicate'$/],
  [["build", "-x"], /^unknown option '-x'$/],
  [["prompt", "--model", "x"], /^unknown option '--model'/],
  [["doctor", "--jsno"], /^unknown option '--jsno' \(Did you mean --json\?\)$/],
  [["--versoin"], /^unknown option '--versoin' \(Did you mean --version\?\)$/],
  [["config", "gte", "model"], /gte.*\bget\b/],
  [["config", "get"], /^missing required argument 'key'$/],
  [["config", "set", "model"], /^missing required argument 'value'$/],
  [["config", "set", "model", "a", "b"], /^too many arguments for 'set'/],
  [["export"], /^missing required argument 'session'$/],
  [["version", "extra"], /^too many arguments for 'version'/],
  [["build", "extra"], /^too many arguments for 'build'/],
  [["completions"], /^missing required argument 'shell'$/],
  [["completions", "ksh"], /ksh.*bash/],
  [["completions", "powershell"], /powershell.*bash/],
  [["help", "frobnicate"], /frobnicate/],
  [["help", "buidl"], /buidl.*build/],
  [["--json"], /--json|--version/],
  [["tool", "task-ad"], /^iteratr tool has no subcommand "task-ad"; did you mean task-add\?$/],
  [
    ["tool", "task-add", "--contnt", "x"],
    /^task-add has no flag --contnt; did you mean --content\?$/,
  ],
];

for (const [args, says] of WRONG) {
  Deno.test(`iteratr ${args.join(" ")} says what is wrong, in one line, and exits 1`, async () => {
    await using place = await Place.make();
    const [line, ...more] = complaint(await iteratr(place, args), args.join(" "));
    assert.match(line, says, args.join(" "));
    assert.deepEqual(more, [], args.join(" "));
    assert.deepEqual(await contents(place.path), [`${place.path}/.git/`]);
  });
}

Deno.test("an empty value of a flag is a mistake, and not taken for none", async () => {
  await using place = await Place.make();
  await Deno.mkdir(place.join("specs"));
  await Deno.writeTextFile(place.join("specs", "SPEC.md"), "# A spec\n");
  const before = await contents(place.path);
  const lines = [
    "build --model=m --spec=",
    "build --model=m --name=",
    "build --model=m --dry-run --directory=",
    "prompt --directory=",
    "prompt --data-dir=",
    "gen-template --output=",
    "gen-template --force --output=",
    "export s --data-dir=",
    "export s --epoch=",
    "doctor --check --data-dir=",
    "tool task-list --data-dir=",
  ];
  const taken: string[] = [];
  await together(lines, async (line) => {
    const { code, stderr } = await iteratr(place, line.split(" "));
    const flag = line.slice(line.lastIndexOf(" ") + 1, -1);
    const isTold = code === 1 && stderr.startsWith("config ") && stderr.includes(flag);
    if (!isTold) taken.push(`${line} (exit ${code}): ${stderr.split("\n")[0]}`);
  });
  assert.deepEqual(taken, []);
  assert.deepEqual(await contents(place.path), before);
});
