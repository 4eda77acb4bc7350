import assert from "node:assert/strict";
import { type KeySpec, SPECS } from "../../src/config/table.ts";
import { joinPath } from "../../src/platform/paths.ts";
import { type Above, type Layer, LAYERS, Layers, layersOf } from "./_layers.ts";
import { nth, type Sample } from "./_samples.ts";

/** Every choice of some of these. */
function subsets<T>(of: readonly T[]): readonly (readonly T[])[] {
  return of.reduce<readonly (readonly T[])[]>(
    (sets, item) => [...sets, ...sets.map((set) => [...set, item])],
    [[]],
  );
}

/** What a layer says of a key: its neighbours say something else. */
function said(spec: KeySpec, layer: Layer): Sample {
  return nth(spec.kind, LAYERS.indexOf(layer));
}

/** Makes some layers set a key; files do so in a line of their own. */
async function settle(
  layers: Layers,
  spec: KeySpec,
  set: readonly Layer[],
): Promise<Above> {
  await layers.clear();
  const { key, flag, variable } = spec;
  const text = (layer: Layer): string => said(spec, layer).text;
  if (set.includes("global")) await layers.write("global", `\n# mine\n${key}: ${text("global")}\n`);
  if (set.includes("project")) await layers.write("project", `# ours\n${key}: ${text("project")}`);
  return {
    variables: set.includes("env") && variable !== undefined ? { [variable]: text("env") } : {},
    flags: set.includes("flag") && flag !== undefined ? { [flag.long]: text("flag") } : {},
  };
}

function originOf(layers: Layers, spec: KeySpec, layer: Layer): unknown {
  switch (layer) {
    case "global":
      return { kind: layer, file: layers.file("global"), line: 3 };
    case "project":
      return { kind: layer, file: layers.file("project"), line: 2 };
    case "env":
      return { kind: layer, name: spec.variable };
    case "flag":
      return { kind: layer, name: `--${spec.flag?.long}` };
  }
}

for (const spec of SPECS) {
  const { key, kind, fallback } = spec;

  Deno.test(`${key} is what the highest layer says that sets it, and tells which that is`, async () => {
    await using layers = await Layers.make();
    for (const set of subsets(layersOf(spec))) {
      const { value, origin } = layers.setting(key, await settle(layers, spec, set));
      const layer = set.at(-1);
      const expected = layer === undefined
        ? [
          kind.kind === "path" && typeof fallback === "string"
            ? joinPath(layers.root, fallback)
            : fallback,
          { kind: "default" },
        ]
        : [layers.meant(spec, layer, said(spec, layer)), originOf(layers, spec, layer)];
      assert.deepEqual([value, origin], expected, `set by ${set.join(", ") || "nobody"}`);
    }
  });

  Deno.test(`${key} is left to the layer below by an empty value in a file or variable`, async () => {
    await using layers = await Layers.make();
    const empty = spec.variable === undefined ? {} : { [spec.variable]: "" };
    // For a name or a path, an empty text says no more than none.
    const texts = spec.kind.kind === "text" || spec.kind.kind === "path" ? [' ""', " ''"] : [];
    for (const nothing of ["", " ", " ~", " null", " # nothing", ...texts]) {
      await layers.clear();
      await layers.write("project", `${key}:${nothing}\n`);
      assert.equal(layers.setting(key, { variables: empty }).origin.kind, "default", nothing);
      await layers.write("global", `${key}: ${said(spec, "global").text}\n`);
      const { origin } = layers.setting(key, { variables: empty });
      assert.equal(origin.kind, "global", nothing);
    }
  });

  Deno.test(`${key} means the same however the file spells it`, async () => {
    await using layers = await Layers.make();
    const { text } = said(spec, "project");
    const [group = "", name] = key.split(".");
    const quoted = [`"${key}": ${text}`, `'${key}': '${text}'`, `${key} : "${text}" # so`];
    const nested = name === undefined ? [] : [
      `${group}:\n  ${name}: ${text}`,
      `${group}:\n      # why\n      ${name}:   ${text} # so`,
      `"${group}": { ${name}: ${text} }`,
      `{ ${group}: { ${name}: ${text} } }`,
    ];
    const styles = [
      `${key}: ${text}`,
      `${key}:\n  ${text}`,
      `{ ${key}: ${text} }`,
      `? ${key}\n: ${text}`,
      `${key}: !!str ${text}`,
      `---\n${key}: ${text}\n...`,
      `%YAML 1.2\n---\n${key}: ${text}`,
      `\uFEFF${key}: ${text}`,
      `# first\r\n\r\n${key}: ${text}\r\n`,
      ...quoted,
      ...nested,
    ];
    for (const style of styles) {
      await layers.write("project", `${style}\n`);
      const { value, origin } = layers.setting(key);
      const meant = layers.meant(spec, "project", said(spec, "project"));
      assert.deepEqual([value, origin.kind], [meant, "project"], style);
    }
  });
}

for (const spec of SPECS.filter(({ key }) => key.includes("."))) {
  const [group = "", name = ""] = spec.key.split(".");

  Deno.test(`${spec.key} set twice, with a dot and as a mapping, is a mistake`, async () => {
    await using layers = await Layers.make();
    const { text } = nth(spec.kind, 0);
    const file = layers.file("project");
    await layers.write("project", `${group}:\n  ${name}: ${text}\n${spec.key}: ${text}\n`);
    assert.deepEqual(layers.mistakes(), [`${spec.key} is set twice (${file}:3:1)`]);
    await layers.write("project", `${spec.key}: ${text}\n${group}: { ${name}: "${text}" }\n`);
    const column = group.length + 5;
    assert.deepEqual(layers.mistakes(), [`${spec.key} is set twice (${file}:2:${column})`]);
  });
}

Deno.test("an absolute path stays what it is, whatever layer it comes from", async () => {
  await using layers = await Layers.make();
  for (const spec of SPECS.filter(({ kind }) => kind.kind === "path")) {
    for (const layer of layersOf(spec)) {
      await layers.clear();
      const text = "/some/where/../else";
      if (layer === "global" || layer === "project") {
        await layers.write(layer, `${spec.key}: ${text}`);
      }
      const { value } = layers.setting(spec.key, {
        variables: layer === "env" ? { [spec.variable ?? ""]: text } : {},
        flags: layer === "flag" ? { [spec.flag?.long ?? ""]: text } : {},
      });
      assert.equal(value, "/some/else", `${spec.key} of ${layer}`);
    }
  }
});

Deno.test("both files are told of, whether they are there or not", async () => {
  await using layers = await Layers.make();
  const seen = (): readonly unknown[] =>
    layers.resolve().files.map(({ kind, path, isThere }) => [kind, path, isThere]);
  const [global, project] = [layers.file("global"), layers.file("project")];
  assert.deepEqual(seen(), [["global", global, false], ["project", project, false]]);
  await layers.write("project", "model: m\n");
  assert.deepEqual(seen(), [["global", global, false], ["project", project, true]]);
});

Deno.test("the global file is looked for where XDG_CONFIG_HOME says, else in the home directory", async () => {
  await using layers = await Layers.make();
  const elsewhere = joinPath(layers.root, "xdg");
  await layers.write("global", "model: at-home\n");
  await Deno.mkdir(joinPath(elsewhere, "iteratr"), { recursive: true });
  await Deno.writeTextFile(joinPath(elsewhere, "iteratr", "iteratr.yml"), "model: elsewhere\n");
  const model = (variables: Readonly<Record<string, string>>): unknown =>
    layers.setting("model", { variables }).value;
  assert.equal(model({ XDG_CONFIG_HOME: elsewhere }), "elsewhere");
  // A relative one is invalid, as the specification of XDG has it.
  for (const useless of ["", "xdg", "./xdg"]) {
    assert.equal(model({ XDG_CONFIG_HOME: useless }), "at-home", useless);
  }
  assert.equal(model({ HOME: "" }), undefined, "a global file without a home directory");
});
