import assert from "node:assert/strict";
import { together } from "../build/_together.ts";
import { makeStore } from "../failure/_store.ts";
import { Place } from "../support/place.ts";
import { manuals } from "./_help.ts";
import { complaint, contents, iteratr } from "./_iteratr.ts";

const env = { ITERATR_RUN: "a-run" };

/** How each command is called, by its name; what works inside of a run, and what does not. */
const WORKS: Readonly<Record<string, readonly string[]>> = {
  status: ["status", "s"],
  sessions: ["sessions"],
  usage: ["usage", "s"],
  export: ["export", "s"],
  prompt: ["prompt", "--name", "s", "--spec", "spec.md"],
  config: ["config"],
  "config get": ["config", "get", "model"],
  cron: ["cron", "spec.md", "--every", "2h", "--agent-command", "sh"],
  completions: ["completions", "bash"],
  version: ["version"],
  help: ["help", "build"],
  tool: ["tool", "task-list", "--name", "s"],
};
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  build: ["build", "--spec", "spec.md"],
  stop: ["stop", "s"],
  resume: ["resume", "s"],
  reset: ["reset", "s"],
  delete: ["delete", "s"],
  doctor: ["doctor"],
  "config set": ["config", "set", "auto_commit", "false"],
  "config unset": ["config", "unset", "model"],
  "gen-template": ["gen-template"],
};

async function makeProject(): Promise<Place> {
  const place = await Place.make();
  await makeStore(place, 1);
  await Deno.writeTextFile(place.join("spec.md"), "Build it.\n");
  await Deno.writeTextFile(place.join("iteratr.yml"), "model: a/b\n");
  return place;
}

Deno.test("of every command it is known whether it works inside of a run", async () => {
  await using place = await Place.make();
  const names = (await manuals(place)).map(({ words }) => words.join(" "))
    .filter((name) => name !== "" && !name.startsWith("tool "));
  const known = [...Object.keys(WORKS), ...Object.keys(REFUSED)].filter((name) => name !== "help");
  assert.deepEqual(names.toSorted(), known.toSorted());
});

Deno.test("commands that only look work inside of a run, for its agent, hooks and gates", async () => {
  await using place = await makeProject();
  await together(Object.values(WORKS), async (args) => {
    const inside = await iteratr(place, args, { env });
    assert.doesNotMatch(inside.stderr, /ITERATR_RUN/, args.join(" "));
    assert.equal(inside.code, args[0] === "status" ? 10 : 0, args.join(" "));
    assert.notEqual(inside.stdout, "", args.join(" "));
  });
});

Deno.test("commands that act are refused inside of a run, with one line that names what works", async () => {
  await using place = await makeProject();
  const before = await contents(place.path);
  await together(Object.entries(REFUSED), async ([name, args]) => {
    const [line, ...hints] = complaint(await iteratr(place, args, { env }), name);
    assert.ok(line.includes("(ITERATR_RUN is set)"), line);
    assert.ok(line.includes(`"iteratr ${name}" does not work here`), line);
    for (const works of Object.keys(WORKS)) assert.match(line, new RegExp(` ${works}(,|$)`));
    assert.deepEqual(hints, []);
  });
  assert.deepEqual(await contents(place.path), before);
});
