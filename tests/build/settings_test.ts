import assert from "node:assert/strict";
import type { Finished } from "./_run.ts";
import { Stage } from "./_stage.ts";
import { together } from "./_together.ts";

/** The line that a command ends with which a person must mend, and the hints below it. */
function complaint({ code, stdout, stderr }: Finished): string {
  assert.deepEqual([code, stdout], [1, ""], stderr);
  const [line = "", ...hints] = stderr.trimEnd().split("\n");
  for (const hint of hints) assert.match(hint, /^ {2}\S/);
  assert.match(line, /^config \(exit 1\): /);
  return line.slice("config (exit 1): ".length);
}

const MODEL = ["--model", "fake/m1"];

/** Command lines, and what is said of each. */
const MISTAKES: readonly (readonly [args: readonly string[], says: string | RegExp])[] = [
  ...["08", "-1", "1e9", "abc", "1.5", " 3", "+3", "0x10", "9999999999999999"].map((text) =>
    [
      ["build", ...MODEL, "--iterations", text],
      `iterations must be a whole number from 0 up, got "${text}" (--iterations)`,
    ] as const
  ),
  [["build", ...MODEL, "-i"], /^option '-i, --iterations <count>' argument missing$/],
  [["build"], "no model is set: iteratr does not choose one for you"],
  [["build", "-m", ""], "model must not be empty (--model)"],
  [["build", ...MODEL, "-i", ""], "iterations must not be empty (--iterations)"],
  ...["a b", "", "a/b", "ü", "x".repeat(65)].map((name) =>
    [
      ["build", ...MODEL, "--name", name],
      `--name must be 1 to 64 of A-Z, a-z, 0-9, "_" and "-", got "${name}"`,
    ] as const
  ),
  [
    ["build", ...MODEL, "-s", "no.md"],
    /^the spec "no\.md" does not exist \(looked for \/.*\/no\.md\)$/,
  ],
  [["build", ...MODEL, "-s", "specs"], /^--spec must be a file, got "specs" \(\/.*\/specs\)$/],
  [["build", ...MODEL, "-C", "nowhere"], '--directory must be a directory, got "nowhere"'],
  [
    ["build", ...MODEL, "-C", "specs/SPEC.md"],
    '--directory must be a directory, got "specs/SPEC.md"',
  ],
  [["build", ...MODEL, "--agent-command", ""], "agent.command must not be empty (--agent-command)"],
  [["build", ...MODEL, "--agent-command", " "], /^agent\.command must be a command, got " "/],
  [
    ["build", ...MODEL, "--agent-command", "a 'b"],
    /^agent\.command has an open quote \('\): a 'b/,
  ],
  [["build", ...MODEL, "-t", "no.txt"], /^the template \/.*\/no\.txt cannot be read: /],
  [["build", ...MODEL, "-t", "specs"], /^the template \/.*\/specs cannot be read: /],
  [
    ["build", ...MODEL, "--itertions", "3"],
    "unknown option '--itertions' (Did you mean --iterations?)",
  ],
  [["build", ...MODEL, "--frobnicate"], "unknown option '--frobnicate'"],
  [["build", ...MODEL, "stray"], /^too many arguments for 'build'.*stray/],
  [["biuld"], "unknown command 'biuld' (Did you mean build?)"],
  [["frobnicate"], "unknown command 'frobnicate'"],
];

Deno.test("a mistake on the command line is one clear line, before anything is made or started", async () => {
  await using stage = await Stage.make();
  await together(MISTAKES, async ([args, says]) => {
    await using run = await stage.iteratr(args);
    const words = complaint(await run.finished());
    if (typeof says === "string") assert.equal(words, says);
    else assert.match(words, says);
  });
  assert.throws(() => Deno.statSync(stage.project(".iteratr")), Deno.errors.NotFound);
  assert.deepEqual([stage.processes(), stage.strays()], [[], []]);
});

Deno.test("a mistake in a variable is told with the variable's name, and a flag outranks it", async () => {
  await using stage = await Stage.make();
  const env = { ITERATR_ITERATIONS: "08", ITERATR_MODEL: "fake/m1" };
  assert.equal(
    complaint(await stage.run(["build"], { env })),
    'iterations must be a whole number from 0 up, got "08" (ITERATR_ITERATIONS)',
  );
  const { code } = await stage.build("works tasks=3", ["-i", "1"], { env });
  assert.equal(code, 5);
});

Deno.test("variables stand in for flags, and an empty one for none", async () => {
  await using stage = await Stage.make();
  await Deno.writeTextFile(stage.project("mine.txt"), "from a variable");
  const { code, stdout } = await stage.run(["build"], {
    env: {
      ITERATR_MODEL: "fake/r1",
      ITERATR_ITERATIONS: "1",
      ITERATR_TEMPLATE: "mine.txt",
      ITERATR_DATA_DIR: "",
      ITERATR_AGENT_COMMAND: stage.agent("works"),
    },
  });
  assert.equal(code, 5, stdout);
  assert.match(stdout, / {2}model fake\/r1\n.* {2}limits {2}1 iteration, 24h00m\n/);
  assert.deepEqual(stage.prompts(), ["from a variable"]);
  assert.equal((await stage.session()).head.iterations, 1);
});

Deno.test("without a spec that is named and without the usual one, build says which to name", async () => {
  await using stage = await Stage.make("other.md");
  const ended = await stage.run(["build", ...MODEL]);
  assert.equal(complaint(ended), "no spec: there is no specs/SPEC.md");
  assert.match(ended.stderr, /^ {2}Say which: iteratr build --spec /m);
});

Deno.test("a template that cannot be used ends the run with 1 before the agent is started", async () => {
  const templates = ["{{% if (tasks) { }}", "{{ spec", "{{ 1 + }}", "{{taks}}", "{{spec.x.y}}"];
  await together(templates, async (template) => {
    await using stage = await Stage.make();
    await Deno.writeTextFile(stage.project("mine.txt"), template);
    const ended = await stage.build("works", ["--template", "mine.txt"]);
    assert.equal(stage.starts(), 0, template);
    assert.match(complaint(ended), /^\/.*\/mine\.txt:1: /, template);
    assert.match(ended.stderr, /^ {2}A template may use: \{\{session\}\}/m);
  });
});

Deno.test("inside of a run no other run is begun", async () => {
  await using stage = await Stage.make();
  const ended = await stage.build("works", [], { env: { ITERATR_RUN: "another" } });
  assert.match(complaint(ended), /ITERATR_RUN is set/);
  assert.equal(stage.starts(), 0);
});

Deno.test("a data directory that cannot be made ends the run with 9", async () => {
  await using stage = await Stage.make();
  const ended = await stage.build("works", ["--data-dir", "specs/SPEC.md"]);
  assert.equal(ended.code, 9, ended.stdout);
  assert.match(
    ended.stderr,
    /^store \(exit 9\): the data directory \/.*\/SPEC\.md cannot be made: a file is in the way\n$/,
  );
  assert.equal(stage.starts(), 0);
});

Deno.test("help and version are told on stdout, without a project", async () => {
  await using stage = await Stage.make();
  for (
    const [args, text] of [
      [["--help"], /^Usage: iteratr /],
      [[], /^Usage: iteratr /],
      [["help", "build"], /^Usage: iteratr build /],
      [["build", "--help"], /--iterations <count>/],
      [["--version"], /^iteratr \d+\.\d+\.\d+/],
      [["-v"], /^iteratr \d+\.\d+\.\d+/],
    ] as const
  ) {
    const { code, stdout, stderr } = await stage.run(args, { cwd: "../home" });
    assert.deepEqual([code, stderr], [0, ""], args.join(" "));
    assert.match(stdout, text, args.join(" "));
  }
});
