import assert from "node:assert/strict";
import { run, Workshop } from "./_workshop.ts";

/** A directory name that a shell would take apart in every way it knows. */
const ODD = `it's "odd" $HOME & \`id\` #1 100%41 ?x;y *\u00e9\n(z) \\ -n`;

/** Stands for the agent: tells what the `iteratr` on its PATH is and does, and ends. */
const AGENT = `#!/bin/sh
command -v iteratr > "$OUT/where"
iteratr --version > "$OUT/version" 2> "$OUT/version.err"
iteratr tool task-add --content "it's a \\"task\\" \\$HOME" > "$OUT/tool" 2> "$OUT/tool.err"
iteratr tool task-add --content '' > "$OUT/empty" 2> "$OUT/empty.err"
echo $? > "$OUT/empty.code"
exit 3
`;

/** Runs a build by a program, whose agent is {@linkcode AGENT}, and gives what that has found. */
async function agentFinds(
  workshop: Workshop,
  program: readonly string[],
): Promise<(name: string) => string> {
  const project = workshop.join("project");
  const out = workshop.join("found");
  for (const path of [project, `${project}/specs`, `${project}/.git`, out]) await Deno.mkdir(path);
  await Deno.writeTextFile(`${project}/specs/job.md`, "# Job\n");
  const agent = workshop.join("agent.sh");
  await Deno.writeTextFile(agent, AGENT, { mode: 0o755 });
  const flags = [
    "--headless",
    "--no-retry",
    "--spec",
    "specs/job.md",
    "--model",
    "fake/m",
    "--agent-command",
  ];
  const finished = await run([...program, "build", ...flags, agent], {
    cwd: project,
    env: { ...workshop.caches, OUT: out },
  });
  const find = (name: string): string => {
    try {
      return Deno.readTextFileSync(`${out}/${name}`);
    } catch {
      throw new Error(`the agent has not come to ${name}: ${JSON.stringify(finished)}`);
    }
  };
  assert.equal(find("version.err"), "");
  assert.equal(find("tool.err"), "");
  return find;
}

/** Expects that the agent's `iteratr` is exactly a program, of an unmistakable version. */
async function isProgram(
  workshop: Workshop,
  program: readonly string[],
  version: RegExp,
): Promise<void> {
  const find = await agentFinds(workshop, program);
  const { stdout } = await run([...program, "--version"], {
    cwd: workshop.path,
    env: workshop.caches,
  });
  assert.match(stdout, version);
  assert.equal(find("version"), stdout);
  const added: unknown = JSON.parse(find("tool"));
  assert.ok(typeof added === "object" && added !== null && "content" in added);
  assert.equal(added.content, 'it\'s a "task" $HOME');
  assert.equal(find("empty.code"), "1\n");
  assert.match(find("empty.err"), /^config \(exit 1\): the content is empty/);
  // It goes with the run.
  await assert.rejects(Deno.stat(find("where").trim()), Deno.errors.NotFound);
}

Deno.test("the agent's iteratr is the checkout that runs, wherever that lies", async () => {
  await using workshop = await Workshop.make();
  const directory = workshop.join(ODD);
  await workshop.copyCheckout(directory);
  const manifest = await Deno.readTextFile(`${directory}/deno.json`);
  const odd = manifest.replace(/"version": "[^"]*"/, '"version": "7.7.7-odd"');
  await Deno.writeTextFile(`${directory}/deno.json`, odd);
  const program = [Deno.execPath(), "run", "-A", "--quiet", `${directory}/main.ts`];
  await isProgram(workshop, program, /^iteratr 7\.7\.7-odd\s[^]*\(from source\)/);
});

Deno.test("the agent's iteratr is the bundle that runs, wherever that lies", async () => {
  await using workshop = await Workshop.make();
  const directory = workshop.join(ODD);
  // The bundler itself does not get along with every name.
  await workshop.bundle(workshop.join("out"), { SOURCE_DATE_EPOCH: "951782400" });
  await Deno.rename(workshop.join("out"), directory);
  const flags = ["-A", "--quiet", "--unstable-kv", "--no-config"];
  const program = [Deno.execPath(), "run", ...flags, `${directory}/main.js`];
  await isProgram(workshop, program, /^iteratr [^]*2000-02-29\)/);
});
