import assert from "node:assert/strict";
import { isObject } from "./_json.ts";
import { Stage } from "./_stage.ts";
import { shellQuote } from "../../src/platform/words.ts";

/** Runs with an agent that keeps its environment first, and gives that. */
async function agentEnvironment(
  stage: Stage,
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly flags?: readonly string[];
    /** The program's name. */
    readonly name?: string;
  } = {},
): Promise<ReadonlyMap<string, string>> {
  const { env = {}, flags = [], name = "agent" } = options;
  const seen = stage.join("environment");
  const program = await stage.writeProgram(
    name,
    `env -0 >'${seen}'; command -v iteratr >'${seen}.which'; exec ${
      stage.agent("works tasks=2 per-turn=2")
    }`,
  );
  const { code, stdout, stderr } = await stage.run([
    ...["build", "-m", "fake/m1", "--agent-command", `${shellQuote(program)} acp`, ...flags],
  ], { env });
  assert.equal(code, 0, stdout + stderr);
  return new Map(
    stage.read("environment").split("\0").map((entry): [string, string] => {
      const cut = entry.indexOf("=");
      return [entry.slice(0, cut), entry.slice(cut + 1)];
    }),
  );
}

Deno.test("the agent is told its session, its data directory and its run", async () => {
  await using stage = await Stage.make();
  const env = await agentEnvironment(stage, { flags: ["-n", "mine", "--data-dir", "var/data"] });
  assert.equal(env.get("ITERATR_SESSION"), "mine");
  assert.equal(env.get("ITERATR_DATA_DIR"), stage.project("var/data"));
  assert.match(env.get("ITERATR_RUN") ?? "", /^\S{8,}$/);
  const { events } = await stage.session("mine", stage.project("var/data"));
  const runs = new Set(events.map(({ run }) => run));
  assert.ok(runs.has(env.get("ITERATR_RUN") ?? ""));
});

Deno.test("the agent finds this very iteratr first on its PATH, whatever else is called so", async () => {
  await using stage = await Stage.make();
  await stage.writeProgram("iteratr", `echo "the wrong one" >>'${stage.join("wrong")}'; exit 1`);
  const env = await agentEnvironment(stage);
  assert.equal(stage.read("wrong"), "");
  const [first = ""] = env.get("PATH")?.split(":") ?? [];
  assert.equal(stage.read("environment.which"), `${first}/iteratr\n`);
  assert.ok(stage.prompts()[0]?.includes(`${first}/iteratr`));
  assert.ok(env.get("PATH")?.endsWith(`:${stage.join("bin")}:${Deno.env.get("PATH")}`));
});

Deno.test("the user's own environment passes through, odd values too", async () => {
  await using stage = await Stage.make();
  const own = {
    ANTHROPIC_API_KEY: "sk-secret",
    ODD: "a=b\nc d 'e' \"f\" $HOME 日本",
    EMPTY: "",
    LANG: "de_DE.UTF-8",
    ITERATR_SESSION: "another",
    ITERATR_MODEL: "fake/r1",
  };
  const env = await agentEnvironment(stage, { env: own });
  for (const [name, value] of Object.entries(own)) {
    const expected = name === "ITERATR_SESSION" ? "SPEC" : value;
    assert.equal(env.get(name), expected, name);
  }
  assert.equal(env.get("HOME"), stage.join("home"));
  assert.ok(![...env.keys()].some((name) => name.startsWith("OPENCODE_")));
});

Deno.test("temporary files of the agent go with the run", async () => {
  await using stage = await Stage.make();
  const env = await agentEnvironment(stage);
  const temporary = env.get("TMPDIR") ?? "";
  assert.ok(temporary.startsWith(`${stage.join("tmp")}/`));
  assert.throws(() => Deno.statSync(temporary), Deno.errors.NotFound);
});

Deno.test("opencode gets an environment in which it never asks, and keeps the user's configuration", async () => {
  await using stage = await Stage.make();
  const own = { plugin: ["mine"], model: "a/b" };
  const env = await agentEnvironment(stage, {
    name: "opencode",
    env: { OPENCODE_CONFIG_CONTENT: JSON.stringify(own), OPENCODE_SERVER_PASSWORD: "known" },
  });
  const content: unknown = JSON.parse(env.get("OPENCODE_CONFIG_CONTENT") ?? "");
  assert.ok(isObject(content) && Array.isArray(content["plugin"]));
  assert.equal(content["model"], "a/b");
  assert.deepEqual([content["plugin"].length, content["plugin"][0]], [2, "mine"]);
  assert.notEqual(env.get("OPENCODE_SERVER_PASSWORD"), "known");
});

Deno.test("a configuration of opencode that is none ends the run with 1, and leaves nothing", async () => {
  await using stage = await Stage.make();
  const program = await stage.writeProgram("opencode", `touch '${stage.join("started")}'`);
  const { code, stderr } = await stage.run([
    ...["build", "-m", "fake/m1", "--agent-command", `${program} acp`],
  ], { env: { OPENCODE_CONFIG_CONTENT: "{plugin: []}" } });
  assert.equal(code, 1);
  assert.match(stderr, /^config \(exit 1\): OPENCODE_CONFIG_CONTENT must be a JSON object/);
  assert.throws(() => Deno.statSync(stage.join("started")), Deno.errors.NotFound);
});

Deno.test("a project whose path is full of blanks and quotes is one like any other", async () => {
  await using stage = await Stage.make();
  const odd = stage.project('it\'s a "dir" $HOME `x` ü');
  await Deno.mkdir(odd);
  await Deno.writeTextFile(`${odd}/my spec.md`, "Go.\n");
  const { code, stdout } = await stage.build("works tasks=2 per-turn=2", [
    ...["-C", odd, "-s", "my spec.md"],
  ]);
  assert.equal(code, 0, stdout);
  assert.equal(await Deno.readTextFile(`${odd}/out-2.txt`), "Write file 2\n");
});
