import assert from "node:assert/strict";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { Place } from "../support/place.ts";
import { command, CRON_PATH, environment, run } from "./_iteratr.ts";

/** Commands that need no agent, and what they print or complain of. */
const COMMANDS: readonly (readonly [words: string, code: number, says: RegExp])[] = [
  ["--help", 0, /^Usage: iteratr /],
  ["version", 0, /^iteratr \d/],
  ["config", 0, /^model +\(not set\) +default$/m],
  ["config --json", 0, /^\{"settings":/],
  ["config get iterations", 0, /^0$/m],
  ["config set log_level debug --global", 0, /^log_level is now debug in /],
  ["prompt", 0, /^You are working through a spec/],
  ["gen-template -o mine.txt", 0, /^mine\.txt is written/],
  ["completions bash", 0, /complete -F/],
  ["sessions", 0, /^there is no session/],
  ["tool task-list", 1, /^config \(exit 1\): there is no session/],
  ["tool task-add --data-dir other --name s --content x", 0, /"TAS-1"/],
  ["doctor", 1, /^agent +failed +the agent "opencode" is not found$/m],
  ["build", 1, /^config \(exit 1\): no model is set/],
  ["export nobody", 1, /^config \(exit 1\): there is no session/],
];

Deno.test("the commands work with no more than PATH and HOME in their environment, as from cron", async () => {
  await using place = await Place.make();
  await Deno.mkdir(place.join("specs"));
  await Deno.writeTextFile(place.join("specs", "SPEC.md"), "# A spec\n");
  // Deno's caches are no part of what is tested; a first run would fill them.
  const env = Object.entries(await environment(place)).map(([name, value]) => `${name}=${value}`);
  await together(COMMANDS, async ([words, code, says]) => {
    const args = words.split(" ");
    const ended = await run(["/usr/bin/env", "-i", ...env, ...command(args)], {
      cwd: place.path,
      env: { UNWANTED: "1" },
    });
    const what = `${words}: ${ended.stdout.slice(-500)} ${ended.stderr}`;
    assert.equal(ended.code, code, what);
    assert.match(words === "doctor" || code === 0 ? ended.stdout : ended.stderr, says, what);
  });
});

Deno.test("a whole run works in the environment that cron gives", async () => {
  await using stage = await Stage.make();
  const { DENO_DIR = "", HOME = "", TMPDIR = "" } = await stage.environment();
  const bare = `exec env -i HOME='${HOME}' PATH=${CRON_PATH} DENO_DIR='${DENO_DIR}' ` +
    `TMPDIR='${TMPDIR}' "$@"`;
  const ended = await stage.build("works tasks=1", ["--headless"], { through: bare });
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  assert.match(ended.stdout, /^complete: 1 task done/m);
});

Deno.test("commands work without a home directory", async () => {
  await using place = await Place.make();
  await Deno.mkdir(place.join("specs"));
  await Deno.writeTextFile(place.join("specs", "SPEC.md"), "# A spec\n");
  const { PATH = "", DENO_DIR = "" } = await environment(place);
  await together(["config", "prompt", "version", "gen-template"], async (name) => {
    const env = { PATH, DENO_DIR };
    const { code, stderr } = await run(command([name]), { cwd: place.path, env });
    assert.equal(code, 0, `${name}: ${stderr}`);
  });
});
