import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type KeySpec, SPECS } from "../../src/config/table.ts";
import { exists } from "../../src/platform/paths.ts";
import { storeFile } from "../../src/store/open.ts";
import type { Finished } from "../build/_run.ts";
import { Stage, type StartOptions } from "../build/_stage.ts";
import { nth } from "../config/_samples.ts";
import { contents } from "./_iteratr.ts";

const DRY = ["--dry-run"];

/** The lines of a label. */
function lines({ stdout }: Finished, label: string): readonly string[] {
  return stdout.split("\n").filter((line) => line.startsWith(`${label} `))
    .map((line) => line.slice(label.length).trim());
}

/** Makes a dry run, which must change nothing but the fake's log. */
async function dryRun(
  stage: Stage,
  flags: readonly string[] = [],
  options: StartOptions = {},
): Promise<Finished> {
  const log = `${stage.join("log")}: `;
  const seen = async (): Promise<readonly string[]> =>
    (await contents(stage.root)).filter((line) => !line.startsWith(log));
  const before = await seen();
  const agent = ["--agent-command", stage.agent("works")];
  const args = ["build", ...DRY, "-m", "fake/m1", ...agent, ...flags];
  const ended = await stage.run(args, options);
  assert.deepEqual(await seen(), before);
  assert.deepEqual(stage.prompts(), [], "a prompt was sent");
  return ended;
}

Deno.test("a dry run prints everything that a run would work with, and sends and changes nothing", async () => {
  await using stage = await Stage.make();
  const ended = await dryRun(stage, ["-n", "mine", "-e", "more"]);
  assert.deepEqual([ended.code, ended.stderr], [0, ""], ended.stdout);
  const spec = stage.project("specs/SPEC.md");
  const { length } = await Deno.readTextFile(spec);
  assert.deepEqual(lines(ended, "session"), ["mine"]);
  assert.deepEqual(lines(ended, "root"), [stage.project()]);
  assert.deepEqual(lines(ended, "spec"), [`${spec} (${length} characters)`]);
  assert.match(lines(ended, "agent")[0] ?? "", /^fake 1\.0\.0, ready in \d/);
  assert.deepEqual(lines(ended, "model"), ["fake/m1, known to the agent"]);
  const config = lines(ended, "config");
  assert.deepEqual(
    config.map((line) => line.split(" = ")[0]),
    SPECS.map(({ key }) => key),
  );
  assert.ok(config.includes("model = fake/m1  (flag --model)"), config.join("\n"));
  assert.ok(config.includes("log_level = info  (default)"), config.join("\n"));
  const { stdout, stderr } = await stage.run(["prompt", "-n", "mine", "-e", "more"]);
  const size = /: (\d+) characters/.exec(stderr)?.[1];
  assert.deepEqual(lines(ended, "prompt"), [`${size} characters, for iteration 1`], stdout);
  assert.match(ended.stdout, /\n\nNothing was sent and nothing was changed: a dry run\.\n$/);
  assert.equal(stage.starts(), 1);
  assert.equal(exists(stage.project(".iteratr")), false);
});

/** The texts of a layer's values, which are not those of its neighbours, and end well. */
function valueOf({ key, kind }: KeySpec, layer: number): string {
  // Those that a run would stumble over are given by flags in these tests.
  if (key === "template") return `template-${layer}.txt`;
  // The log is all that a dry run may write.
  if (key === "log_file") return "/dev/null";
  return nth(kind, layer).text;
}

const GIVEN = ["model", "agent.command"];

Deno.test("a dry run tells every key as each layer sets it, with its place", async () => {
  await using stage = await Stage.make();
  for (const layer of [0, 1, 2, 3]) {
    await Deno.writeTextFile(stage.project(`template-${layer}.txt`), "{{spec}}");
  }
  const keys = SPECS.filter(({ key }) => !GIVEN.includes(key));
  const file = (layer: number): string =>
    keys.map((spec) => `${spec.key}: ${valueOf(spec, layer)}\n`).join("");
  const origin = (ended: Finished, key: string): string | undefined =>
    lines(ended, "config").find((line) => line.startsWith(`${key} = `))?.replace(/^.* {2}/, "");
  const project = stage.project("iteratr.yml");
  await Deno.writeTextFile(project, file(1));
  const byProject = await dryRun(stage);
  assert.equal(byProject.code, 0, byProject.stderr);
  keys.forEach(({ key }, at) => {
    assert.equal(origin(byProject, key), `(project ${project}:${at + 1})`);
  });
  const env = Object.fromEntries(
    keys.flatMap((spec) => spec.variable === undefined ? [] : [[spec.variable, valueOf(spec, 2)]]),
  );
  const byVariable = await dryRun(stage, [], { env });
  assert.equal(byVariable.code, 0, byVariable.stderr);
  for (const { key, variable } of keys) {
    if (variable !== undefined) assert.equal(origin(byVariable, key), `(env ${variable})`);
  }
  const flags = keys.flatMap((spec) =>
    spec.flag === undefined ? [] : [`--${spec.flag.long}=${valueOf(spec, 3)}`]
  );
  const byFlag = await dryRun(stage, flags, { env });
  assert.equal(byFlag.code, 0, byFlag.stderr);
  for (const { key, flag } of keys) {
    if (flag !== undefined) assert.equal(origin(byFlag, key), `(flag --${flag.long})`);
  }
});

Deno.test("a dry run of a session that is there leaves its store as it is", async () => {
  await using stage = await Stage.make();
  await stage.build("works tasks=2", ["-i", "1"]);
  await Deno.remove(stage.join("log"));
  const file = storeFile(stage.project(".iteratr"));
  const before = (await Deno.stat(file)).mtime?.getTime();
  const ended = await dryRun(stage);
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(lines(ended, "prompt")[0] ?? "", / for iteration 2$/);
  assert.equal((await Deno.stat(file)).mtime?.getTime(), before);
});

/** What keeps a run from beginning, and how a dry run ends over it. */
const OBSTACLES: Readonly<Record<string, readonly [flags: readonly string[], says: RegExp]>> = {
  "an unknown model": [["-m", "fake/nope"], /the agent knows no model "fake\/nope"/],
  "an agent that is missing": [["--agent-command", "no-such acp"], /"no-such" is not found/],
  "an agent that dies": [["--agent-command", "sh -c 'exit 3'"], /ended with code 3/],
  "a missing spec": [["-s", "no.md"], /the spec "no\.md" does not exist/],
  "a missing template": [["-t", "no.txt"], /no\.txt cannot be read/],
  "a wrong value": [["-i", "08"], /must be a whole number from 0 up, got "08"/],
  "a log file that cannot be written": [["--log-file", "specs/SPEC.md/x"], /log_file/],
  "a data directory that cannot be made": [["--data-dir", "specs/SPEC.md/x"], /specs\/SPEC\.md/],
};

for (const [what, [flags, says]] of Object.entries(OBSTACLES)) {
  Deno.test(`a dry run ends 1 over ${what}`, async () => {
    await using stage = await Stage.make();
    const { code, stderr, stdout } = await dryRun(stage, flags);
    assert.equal(code, 1, stderr + stdout);
    assert.match(stderr, says);
  });
}

Deno.test("a dry run ends 1 without a model, before the agent is started", async () => {
  await using stage = await Stage.make();
  const ended = await stage.run(["build", ...DRY, "--agent-command", stage.agent("works")]);
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /^config \(exit 1\): no model is set/);
  assert.equal(stage.starts(), 0);
});

Deno.test("a dry run, prompt and the completion of sessions survive a store that is damaged", async () => {
  await using stage = await Stage.make();
  await stage.build("works tasks=2", ["-i", "1"]);
  const file = storeFile(stage.project(".iteratr"));
  const sound = await Deno.readFile(file);
  const pages: number[] = [];
  {
    using database = new DatabaseSync(file, { readOnly: true });
    // Deno KV brings the whole process down over its queue.
    const query =
      "select rootpage from sqlite_schema where name in ('kv', 'queue', 'queue_running')";
    for (const row of database.prepare(query).all()) pages.push(Number(row["rootpage"]));
  }
  assert.ok(pages.length > 1);
  const died: string[] = [];
  for (const page of pages) {
    await Deno.writeFile(file, sound.slice().fill(0x5a, (page - 1) * 4096, page * 4096));
    const lines = [["build", ...DRY, "-m", "fake/m1"], ["prompt"], [
      "complete",
      "--",
      "export",
      "",
    ]];
    for (const args of lines) {
      const { stderr } = await stage.run(args);
      if (stderr.includes("panicked")) died.push(`${args.join(" ")}, page ${page}`);
    }
  }
  assert.deepEqual(died, []);
});

Deno.test("a dry run prints no secret of the environment", async () => {
  await using stage = await Stage.make();
  const secret = "tok-0123456789abcdef";
  const agent = `${stage.agent("works")} models=fake/m1,${secret}`;
  const { code, stdout, stderr } = await stage.run(
    ["build", ...DRY, "-m", "fake/m1", "--agent-command", agent],
    { env: { FOO_TOKEN: secret } },
  );
  assert.equal(code, 0, stderr);
  assert.ok(!(stdout + stderr).includes(secret), stdout + stderr);
});
