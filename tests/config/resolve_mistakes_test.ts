import assert from "node:assert/strict";
import { SPECS } from "../../src/config/table.ts";
import { Layers } from "./_layers.ts";
import { samplesOf } from "./_samples.ts";

Deno.test("all mistakes of all layers are told at once, each with its place", async () => {
  await using layers = await Layers.make();
  await layers.write("global", "log_level: loud\n");
  await layers.write("project", "\nmodle: m\nheadless: maybe\n");
  const above = {
    variables: { ITERATR_ITERATIONS: "1e9" },
    flags: { stall: "0", "log-file": "" },
  };
  assert.deepEqual(layers.mistakes(above).toSorted(), [
    `headless must be true or false, got "maybe" (${layers.file("project")}:3:11)`,
    'iterations must be a whole number from 0 up, got "1e9" (ITERATR_ITERATIONS)',
    "log_file must not be empty (--log-file)",
    `log_level must be one of debug, info, warn, error, got "loud" (${layers.file("global")}:1:12)`,
    'stall.iterations must be a whole number from 1 up, got "0" (--stall)',
    `unknown key "modle"; did you mean model? (${layers.file("project")}:2:1)`,
  ]);
});

for (const spec of SPECS) {
  Deno.test(`a mistake in ${spec.key} is told with its place, its value and what is allowed`, async () => {
    await using layers = await Layers.make();
    const { bad, must } = samplesOf(spec.kind);
    for (const text of bad) {
      const says = `${spec.key} ${must}, got "${text}"`;
      for (const kind of ["global", "project"] as const) {
        await layers.clear();
        await layers.write(kind, `# one\n\n${spec.key}: "${text}"\n`);
        const where = `${layers.file(kind)}:3:${spec.key.length + 3}`;
        assert.deepEqual(layers.mistakes(), [`${says} (${where})`]);
      }
      await layers.clear();
      if (spec.variable !== undefined) {
        const mistakes = layers.mistakes({ variables: { [spec.variable]: text } });
        assert.deepEqual(mistakes, [`${says} (${spec.variable})`]);
      }
      if (spec.flag !== undefined) {
        const mistakes = layers.mistakes({ flags: { [spec.flag.long]: text } });
        assert.deepEqual(mistakes, [`${says} (--${spec.flag.long})`]);
      }
    }
  });
}

Deno.test("an empty flag is one mistake, whatever the flag takes", async () => {
  await using layers = await Layers.make();
  for (const { key, flag } of SPECS) {
    if (flag === undefined) continue;
    const says = `${key} must not be empty (--${flag.long})`;
    assert.deepEqual(layers.mistakes({ flags: { [flag.long]: "" } }), [says]);
  }
});

Deno.test("a file that cannot be read is a mistake, and not taken for none", async () => {
  await using layers = await Layers.make();
  await Deno.mkdir(layers.file("project"));
  const [mistake = "", ...more] = layers.mistakes();
  assert.ok(mistake.startsWith("the file cannot be read: "), mistake);
  assert.ok(mistake.endsWith(` (${layers.file("project")})`), mistake);
  assert.deepEqual(more, []);
});
