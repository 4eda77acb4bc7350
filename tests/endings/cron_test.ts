import assert from "node:assert/strict";
import { denoDirectory } from "../../scripts/opencode/deno_directory.ts";
import { shellQuote } from "../../src/platform/words.ts";
import { Run } from "../build/_run.ts";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { checkTold } from "./_ending.ts";
import { configure } from "./_scripted.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** Runs a command line as cron does: `/bin/sh -c`, next to no environment, no terminal. */
async function asCron(stage: Stage, command: string): Promise<Run> {
  // The stage finds what it has to end by the home directory.
  const env = [`HOME=${stage.join("home")}`, "PATH=/usr/bin:/bin", `TMPDIR=${stage.join("tmp")}`];
  const deno = `DENO_DIR=${await denoDirectory()}`;
  return new Run(
    new Deno.Command("/usr/bin/env", {
      args: ["-i", ...env, deno, "/bin/sh", "-c", command],
      cwd: stage.join("home"),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn(),
  );
}

/** What cron makes of the part of a line behind the five fields: `\%` is a percent sign. */
function commandOf(line: string): string {
  assert.match(line, /^\S+ \S+ \* \* \* cd .*[^\n]\n$/, line);
  const command = line.trimEnd().split(" ").slice(5).join(" ");
  assert.doesNotMatch(command, /(?<!\\)%/, "cron would take it for the end of the line");
  return command.replaceAll("\\%", "%");
}

async function cronLine(
  stage: Stage,
  spec: string,
  flags: readonly string[] = [],
): Promise<string> {
  const usual = ["--model", "fake/m1", "--agent-command", stage.agent("works tasks=2")];
  await using run = await stage.iteratr(["cron", spec, "--every", "30m", ...usual, ...flags]);
  const { code, stdout, stderr } = await run.finished();
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return stdout;
}

Deno.test("the line for a crontab works as it is, and its second run has nothing to do", async () => {
  await using stage = await Stage.make();
  const line = await cronLine(stage, "specs/SPEC.md");
  assert.ok(line.startsWith("*/30 * * * * cd "), line);
  assert.throws(() => Deno.statSync(stage.project(".iteratr")), Deno.errors.NotFound);
  {
    await using run = await asCron(stage, commandOf(line));
    const { code, stdout, stderr } = await stage.ended(run);
    assert.equal(code, 0, stderr);
    // The one line that cron mails.
    assert.match(stdout, /^complete: 2 tasks done, after 2 iterations, .*\n$/);
    assert.equal(stderr, "");
  }
  assert.match(stage.read("project/.iteratr/cron-SPEC.log"), /reason=complete/);
  await using again = await asCron(stage, commandOf(line));
  const second = await stage.ended(again);
  assert.equal(second.code, 0, second.stderr);
  assert.equal(stage.starts(), 1);
});

Deno.test("the line for a crontab works with blanks, quotes and percent signs in paths", async () => {
  const names = ["100% of it", 'it\'s "here" $HOME', "a;b & c (d)"];
  await together(names, async (odd) => {
    await using stage = await Stage.make();
    await Deno.mkdir(stage.project(odd));
    await Deno.writeTextFile(stage.project(odd, "my spec 5%.md"), "Write files.\n");
    const data = stage.join(`data ${odd}`);
    const line = await cronLine(stage, `${odd}/my spec 5%.md`, ["--data-dir", data]);
    await using run = await asCron(stage, commandOf(line));
    const { code, stdout, stderr } = await stage.ended(run);
    assert.equal(code, 0, `${line}\n${stderr}`);
    assert.match(stdout, /^complete: /);
    assert.ok(Deno.statSync(`${data}/iteratr.db`).isFile);
  });
});

Deno.test("two lines of a crontab at the same minute: one runs, the other one ends 7 at once", async () => {
  await using stage = await Stage.make();
  const line = await cronLine(stage, "specs/SPEC.md", [
    ...["--agent-command", stage.agent("works tasks=2 pace=200")],
  ]);
  await using one = await asCron(stage, commandOf(line));
  await using two = await asCron(stage, commandOf(line));
  const ended = await Promise.all([one.finished(), two.finished()]);
  const codes = ended.map(({ code }) => code).toSorted();
  assert.deepEqual(codes, [0, 7], JSON.stringify(ended));
  const busy = ended.find(({ code }) => code === 7);
  assert.match(busy?.stdout ?? "", /^busy \(exit 7\): .* by pid \d+ on host .*\n$/);
  assert.equal(stage.starts(), 1);
});

Deno.test("cron refuses what it cannot print a line for, and prints nothing", async () => {
  await using stage = await Stage.make();
  const agent = ["--agent-command", stage.agent("works")];
  const usual = ["--every", "30m", "--model", "fake/m1"];
  const cases: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [["specs/SPEC.md", "--every", "7m", "--model", "fake/m1", ...agent], /got "7m"/],
    [["specs/SPEC.md", "--every", "7m", "--model", "fake/m1", ...agent], /the nearest is 6m/],
    [["specs/SPEC.md", "--every", "often", "--model", "fake/m1", ...agent], /15m, 2h or daily@/],
    [["specs/SPEC.md", "--model", "fake/m1", ...agent], /--every/],
    [["specs/nope.md", ...usual, ...agent], /the spec "specs\/nope.md" does not exist/],
    [["specs/SPEC.md", "--every", "30m", ...agent], /no model is set/],
    [["specs/SPEC.md", ...usual, "--agent-command", "no-such-agent acp"], /no-such-agent/],
  ];
  await together(cases, async ([args, message]) => {
    await using run = await stage.iteratr(["cron", ...args]);
    const { code, stdout, stderr } = await run.finished();
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" }, args.join(" "));
    assert.match(stderr, /^config \(exit 1\): /);
    assert.match(stderr, message);
  });
});

Deno.test("cron refuses an agent that is not where its path says", async () => {
  await using stage = await Stage.make();
  const usual = ["--every", "30m", "--model", "fake/m1"];
  const agent = ["--agent-command", "/no/such/agent acp"];
  await using run = await stage.iteratr(["cron", "specs/SPEC.md", ...usual, ...agent]);
  const { code, stdout, stderr } = await run.finished();
  assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
  assert.match(stderr, /\/no\/such\/agent/);
});

Deno.test("the line for a crontab finds an agent that is named as seen from the root", async () => {
  await using stage = await Stage.make();
  const agent = stage.project("agent.sh");
  const script = `#!/bin/sh\nexec ${stage.agent("works tasks=1")}\n`;
  await Deno.writeTextFile(agent, script, { mode: 0o755 });
  await configure(stage, "model: fake/m1", "agent:", "  command: ./agent.sh");
  const args = ["--every", "30m"];
  // Here a run finds it, also from below.
  await using built = await stage.iteratr(["build", "-i", "1", "-s", "SPEC.md"], { cwd: "specs" });
  assert.equal((await stage.ended(built)).code, 0, built.stderr);
  await using printing = await stage.iteratr(["cron", "SPEC.md", ...args], { cwd: "specs" });
  const { code, stdout, stderr } = await printing.finished();
  assert.equal(code, 0, stderr);
  assert.ok(stdout.includes(` --agent-command ${agent} `), stdout);
});

Deno.test("an almost empty environment is enough when the agent's command is absolute", async () => {
  await using stage = await Stage.make();
  const words = [Deno.execPath(), "run", "-A", "--quiet", MAIN, "build"];
  const flags = ["--model", "fake/m1", "--agent-command", stage.agent("works tasks=1")];
  const command = [...words, ...flags].map(shellQuote).join(" ");
  await using run = await asCron(stage, `cd ${shellQuote(stage.project())} && ${command}`);
  checkTold(await stage.ended(run), { reason: "complete", code: 0, says: /1 task done/ });
});

Deno.test("--quiet tells one line when something happened, and nothing when nothing was to do", async () => {
  await using stage = await Stage.make();
  const limited = await stage.build("works", ["--quiet", "-i", "1"]);
  assert.equal(limited.code, 5);
  assert.match(limited.stdout, /^iterations \(exit 5\): [^\n]*\n$/);
  const done = await stage.build("works", ["--quiet"]);
  assert.equal(done.code, 0);
  assert.match(done.stdout, /^complete: [^\n]*\n$/);
  const idle = await stage.build("works", ["--quiet"]);
  assert.deepEqual(idle, { code: 0, stdout: "", stderr: "" });
  const loud = await stage.build("works", []);
  assert.match(loud.stdout, /^complete: nothing to do: all 3 tasks of session SPEC are done\.$/m);
});

Deno.test("standard input is never waited for, nor read", async () => {
  await using stage = await Stage.make();
  // A pipe whose other end stays open; what is in it must still be there for the next one.
  const through =
    '{ echo kept; sleep 300; } | { "$@"; echo "code $?"; read -r line; echo "$line"; }';
  const commands: readonly (readonly string[])[] = [
    ["build", "--model", "fake/m1", "--agent-command", stage.agent("works tasks=1")],
    // Finished by now: a person would be asked.
    ["build", "--model", "fake/m1", "--agent-command", stage.agent("works tasks=1")],
    ["status"],
    ["sessions"],
  ];
  for (const args of commands) {
    await using run = await stage.iteratr(args, { through });
    await run.until(() => run.stdout.endsWith("code 0\nkept\n"));
  }
  await using stop = await stage.iteratr(["stop"], { through });
  await stop.until(() => stop.stdout.endsWith("code 1\nkept\n"));
});
