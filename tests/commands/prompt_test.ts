import assert from "node:assert/strict";
import { exists } from "../../src/platform/paths.ts";
import { storeFile } from "../../src/store/open.ts";
import { Stage } from "../build/_stage.ts";
import { complaint, contents } from "./_iteratr.ts";

/** The path of iteratr in a prompt is that of the one run. */
function withoutBinary(prompt: string): string {
  return prompt.replaceAll(/\/[^\s)]*\/iteratr-run-[^/]+\/bin\/iteratr/g, "iteratr");
}

/** Prints the next prompt, then lets an iteration run, and expects that it was sent just so. */
async function expectSame(
  stage: Stage,
  flags: readonly string[],
  scenario = "works tasks=3 per-turn=1",
): Promise<string> {
  const n = stage.prompts().length + 1;
  const { code, stdout, stderr } = await stage.run(["prompt", ...flags]);
  assert.equal(code, 0, stderr);
  await stage.build(scenario, ["-i", "1", ...flags]);
  const sent = stage.prompts();
  assert.equal(sent.length, n);
  const text = withoutBinary(sent[n - 1] ?? "");
  assert.equal(stdout, text.endsWith("\n") ? text : `${text}\n`);
  const [, iteration, length] = /^prompt of iteration (\d+): (\d+) characters, about \S+ tokens\n$/
    .exec(stderr) ?? [];
  assert.equal(Number(iteration), n, stderr);
  // With the line's end that may have been put behind it.
  assert.ok([0, 1].includes(stdout.length - Number(length)), stderr);
  return stdout;
}

Deno.test("prompt prints what the next iteration sends, as the session goes on", async () => {
  await using stage = await Stage.make();
  await Deno.writeTextFile(stage.project("specs/SPEC.md"), "# {{session}} & `$(date)` ü\n\n");
  const first = await expectSame(stage, []);
  assert.match(first, /There are no tasks yet/);
  for (
    const words of [
      ["note-add", "--type", "tip", "--content", "mind the {{gap}}"],
      ["iteration-summary", "--summary", "did a little"],
      ["task-add", "--content", "one more", "--priority", "0"],
    ]
  ) {
    const said = await stage.run(["tool", ...words]);
    assert.equal(said.code, 0, said.stderr);
  }
  const second = await expectSame(stage, ["-e", "Write in French."]);
  for (const part of ["mind the {{gap}}", "one more", "Write in French.", "TAS-2"]) {
    assert.ok(second.includes(part), `${part} is not in ${second}`);
  }
  await expectSame(stage, []);
});

Deno.test("prompt goes by template, name, spec and directory as build does", async () => {
  await using stage = await Stage.make();
  await Deno.writeTextFile(
    stage.project("mine.txt"),
    "{{session}}/{{iteration}}/{{extra}}/{{spec}}",
  );
  await Deno.mkdir(stage.project("deep/specs"), { recursive: true });
  await Deno.mkdir(stage.project("deep/.iteratr"));
  await Deno.writeTextFile(stage.project("deep/specs/other.md"), "a spec");
  await Deno.writeTextFile(stage.project("deep/mine.txt"), "deep {{session}}");
  const text = await expectSame(stage, ["-t", "mine.txt", "-n", "s-1", "-e", "more"]);
  assert.equal(text, "s-1/1/more/# A few files\n\nWrite them.\n");
  const { stdout } = await stage.run(
    ["prompt", "-C", "deep", "-s", "specs/other.md", "--template=mine.txt"],
  );
  assert.equal(stdout, "deep other\n");
  const env = { ITERATR_TEMPLATE: "mine.txt" };
  const { stdout: byVariable } = await stage.run(["prompt", "-n", "x"], { env });
  assert.equal(byVariable, "x/1//# A few files\n\nWrite them.\n");
});

Deno.test("prompt makes nothing where nothing is, and needs neither a model nor an agent", async () => {
  await using stage = await Stage.make();
  const before = await contents(stage.root);
  const { code, stdout } = await stage.run(["prompt"], { env: { PATH: stage.join("bin") } });
  assert.equal(code, 0);
  assert.match(stdout, /# A few files/);
  assert.deepEqual(await contents(stage.root), before);
  assert.equal(exists(stage.project(".iteratr")), false);
});

Deno.test("prompt leaves the store as it is, to the byte and the minute", async () => {
  await using stage = await Stage.make();
  await stage.build("works tasks=2", ["-i", "1"]);
  const file = storeFile(stage.project(".iteratr"));
  const seen = async (): Promise<unknown> => {
    const { mtime, size, mode } = await Deno.stat(file);
    return [mtime?.getTime(), size, mode, await contents(stage.project())];
  };
  const before = await seen();
  for (const flags of [[], ["-n", "another"], ["-e", "x"]]) {
    const { code } = await stage.run(["prompt", ...flags]);
    assert.equal(code, 0);
  }
  assert.deepEqual(await seen(), before);
});

Deno.test("prompt refuses what build refuses: no spec, a broken template, a broken configuration", async () => {
  await using stage = await Stage.make("other.md");
  const before = await contents(stage.project());
  const no = async (...flags: readonly string[]): Promise<string> =>
    complaint(await stage.run(["prompt", ...flags]))[0];
  assert.equal(await no(), "no spec: there is no specs/SPEC.md");
  assert.match(await no("-s", "no.md"), /^the spec "no\.md" does not exist/);
  assert.match(
    await no("-s", "other.md", "-t", "no.txt"),
    /^the template .*no\.txt cannot be read/,
  );
  assert.match(await no("-s", "other.md", "-n", "a b"), /^--name must be /);
  assert.deepEqual(await contents(stage.project()), before);
  await Deno.writeTextFile(stage.project("mine.txt"), "{{taks}}");
  assert.match(await no("-s", "other.md", "-t", "mine.txt"), /mine\.txt:1: unknown variable/);
  await Deno.writeTextFile(stage.project("iteratr.yml"), "modle: x\n");
  assert.match(await no("-s", "other.md"), /^unknown key "modle"/);
  assert.equal(stage.starts(), 0);
});
