import assert from "node:assert/strict";
import fc from "fast-check";
import { getConfig, setConfig, showConfig, unsetConfig } from "../../src/commands/config.ts";
import { type KeySpec, SPECS } from "../../src/config/table.ts";
import { exists, joinPath } from "../../src/platform/paths.ts";
import { Place } from "../support/place.ts";
import { BOUND, isBound } from "../support/bound.ts";
import { complaint, contents, iteratr, printed } from "./_iteratr.ts";
import { refusal, World } from "./_world.ts";

const GLOBAL = ["home", ".config", "iteratr", "iteratr.yml"];

/** The value of a key after all layers, as `config get` prints it. */
function get(place: Place, key: string, env: Readonly<Record<string, string>> = {}): string {
  const world = new World(place, env);
  getConfig(key, world);
  return world.stdoutText.replace(/\n$/, "");
}

function set(place: Place, key: string, value: string, flags: { global?: boolean } = {}): string {
  const world = new World(place);
  setConfig(key, value, flags, world);
  return world.stdoutText;
}

function unset(place: Place, key: string, flags: { global?: boolean } = {}): string {
  const world = new World(place);
  unsetConfig(key, flags, world);
  return world.stdoutText;
}

async function writeGlobal(place: Place, text: string): Promise<string> {
  await Deno.mkdir(place.join(...GLOBAL.slice(0, -1)), { recursive: true });
  await Deno.writeTextFile(place.join(...GLOBAL), text);
  return place.join(...GLOBAL);
}

Deno.test("config shows every key with its value and its origin, and the files looked at", async () => {
  await using place = await Place.make();
  const global = await writeGlobal(place, "# c\nlog_level: warn\nmodel: of/global\n");
  const project = place.join("iteratr.yml");
  await Deno.writeTextFile(project, "model: of/project\nprompt: { notes: 8KiB }\n");
  const world = new World(place, { ITERATR_ITERATIONS: "7" });
  showConfig({}, world);
  const lines = world.stdoutText.split("\n");
  const rows = lines.slice(0, SPECS.length).map((line) => line.split(/ {2,}/));
  assert.deepEqual(rows.map(([key]) => key), SPECS.map(({ key }) => key));
  const shown = new Map(rows.map(([key, ...rest]) => [key, rest]));
  assert.deepEqual(shown.get("model"), ["of/project", `project ${project}:1`]);
  assert.deepEqual(shown.get("log_level"), ["warn", `global ${global}:2`]);
  assert.deepEqual(shown.get("iterations"), ["7", "env ITERATR_ITERATIONS"]);
  assert.deepEqual(shown.get("prompt.notes"), ["8KiB", `project ${project}:2`]);
  assert.deepEqual(shown.get("data_dir"), [place.data, "default"]);
  assert.deepEqual(shown.get("template"), ["(not set)", "default"]);
  assert.deepEqual(lines.slice(SPECS.length), [
    "",
    "Files",
    `  global   ${global}`,
    `  project  ${project}`,
    "",
  ]);
});

Deno.test("config --json is the same, for programs", async () => {
  await using place = await Place.make();
  await Deno.writeTextFile(place.join("iteratr.yml"), "headless: true\nrenew.memory: 1GiB\n");
  const world = new World(place, { ITERATR_MODEL: "a/b" });
  showConfig({ json: true }, world);
  const { settings, files, ...rest } = JSON.parse(world.stdoutText);
  assert.deepEqual(rest, {});
  assert.deepEqual(Object.keys(settings), SPECS.map(({ key }) => key));
  const project = place.join("iteratr.yml");
  const set = new Map<string, unknown>([
    ["model", { value: "a/b", origin: "env ITERATR_MODEL" }],
    ["headless", { value: true, origin: `project ${project}:1` }],
    ["renew.memory", { value: 1024 ** 3, origin: `project ${project}:2` }],
  ]);
  for (const { key, kind, fallback } of SPECS) {
    const anchored = kind.kind === "path" && typeof fallback === "string"
      ? place.join(fallback)
      : fallback ?? null;
    const expected = set.get(key) ?? { value: anchored, origin: "default" };
    assert.deepEqual(settings[key], expected, key);
  }
  assert.deepEqual(files, [
    { kind: "global", path: place.join(...GLOBAL), isThere: false },
    { kind: "project", path: project, isThere: true },
  ]);
  assert.match(world.stdoutText, /^[^\n]*\n$/, "one line");
});

Deno.test("config get prints a value as it would be written, and refuses what is not there", async () => {
  await using place = await Place.make();
  assert.equal(get(place, "prompt.notes"), "16KiB");
  assert.equal(get(place, "headless"), "false");
  assert.equal(get(place, "model", { ITERATR_MODEL: "a/b" }), "a/b");
  assert.equal(get(place, "data_dir"), place.data);
  assert.equal(refusal(() => get(place, "model")), "model is not set");
  assert.equal(refusal(() => get(place, "modle")), 'unknown key "modle"; did you mean model?');
});

Deno.test("config set makes a file that is missing, with the directories above it", async () => {
  await using place = await Place.make();
  const project = place.join("iteratr.yml");
  assert.equal(set(place, "model", "a/b"), `model is now a/b in ${project}\n`);
  assert.equal(await Deno.readTextFile(project), "model: a/b\n");
  const global = place.join(...GLOBAL);
  assert.equal(set(place, "model", "c/d", { global: true }), `model is now c/d in ${global}\n`);
  assert.equal(await Deno.readTextFile(global), "model: c/d\n");
  assert.equal(get(place, "model"), "a/b");
  unset(place, "model");
  assert.equal(get(place, "model"), "c/d");
  unset(place, "model", { global: true });
  assert.equal(refusal(() => get(place, "model")), "model is not set");
  assert.deepEqual([await Deno.readTextFile(project), await Deno.readTextFile(global)], ["", ""]);
});

Deno.test("config set and unset write into the root's file, from wherever below", async () => {
  await using place = await Place.make();
  await Deno.mkdir(place.join("deep", "er"), { recursive: true });
  await Deno.writeTextFile(place.join("iteratr.yml"), "# ours\n");
  setConfig("model", "a/b", {}, new World(place, {}, place.join("deep", "er")));
  assert.equal(await Deno.readTextFile(place.join("iteratr.yml")), "# ours\nmodel: a/b\n");
  unsetConfig("model", {}, new World(place, {}, place.join("deep")));
  assert.equal(await Deno.readTextFile(place.join("iteratr.yml")), "# ours\n");
});

Deno.test("config set --global writes where XDG_CONFIG_HOME says, and nowhere without a home", async () => {
  await using place = await Place.make();
  const world = new World(place, { XDG_CONFIG_HOME: place.join("xdg") });
  setConfig("model", "a/b", { global: true }, world);
  const file = place.join("xdg", "iteratr", "iteratr.yml");
  assert.equal(await Deno.readTextFile(file), "model: a/b\n");
  const homeless = new World(place, { HOME: "" });
  const why = "there is no place for a global configuration: HOME is not set";
  assert.equal(refusal(() => setConfig("model", "x", { global: true }, homeless)), why);
  assert.equal(refusal(() => unsetConfig("model", { global: true }, homeless)), why);
});

Deno.test("config set refuses a wrong key or value, and config unset what is not set, with nothing written", async () => {
  await using place = await Place.make();
  const bad: readonly (readonly [key: string, value: string, why: string])[] = [
    ["modle", "x", 'unknown key "modle"; did you mean model?'],
    ["iterations", "08", 'iterations must be a whole number from 0 up, got "08"'],
    ["stall.iterations", "0", 'stall.iterations must be a whole number from 1 up, got "0"'],
    ["headless", "yes", 'headless must be true or false, got "yes"'],
    ["log_level", "loud", 'log_level must be one of debug, info, warn, error, got "loud"'],
    ["prompt.notes", "8KB", 'prompt.notes must be a size such as 64KiB or 2GiB, got "8KB"'],
  ];
  const check = async (): Promise<void> => {
    const before = await contents(place.path);
    for (const [key, value, why] of bad) {
      assert.equal(refusal(() => set(place, key, value)), why);
      assert.equal(refusal(() => set(place, key, value, { global: true })), why);
    }
    assert.equal(refusal(() => unset(place, "modle")), bad[0]?.[2]);
    const file = place.join("iteratr.yml");
    assert.equal(refusal(() => unset(place, "headless")), `headless is not set in ${file}`);
    assert.deepEqual(await contents(place.path), before);
  };
  await check();
  await Deno.writeTextFile(place.join("iteratr.yml"), "# ours\nmodel: a/b # c");
  await check();
});

Deno.test("config set refuses an empty value, which would be none", async () => {
  await using place = await Place.make();
  for (const { key } of SPECS) {
    assert.match(refusal(() => set(place, key, "")), new RegExp(`^${key} must `), key);
  }
  assert.equal(exists(place.join("iteratr.yml")), false);
});

Deno.test("a file with mistakes is neither set nor unset, and all of them are told", async () => {
  await using place = await Place.make();
  const file = place.join("iteratr.yml");
  const text = "modle: a/b\niterations: 08\n";
  await Deno.writeTextFile(file, text);
  const mistake = `unknown key "modle"; did you mean model? (${file}:1:1)`;
  assert.equal(refusal(() => set(place, "model", "x")), mistake);
  assert.equal(refusal(() => unset(place, "iterations")), mistake);
  assert.equal(await Deno.readTextFile(file), text);
  const ended = await iteratr(place, ["config", "set", "model", "x"]);
  assert.deepEqual(complaint(ended), [
    mistake,
    `also: iterations must be a whole number from 0 up, got "08" (${file}:2:13)`,
  ]);
});

/** A key with a value that a person may give it. */
const wish = fc.constantFrom<KeySpec>(...SPECS).chain((spec) => {
  const words: Readonly<Record<string, fc.Arbitrary<string>>> = {
    switch: fc.constantFrom("true", "false"),
    count: fc.integer({ min: 1, max: 1e9 }).map(String),
    duration: fc.integer({ min: 1, max: 59 }).map((minutes) => `${minutes}m`),
    durations: fc.array(fc.integer({ min: 1, max: 59 }), { minLength: 1, maxLength: 4 })
      .map((minutes) => minutes.map((each) => `${each}m`).join(", ")),
    tokens: fc.integer({ min: 1, max: 999 }).map((thousands) => `${thousands}k`),
    dollars: fc.integer({ min: 1, max: 999 }).map(String),
    size: fc.integer({ min: 1, max: 1023 }).map((size) => `${size}KiB`),
    choice: fc.constantFrom(...spec.kind.kind === "choice" ? spec.kind.of : [""]),
  };
  const text = fc.string({ unit: "grapheme", minLength: 1 });
  return fc.tuple(fc.constant(spec), words[spec.kind.kind] ?? text);
});

Deno.test("what config set was given is what config get prints, whatever was set before", async () => {
  await using place = await Place.make();
  const said = new Map<string, string>();
  fc.assert(
    fc.property(wish, ([{ key, kind }, value]) => {
      set(place, key, value);
      said.set(key, kind.kind === "path" ? joinPath(place.path, value) : value);
      for (const [other, text] of said) assert.equal(get(place, other), text);
    }),
    { numRuns: 100, endOnFailure: true },
  );
});

Deno.test("config set keeps a link, the permissions of the file, and leaves no other file", async () => {
  await using place = await Place.make();
  await Deno.mkdir(place.join("dotfiles"));
  const target = place.join("dotfiles", "mine.yml");
  await Deno.writeTextFile(target, "model: a/b # c\n", { mode: 0o640 });
  await Deno.symlink("dotfiles/mine.yml", place.join("iteratr.yml"));
  set(place, "model", "c/d");
  assert.equal(await Deno.readLink(place.join("iteratr.yml")), "dotfiles/mine.yml");
  assert.equal(await Deno.readTextFile(target), "model: c/d # c\n");
  assert.equal(((await Deno.stat(target)).mode ?? 0) & 0o777, 0o640);
  unset(place, "model");
  assert.equal(await Deno.readLink(place.join("iteratr.yml")), "dotfiles/mine.yml");
  assert.equal(((await Deno.stat(target)).mode ?? 0) & 0o777, 0o640);
  const left = [...Deno.readDirSync(place.path), ...Deno.readDirSync(place.join("dotfiles"))];
  const names = left.map(({ name }) => name).toSorted();
  assert.deepEqual(names, [".git", "dotfiles", "iteratr.yml", "mine.yml"]);
});

Deno.test("config set follows a link to nowhere, or names it", async () => {
  await using place = await Place.make();
  const file = place.join("iteratr.yml");
  await Deno.symlink("nowhere.yml", file);
  const { code, stderr } = await iteratr(place, ["config", "set", "model", "c/d"]);
  if (code === 0) assert.equal(await Deno.readTextFile(place.join("nowhere.yml")), "model: c/d\n");
  else assert.ok(code === 1 && stderr.includes(file), `exit ${code}: ${stderr}`);
  assert.equal(await Deno.readLink(file), "nowhere.yml");
});

Deno.test("a file that cannot be read is told as something to mend, by every config command", async () => {
  await using place = await Place.make();
  await Deno.mkdir(place.join("iteratr.yml"));
  for (const words of ["config", "config get model", "config set model x", "config unset model"]) {
    const [line] = complaint(await iteratr(place, words.split(" ")), words);
    assert.ok(line.includes(place.join("iteratr.yml")), line);
  }
});

Deno.test({
  name: "a directory that may not be written is named by config set, and nothing is left in it",
  ignore: !isBound,
  fn: async () => {
    await using place = await Place.make();
    await Deno.mkdir(place.join("ours", ".git"), { recursive: true });
    const cwd = place.join("ours");
    const file = place.join("ours", "iteratr.yml");
    const text = "model: a/b\n";
    await Deno.writeTextFile(file, text);
    await Deno.chmod(cwd, 0o555);
    try {
      for (const args of [["set", "model", "x"], ["unset", "model"]]) {
        const options = { cwd, wrap: BOUND };
        const [line, ...more] = complaint(await iteratr(place, ["config", ...args], options));
        assert.ok(line.startsWith(`${file} cannot be written: `), line);
        assert.match(line, /permission denied/i);
        assert.deepEqual(more, []);
      }
      assert.equal(await Deno.readTextFile(file), text);
      const left = Array.from(Deno.readDirSync(cwd), ({ name }) => name).toSorted();
      assert.deepEqual(left, [".git", "iteratr.yml"]);
    } finally {
      await Deno.chmod(cwd, 0o755);
    }
  },
});

Deno.test("inside of a run the configuration can be looked at, and not changed", async () => {
  await using place = await Place.make();
  const env = { ITERATR_RUN: "a-run" };
  await Deno.writeTextFile(place.join("iteratr.yml"), "model: a/b\n");
  for (const words of ["set model x", "unset model", "set model x --global"]) {
    const [line] = complaint(await iteratr(place, ["config", ...words.split(" ")], { env }));
    assert.match(line, /ITERATR_RUN is set/);
  }
  assert.equal(await Deno.readTextFile(place.join("iteratr.yml")), "model: a/b\n");
  assert.equal(exists(place.join("home")), false);
  assert.equal(printed(await iteratr(place, ["config", "get", "model"], { env })), "a/b\n");
});

Deno.test("config shows no secret of the environment", async () => {
  await using place = await Place.make();
  const secret = "tok-0123456789abcdef";
  const env = { FOO_TOKEN: secret, ITERATR_AGENT_COMMAND: `agent --key ${secret}` };
  for (const words of ["config", "config --json", "config get agent.command"]) {
    const text = printed(await iteratr(place, words.split(" "), { env }));
    assert.ok(text.includes("agent --key"), text);
    assert.ok(!text.includes(secret), text);
  }
});
