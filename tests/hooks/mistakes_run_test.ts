import assert from "node:assert/strict";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { buildHooked, writeHooks } from "./_hooked.ts";

/** Texts of a hooks file, and where their mistake is. */
const MISTAKES: readonly (readonly [text: string, place: string, word: RegExp])[] = [
  ["version: 1\nhooks:\n  session_strat:\n    - command: touch ran\n", "3:3", /session_start\?/],
  ["version: 1\nhooks:\n  session_start:\n    - command: [touch ran\n", "", /./],
  ["version: 2\nhooks:\n  session_start: { command: touch ran }\n", "1:10", /version must be 1/],
  [
    "version: 1\nhooks:\n  session_start: { command: touch ran, timeout: soon }\n",
    "3:49",
    /timeout/,
  ],
  [
    "version: 1\nhooks:\n  session_end: { command: 'touch ran; echo {{task_id}}' }\n",
    "3:27",
    /task_id/,
  ],
  ["", "1:1", /version is missing/],
];

Deno.test("a mistake in the hooks file ends the run before anything starts, and says where it is", async () => {
  await together(MISTAKES, async ([text, place, word]) => {
    await using stage = await Stage.make();
    const path = stage.project(".iteratr.hooks.yml");
    await Deno.writeTextFile(path, text);
    const { code, stderr } = await buildHooked(stage);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /^config \(exit 1\): /);
    assert.ok(stderr.includes(`.iteratr.hooks.yml:${place}`), `${place} in ${stderr}`);
    assert.match(stderr, /\.iteratr\.hooks\.yml:[0-9]+:[0-9]+/);
    assert.match(stderr, word);
    assert.equal(stage.starts(), 0, "the agent was started");
    assert.equal(stage.read("project/ran"), "", "a hook was run");
    assert.throws(() => Deno.statSync(stage.project("ran")), Deno.errors.NotFound);
  });
});

Deno.test("a hooks file that cannot be read does not switch the hooks off", async () => {
  const ways: readonly ((path: string) => Promise<void>)[] = [
    (path) => Deno.symlink("nowhere.yml", path),
    (path) => Deno.mkdir(path),
    (path) => Deno.writeFile(path, new Uint8Array([0xff, 0xfe, 0x00])),
  ];
  await together(ways, async (make) => {
    await using stage = await Stage.make();
    await make(stage.project(".iteratr.hooks.yml"));
    const { code, stderr } = await buildHooked(stage);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /^config \(exit 1\): .*\.iteratr\.hooks\.yml/);
    assert.equal(stage.starts(), 0);
  });
});

Deno.test("an ending by a mistake in the configuration runs no hook", async () => {
  const ways: readonly (readonly string[])[] = [["--stall", "some"], ["-s", "specs/none.md"]];
  await together(ways, async (flags) => {
    await using stage = await Stage.make();
    const command = `touch "$OUT/ran"`;
    await writeHooks(stage, { "session_start": [command], "session_end": [command] });
    const { code, stderr } = await buildHooked(stage, { flags });
    assert.equal(code, 1, stderr);
    assert.throws(() => Deno.statSync(stage.join("ran")), Deno.errors.NotFound);
  });
});

Deno.test("a hooks file in another directory than the root is none", async () => {
  await using stage = await Stage.make();
  await Deno.writeTextFile(stage.project("specs/.iteratr.hooks.yml"), "no hooks file\n");
  const { code, stdout } = await buildHooked(stage);
  assert.equal(code, 0, stdout);
  assert.doesNotMatch(stdout, /^hook /m);
});

Deno.test("a dry run runs no hook, and tells of a mistake in their file", async () => {
  await using stage = await Stage.make();
  const command = `touch "$OUT/ran"`;
  await writeHooks(stage, { "session_start": [command], "session_end": [command] });
  const fine = await buildHooked(stage, { flags: ["--dry-run"] });
  assert.equal(fine.code, 0, fine.stderr);
  assert.throws(() => Deno.statSync(stage.join("ran")), Deno.errors.NotFound);
  await writeHooks(stage, { "session_begin": ["true"] });
  const { code, stderr } = await buildHooked(stage, { flags: ["--dry-run"] });
  assert.equal(code, 1, stderr);
  assert.match(stderr, /\.iteratr\.hooks\.yml:1:[0-9]+/);
});
