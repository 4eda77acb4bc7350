import assert from "node:assert/strict";
import fc from "fast-check";
import { exists } from "../../src/platform/paths.ts";
import { annotatedTemplate } from "../../src/prompt/annotated_template.ts";
import { DEFAULT_TEMPLATE } from "../../src/prompt/default_template.ts";
import { compileTemplate, VARIABLE_NAMES } from "../../src/prompt/template.ts";
import { Place } from "../support/place.ts";
import { BOUND, isBound } from "../support/bound.ts";
import { complaint, contents, iteratr, printed } from "./_iteratr.ts";

Deno.test("gen-template writes the template to .iteratr.template, and says how to use it", async () => {
  await using place = await Place.make();
  assert.equal(
    printed(await iteratr(place, ["gen-template"])),
    ".iteratr.template is written; use it with --template .iteratr.template\n",
  );
  assert.equal(await Deno.readTextFile(place.join(".iteratr.template")), annotatedTemplate());
  const left = Array.from(Deno.readDirSync(place.path), ({ name }) => name).toSorted();
  assert.deepEqual(left, [".git", ".iteratr.template"]);
});

Deno.test("gen-template explains every variable", () => {
  const text = annotatedTemplate();
  const comment = text.slice(0, text.indexOf("*/"));
  for (const name of VARIABLE_NAMES) {
    assert.match(comment, new RegExp(`^ +${name} +\\S.{10,}$`, "m"), name);
  }
});

Deno.test("the template that gen-template writes renders the same prompt as the built-in one", () => {
  const ours = compileTemplate(DEFAULT_TEMPLATE, "(built in)");
  const theirs = compileTemplate(annotatedTemplate(), ".iteratr.template");
  const text = fc.oneof(fc.constant(""), fc.string({ unit: "grapheme" }));
  const variables = fc.record({
    session: text,
    iteration: fc.nat().map(String),
    spec: text,
    notes: text,
    tasks: text,
    history: text,
    extra: text,
    port: fc.constant("0"),
    binary: text,
  });
  fc.assert(fc.property(variables, (given) => assert.equal(theirs(given), ours(given))));
});

Deno.test("gen-template writes over nothing without --force", async () => {
  await using place = await Place.make();
  for (const [flags, name] of [[[], ".iteratr.template"], [["-o", "mine"], "mine"]] as const) {
    await Deno.writeTextFile(place.join(name), "precious", { mode: 0o600 });
    const [line] = complaint(await iteratr(place, ["gen-template", ...flags]));
    assert.equal(line, `${name} already exists: --force overwrites it`);
    assert.equal(await Deno.readTextFile(place.join(name)), "precious");
    printed(await iteratr(place, ["gen-template", ...flags, "--force"]));
    assert.equal(await Deno.readTextFile(place.join(name)), annotatedTemplate());
    // Who could not read it before cannot read it now.
    assert.equal(((await Deno.stat(place.join(name))).mode ?? 0) & 0o777, 0o600);
  }
});

Deno.test("gen-template names a directory that is not there, and makes none", async () => {
  await using place = await Place.make();
  const [line] = complaint(await iteratr(place, ["gen-template", "-o", "no/such/mine"]));
  assert.equal(line, `--output: the directory ${place.join("no/such")} does not exist`);
  assert.equal(exists(place.join("no")), false);
});

Deno.test("gen-template does not take a directory for a file, also not with --force", async () => {
  await using place = await Place.make();
  await Deno.mkdir(place.join("prompts"));
  await Deno.writeTextFile(place.join("file"), "precious");
  const before = await contents(place.path);
  for (const output of ["prompts", "file/mine", "."]) {
    const args = ["gen-template", "--force", "--output", output];
    const [line] = complaint(await iteratr(place, args));
    assert.ok(line.includes(output), line);
  }
  assert.deepEqual(await contents(place.path), before);
});

Deno.test({
  name: "gen-template names a directory that may not be written",
  ignore: !isBound,
  fn: async () => {
    await using place = await Place.make();
    await Deno.mkdir(place.join("prompts"), { mode: 0o555 });
    for (const flags of [[], ["--force"]]) {
      const args = ["gen-template", "-o", "prompts/mine", ...flags];
      const [line, ...more] = complaint(await iteratr(place, args, { wrap: BOUND }));
      assert.equal(line, "prompts/mine cannot be written: permission denied");
      assert.deepEqual(more, []);
    }
    assert.deepEqual([...Deno.readDirSync(place.join("prompts"))], []);
  },
});

Deno.test("gen-template writes where it is called, and what it says to use works there", async () => {
  await using place = await Place.make();
  await Deno.mkdir(place.join("specs"));
  await Deno.writeTextFile(place.join("specs", "SPEC.md"), "# A spec\n");
  await Deno.writeTextFile(place.join("iteratr.yml"), "# the root\n");
  const cwd = place.join("specs");
  const said = printed(await iteratr(place, ["gen-template"], { cwd }));
  assert.ok(exists(place.join("specs", ".iteratr.template")));
  const flag = / (--template \S+)\n$/.exec(said)?.[1]?.split(" ") ?? [];
  const ended = await iteratr(place, ["prompt", "-s", "SPEC.md", ...flag], { cwd });
  assert.equal(ended.code, 0, ended.stderr);
});
