import assert from "node:assert/strict";
import { exists } from "../../src/platform/paths.ts";
import { together } from "../build/_together.ts";
import { Place } from "../support/place.ts";
import { complaint, contents, iteratr, printed } from "./_iteratr.ts";

const ADD = ["tool", "task-add", "--name", "s", "--content", "x"];
const LIST = ["tool", "task-list", "--name", "s"];

/** Runs a tool that must do what it is asked; that a session is new is said on stderr. */
async function done(
  place: Place,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { code, stderr } = await iteratr(place, args, { env });
  assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
}

Deno.test("the tools find the data directory by the configuration when nothing else says where", async () => {
  await using place = await Place.make();
  await Deno.mkdir(place.join("home", ".config", "iteratr"), { recursive: true });
  const global = place.join("home", ".config", "iteratr", "iteratr.yml");
  await Deno.writeTextFile(global, "data_dir: by-global\n");
  await done(place, ADD);
  assert.ok(exists(place.join("by-global", "iteratr.db")), "relative to the root");
  await Deno.writeTextFile(place.join("iteratr.yml"), "data_dir: by-project\nmodel: a/b\n");
  await done(place, ADD);
  assert.ok(exists(place.join("by-project", "iteratr.db")));
  await done(place, ADD, { ITERATR_DATA_DIR: "by-variable" });
  assert.ok(exists(place.join("by-variable", "iteratr.db")));
  await done(place, [...ADD, "--data-dir", "by-flag"], { ITERATR_DATA_DIR: "by-variable" });
  assert.ok(exists(place.join("by-flag", "iteratr.db")));
  assert.equal(exists(place.data), false);
});

Deno.test("the tools tell all mistakes of the configuration when they need it, and make nothing", async () => {
  await using place = await Place.make();
  const file = place.join("iteratr.yml");
  await Deno.writeTextFile(file, "modle: x\niterations: 08\n");
  const before = await contents(place.path);
  await together([ADD, LIST, ["tool", "session-complete"]], async (args) => {
    assert.deepEqual(complaint(await iteratr(place, args)), [
      `unknown key "modle"; did you mean model? (${file}:1:1)`,
      `also: iterations must be a whole number from 0 up, got "08" (${file}:2:13)`,
    ]);
  });
  const env = { ITERATR_DATA_DIR: "" };
  const [line] = complaint(await iteratr(place, LIST, { env }));
  assert.match(line, /^unknown key "modle"/, "an empty variable settles nothing");
  assert.deepEqual(await contents(place.path), before);
});

Deno.test("a broken configuration does not matter to the tools where a flag or a variable settles it", async () => {
  await using place = await Place.make();
  await Deno.writeTextFile(place.join("iteratr.yml"), "modle: [x\n");
  const env = { ITERATR_DATA_DIR: place.data };
  await done(place, ADD, env);
  await done(place, [...LIST, "--data-dir", ".iteratr"]);
  const list = printed(await iteratr(place, LIST, { env }));
  assert.equal(list, "Remaining:\n  [TAS-1] P2 x\n");
  // Neither does one that is broken in the environment: only what is asked for is read.
  const wrong = { ...env, ITERATR_ITERATIONS: "1e9", ITERATR_LOG_LEVEL: "loud" };
  assert.equal(printed(await iteratr(place, LIST, { env: wrong })), list);
  await Deno.remove(place.join("iteratr.yml"));
  assert.equal(printed(await iteratr(place, LIST, { env: { ITERATR_ITERATIONS: "1e9" } })), list);
});

Deno.test("the tools need no configuration for their help", async () => {
  await using place = await Place.make();
  await Deno.writeTextFile(place.join("iteratr.yml"), "modle: [x\n");
  await together([["tool"], ["tool", "--help"], ["tool", "task-add", "--help"]], async (args) => {
    assert.match(printed(await iteratr(place, args)), /^Usage: iteratr tool /);
  });
});
