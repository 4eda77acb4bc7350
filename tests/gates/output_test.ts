import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { loadText } from "../../src/store/blob.ts";
import { openStore } from "../../src/store/open.ts";
import { Stage } from "../build/_stage.ts";
import { type Data, DECLARES, endedWith, gated, gatesRun } from "./_gates.ts";

const MIB = 1024 ** 2;

async function outputOf(stage: Stage, data: Data | undefined): Promise<string> {
  const { head } = await stage.session();
  await using store = await openStore({ directory: stage.project(".iteratr"), create: false });
  const stored = data?.["output"] as Parameters<typeof loadText>[3];
  return await loadText(store, "SPEC", head.epoch, stored);
}

Deno.test("of 50 MiB that a gate prints, the ends are kept, and the whole is measured", async () => {
  await using stage = await Stage.make();
  const line = "0123456789abcde\n";
  const gate = `[ -e proof.txt ] || { echo the beginning; yes 0123456789abcde | head -c ${50 * MIB}
    echo the end; exit 1; }`;
  const turn = `[ "$TURN" = 2 ] && touch proof.txt\n${DECLARES}`;
  const finished = await gated(stage, { turn, gates: [gate] });
  endedWith(finished, 0);
  const [failed] = gatesRun(await stage.session(), "judgement");
  const hash = createHash("sha256").update("the beginning\n");
  for (let mib = 0; mib < 50; mib++) hash.update(line.repeat(MIB / line.length));
  assert.equal(failed?.["bytes"], 50 * MIB + "the beginning\nthe end\n".length);
  assert.equal(failed?.["sha256"], hash.update("the end\n").digest("hex"));
  const output = await outputOf(stage, failed);
  assert.ok(output.length < 70_000, `${output.length} characters are kept`);
  assert.match(
    output,
    /^the beginning\n[^]*\[\.\.\. \d+ bytes left out \.\.\.\]\n[^]*\nthe end\n$/,
  );
  const [, prompt = ""] = stage.prompts();
  assert.ok(prompt.length < 200_000, `${prompt.length} characters are in the prompt`);
  assert.match(prompt, /^ {4}the beginning$/m);
  assert.match(prompt, /bytes left out/);
  assert.match(prompt, /^ {4}the end$/m);
  assert.ok(finished.stdout.length < 20_000, "the lines show the end of it");
});

Deno.test("what gates print is masked before it is kept, shown or sent", async () => {
  await using stage = await Stage.make();
  const secret = "sk-very-secret-0123456789";
  const gate = 'echo "the key is $SOME_API_KEY"; exit 1';
  const finished = await gated(stage, {
    ...{ gates: [gate], flags: ["-i", "2"], env: { SOME_API_KEY: secret } },
  });
  endedWith(finished, 4);
  const seen = await stage.session();
  for (const text of [JSON.stringify(seen), finished.stdout, finished.stderr]) {
    assert.ok(!text.includes(secret));
  }
  const [, prompt = ""] = stage.prompts();
  assert.match(prompt, /^ {4}the key is (?!sk-)\S+$/m);
  assert.ok(!prompt.includes(secret));
});

Deno.test("a gate with a secret in its command is told like any other", async () => {
  await using stage = await Stage.make();
  const secret = "sk-very-secret-0123456789";
  const gates = [`echo ${secret} is refused; exit 1`];
  const finished = await gated(stage, {
    ...{ gates, flags: ["-i", "2"], env: { SOME_API_KEY: secret } },
  });
  endedWith(finished, 4);
  assert.ok(!JSON.stringify([finished, await stage.session()]).includes(secret));
  assert.match(stage.prompts()[1] ?? "", /failed \(exit 1\)\n\n {4}\S+ is refused$/m);
});

Deno.test("control characters of a gate reach neither the terminal nor the prompt", async () => {
  await using stage = await Stage.make();
  const gate = "printf '\\033[31mred\\033[0m \\007 \\377 end\\n'; exit 1";
  const finished = await gated(stage, { gates: [gate], flags: ["-i", "2"] });
  endedWith(finished, 4);
  // deno-lint-ignore no-control-regex
  const control = /[\x00-\x08\x0b-\x1f\x7f]/;
  assert.doesNotMatch(finished.stdout, control);
  const [, prompt = ""] = stage.prompts();
  assert.doesNotMatch(prompt, control);
  assert.match(prompt, /^ {4}.*red.* end$/m);
});

Deno.test("a gate that prints nothing and fails is told so", async () => {
  await using stage = await Stage.make();
  endedWith(await gated(stage, { gates: ["exit 1"], flags: ["-i", "2"] }), 4);
  assert.match(
    stage.prompts()[1] ?? "",
    /^## `exit 1` failed \(exit 1\)\n\n {4}\(it printed nothing\)$/m,
  );
});
