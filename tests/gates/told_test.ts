import assert from "node:assert/strict";
import { Stage } from "../build/_stage.ts";
import { configure } from "../endings/_scripted.ts";
import { command, DECLARES, endedWith, gated } from "./_gates.ts";

const CONFIGURED = [
  "model: fake/m1",
  "verify:",
  "  - { name: tests, command: deno test }",
  "  - { command: make lint, timeout: 90s }",
];

async function hook(stage: Stage): Promise<void> {
  await Deno.writeTextFile(
    stage.project(".iteratr.hooks.yml"),
    'version: 1\nhooks:\n  post_iteration: { command: "make format", pipe_output: true, timeout: 5 }\n',
  );
}

Deno.test("iteratr prompt tells of the gates, and once one has failed, of what it said", async () => {
  await using stage = await Stage.make();
  await configure(stage, "model: fake/m1", "verify: 'echo the cause; exit 3'");
  const before = await command(stage, "prompt");
  assert.match(before.stdout, /^# Verification\n\n[^]*^- `echo the cause; exit 3`$/m);
  assert.doesNotMatch(before.stdout, /reopened/);
  endedWith(await gated(stage, { flags: ["-i", "2"] }), 4);
  const after = await command(stage, "prompt");
  assert.match(after.stdout, /reopened[^]*failed \(exit 3\)\n\n {4}the cause$/m);
  // But for its number, it is the prompt that the agent got last.
  const bare = (text: string): string => text.trim().replaceAll(/\S*iteratr\b/g, "iteratr");
  const tail = (text: string): string => text.slice(text.indexOf("# Verification"));
  assert.equal(tail(bare(after.stdout)), tail(bare(stage.prompts().at(-1) ?? "")));
});

Deno.test("the prompt without gates has no section of them", async () => {
  await using stage = await Stage.make();
  assert.doesNotMatch((await command(stage, "prompt")).stdout, /Verification/);
});

Deno.test("a dry run lists gates and hooks, with their limits", async () => {
  await using stage = await Stage.make();
  await configure(stage, ...CONFIGURED, "verify_timeout: 3m");
  await hook(stage);
  const { code, stdout } = await command(
    ...[stage, "build", "--dry-run", "--agent-command", stage.agent("works")] as const,
  );
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^gate {5}tests: deno test \(3m00s\)\ngate {5}make lint \(1m30s\)$/m);
  assert.match(stdout, /^hook {5}post_iteration: make format \(5\.0s, output to the agent\)$/m);
  assert.match(stdout, /^config {3}verify = tests: deno test, make lint {2}\(/m);
});

Deno.test("doctor tells which gates and hooks there are, and that none is worth a thought", async () => {
  await using stage = await Stage.make();
  const doctor = async (): Promise<string> =>
    (await command(stage, "doctor")).stdout.replaceAll(/ {2,}/g, "  ");
  assert.match(await doctor(), /gates .*none: nothing proves that a finished session is done/);
  await configure(
    stage,
    ...CONFIGURED,
    `agent.command: '${stage.agent("works").replaceAll("'", "")}'`,
  );
  await hook(stage);
  const told = await doctor();
  assert.match(told, /gates .*tests, make lint/);
  assert.match(told, /hooks .*1 hook, valid/);
});

Deno.test("help and README list the flags of the gates", async () => {
  await using stage = await Stage.make();
  const help = (await command(stage, "build", "--help")).stdout;
  assert.match(help, /^ +--verify <command> /m);
  assert.match(help, /^ +--verify-baseline <word> /m);
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  for (
    const word of ["verify", "verify_baseline", "verify_timeout", "--verify", "--verify-baseline"]
  ) {
    assert.ok(readme.includes(`\`${word}`), `${word} is not in the README`);
  }
});

Deno.test("--json and --quiet tell what the gates said", async () => {
  await using stage = await Stage.make();
  const json = await gated(stage, { gates: ["exit 3"], flags: ["-i", "1", "--json"] });
  endedWith(json, 4);
  const types = json.stdout.trimEnd().split("\n")
    .map((line) => JSON.parse(line) as { type?: string }).map(({ type }) => type);
  for (const type of ["verify.started", "gate.ended", "verify.ended"]) {
    assert.ok(types.includes(type), `${type} is not among ${types.join(" ")}`);
  }
  const turn = `[ "$TURN" = 2 ] && touch proof.txt\n${DECLARES}`;
  const quiet = await gated(stage, { turn, gates: ["test -f proof.txt"], flags: ["--quiet"] });
  endedWith(quiet, 0);
  assert.match(quiet.stdout, /gates pass/);
});
