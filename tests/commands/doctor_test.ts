import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { shellQuote } from "../../src/platform/words.ts";
import { storeFile } from "../../src/store/open.ts";
import type { Finished } from "../build/_run.ts";
import { Stage, type StartOptions } from "../build/_stage.ts";
import { BOUND, isBound } from "../support/bound.ts";
import { contents } from "./_iteratr.ts";

/** What doctor found, by name. */
interface Findings {
  readonly code: number;
  readonly names: readonly string[];
  verdict(name: string): string;
  detail(name: string): string;
  mend(name: string): string;
}

function read({ code, stdout, stderr }: Finished): Findings {
  assert.equal(stderr, "");
  const all: unknown = JSON.parse(stdout);
  assert.ok(Array.isArray(all));
  const findings = new Map<string, Readonly<Record<string, string>>>();
  for (const finding of all) {
    assert.deepEqual(Object.keys(finding), ["name", "verdict", "detail", "mend"]);
    for (const text of Object.values(finding)) assert.equal(typeof text, "string");
    const { name, verdict, detail, mend } = finding;
    assert.ok(["ok", "warning", "failed"].includes(verdict), verdict);
    assert.notEqual(detail, "", name);
    assert.equal(mend === "", verdict === "ok", `${name}: a mend for what is to be mended`);
    findings.set(name, finding);
  }
  const failed = all.some(({ verdict }) => verdict === "failed");
  assert.equal(code, failed ? 1 : 0, stdout);
  const part = (name: string, key: string): string => {
    const text = findings.get(name)?.[key];
    assert.ok(text !== undefined, `nothing is said of ${name}: ${stdout}`);
    return text;
  };
  return {
    code,
    names: [...findings.keys()],
    verdict: (name) => part(name, "verdict"),
    detail: (name) => part(name, "detail"),
    mend: (name) => part(name, "mend"),
  };
}

/** Runs doctor with the fake agent, unless the environment names another. */
async function doctor(stage: Stage, options: StartOptions = {}): Promise<Findings> {
  const env = {
    ITERATR_MODEL: "fake/m1",
    ITERATR_AGENT_COMMAND: stage.agent("works"),
    ...options.env,
  };
  return read(await stage.run(["doctor", "--json"], { ...options, env }));
}

Deno.test("doctor finds that all is well, changes nothing, and sends no prompt", async () => {
  await using stage = await Stage.make();
  const before = await contents(stage.root);
  const found = await doctor(stage);
  assert.equal(found.code, 0);
  assert.deepEqual(found.names.map((name) => [name, found.verdict(name)]), [
    ["root", "ok"],
    ["config", "ok"],
    ["model", "ok"],
    ["git", "ok"],
    ["hooks", "ok"],
    ["gates", "warning"],
    ["store", "ok"],
    ["agent", "ok"],
    ["cron", "ok"],
    ["terminal", "ok"],
  ]);
  assert.equal(found.detail("root"), stage.project());
  assert.equal(found.detail("model"), "fake/m1");
  assert.match(found.detail("git"), new RegExp(`^\\d.*; work tree ${stage.project()}$`));
  assert.equal(found.detail("hooks"), "none");
  assert.match(found.mend("gates"), /iteratr config set verify /);
  assert.match(found.detail("store"), /\.iteratr \(not there yet\), \d+ MiB free$/);
  assert.match(found.detail("agent"), /^fake 1\.0\.0, ready in \d/);
  assert.deepEqual([stage.starts(), stage.prompts()], [1, []]);
  const after = await contents(stage.root);
  const log = `${stage.join("log")}: `;
  assert.deepEqual(after.filter((line) => !line.startsWith(log)), before);
});

Deno.test("doctor names the gates that are configured", async () => {
  await using stage = await Stage.make();
  const file = stage.project("iteratr.yml");
  const before = await Deno.readTextFile(file).catch(() => "");
  const gates = "verify:\n  - npm test\n  - { name: style, command: npm run lint }\n";
  await Deno.writeTextFile(file, `${before}${gates}`);
  const found = await doctor(stage);
  assert.equal(found.verdict("gates"), "ok");
  assert.equal(found.detail("gates"), "npm test, style");
});

Deno.test("doctor tells a person the same in lines, with the mend below", async () => {
  await using stage = await Stage.make();
  const env = { ITERATR_AGENT_COMMAND: stage.agent("works") };
  const { code, stdout, stderr } = await stage.run(["doctor"], { env });
  assert.deepEqual([code, stderr], [0, ""]);
  const lines = stdout.trimEnd().split("\n");
  assert.match(lines[0] ?? "", /^root {6}ok {7}\/\S+\/project$/);
  const at = lines.findIndex((line) => line.startsWith("model "));
  assert.deepEqual(lines.slice(at, at + 2), [
    "model     warning  none is set",
    `${" ".repeat(19)}Set it: iteratr config set model provider/model`,
  ]);
});

Deno.test("doctor fails when the agent is missing, and tells how to get it", async () => {
  await using stage = await Stage.make();
  const found = await doctor(stage, { env: { ITERATR_AGENT_COMMAND: "no-such-agent acp" } });
  assert.deepEqual([found.code, found.verdict("agent")], [1, "failed"]);
  assert.equal(found.detail("agent"), 'the agent "no-such-agent" is not found');
  assert.match(found.mend("agent"), /--agent-command/);
  assert.deepEqual(["git", "store", "terminal"].map(found.verdict), ["ok", "ok", "ok"]);
  const env = { ITERATR_AGENT_COMMAND: "opencode acp", PATH: stage.join("bin") };
  assert.match((await doctor(stage, { env })).mend("agent"), /npm install/);
});

Deno.test("doctor fails when the model is unknown to the agent, and tells which it knows", async () => {
  await using stage = await Stage.make();
  const found = await doctor(stage, { env: { ITERATR_MODEL: "fake/nope" } });
  assert.deepEqual([found.code, found.verdict("agent")], [1, "failed"]);
  assert.match(found.detail("agent"), /fake\/nope/);
  assert.match(found.mend("agent"), /fake\/m1/);
});

Deno.test("doctor fails when the agent dies, and names the command to try by hand", async () => {
  await using stage = await Stage.make();
  const agent = await stage.writeProgram("dying-agent", 'echo "no licence" >&2; exit 3');
  const found = await doctor(stage, { env: { ITERATR_AGENT_COMMAND: `${agent} acp` } });
  assert.deepEqual([found.code, found.verdict("agent")], [1, "failed"]);
  assert.match(found.detail("agent"), /code 3/);
  assert.ok(found.mend("agent").includes(agent), found.mend("agent"));
});

Deno.test("doctor fails over a broken configuration, tells all mistakes, and starts nothing", async () => {
  await using stage = await Stage.make();
  const file = stage.project("iteratr.yml");
  await Deno.writeTextFile(file, "modle: x\niterations: 08\n");
  const found = await doctor(stage, { env: { ITERATR_LOG_LEVEL: "loud" } });
  assert.deepEqual([found.code, found.verdict("config")], [1, "failed"]);
  const said = `${found.detail("config")} ${found.mend("config")}`;
  for (const part of [`${file}:1:1`, `${file}:2:13`, '"loud"', "did you mean model?"]) {
    assert.ok(said.includes(part), `${part} is not in ${said}`);
  }
  assert.equal(found.verdict("git"), "ok");
  assert.equal(stage.starts(), 0);
});

Deno.test("doctor warns when the root is in no repository", async () => {
  await using stage = await Stage.make();
  await Deno.remove(stage.project(".git"), { recursive: true });
  const found = await doctor(stage);
  assert.deepEqual([found.code, found.verdict("git")], [0, "warning"]);
  assert.match(found.detail("git"), /is in no work tree/);
  assert.match(found.mend("git"), /git init/);
});

Deno.test("doctor fails when there is no git", async () => {
  await using stage = await Stage.make();
  const found = await doctor(stage, { env: { PATH: stage.join("bin") } });
  assert.deepEqual([found.code, found.verdict("git")], [1, "failed"]);
  assert.match(found.mend("git"), /git/);
});

Deno.test("doctor warns when cron would not find the agent, unless it is named by its path", async () => {
  await using stage = await Stage.make();
  const path = await stage.writeProgram("my-agent", `exec ${stage.agent("works")} "$@"`);
  const far = await doctor(stage, { env: { ITERATR_AGENT_COMMAND: "my-agent" } });
  assert.deepEqual([far.code, far.verdict("agent"), far.verdict("cron")], [0, "ok", "warning"]);
  assert.match(far.detail("cron"), /^my-agent is not on the PATH .*\(\/usr\/bin:\/bin\)$/);
  assert.match(far.mend("cron"), /config set agent\.command/);
  const near = await doctor(stage, { env: { ITERATR_AGENT_COMMAND: shellQuote(path) } });
  assert.equal(near.verdict("cron"), "ok");
  // A shell function or an alias of ours is none that cron would have.
  const sh = await doctor(stage, {
    env: { ITERATR_AGENT_COMMAND: `sh -c ${shellQuote(`exec ${stage.agent("works")}`)}` },
  });
  assert.equal(sh.verdict("cron"), "ok");
});

Deno.test("doctor fails over a store that is damaged, whichever page it is", async () => {
  await using stage = await Stage.make();
  await stage.build("works tasks=2", ["-i", "1"]);
  const file = storeFile(stage.project(".iteratr"));
  const sound = await Deno.readFile(file);
  const pages: number[] = [];
  {
    using database = new DatabaseSync(file, { readOnly: true });
    for (const row of database.prepare("select rootpage from sqlite_schema").all()) {
      if (Number(row["rootpage"]) > 0) pages.push(Number(row["rootpage"]));
    }
  }
  assert.equal((await doctor(stage)).verdict("store"), "ok");
  for (const page of pages) {
    await Deno.writeFile(file, sound.slice().fill(0x5a, (page - 1) * 4096, page * 4096));
    const ended = await stage.run(["doctor", "--json"], {
      env: { ITERATR_AGENT_COMMAND: stage.agent("works") },
    });
    // Some damage makes Deno KV bring the whole process down.
    assert.equal(ended.stderr, "", `page ${page}`);
    const found = read(ended);
    assert.deepEqual([found.code, found.verdict("store")], [1, "failed"], `page ${page}`);
    assert.match(found.detail("store"), /damaged/);
    assert.match(found.mend("store"), /iteratr doctor --check/);
  }
});

Deno.test("doctor fails when a file is in the way of the data directory", async () => {
  await using stage = await Stage.make();
  await Deno.writeTextFile(stage.project("here"), "precious");
  for (const directory of ["here", "here/data"]) {
    const found = await doctor(stage, { env: { ITERATR_DATA_DIR: directory } });
    assert.deepEqual([found.code, found.verdict("store")], [1, "failed"], directory);
  }
});

Deno.test({
  name: "doctor fails when the data directory may not be written, or not be made",
  ignore: !isBound,
  fn: async () => {
    await using stage = await Stage.make();
    await Deno.mkdir(stage.project("above"), { mode: 0o555 });
    await Deno.mkdir(stage.project("data"), { mode: 0o555 });
    const through = `exec ${BOUND.map(shellQuote).join(" ")} "$@"`;
    for (const directory of ["data", "above/data"]) {
      const env = { ITERATR_DATA_DIR: directory };
      const found = await doctor(stage, { env, through });
      assert.deepEqual([found.code, found.verdict("store")], [1, "failed"], directory);
    }
  },
});
