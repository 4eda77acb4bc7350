import assert from "node:assert/strict";
import { Stage } from "./_stage.ts";

Deno.test("a spec that changes between iterations is told, and the next prompt has the new text", async () => {
  await using stage = await Stage.make();
  assert.equal((await stage.build("works tasks=2", ["-i", "1"])).code, 5);
  await Deno.writeTextFile(stage.project("specs/SPEC.md"), "# Another\n\nNEW WORDS\n");
  const second = await stage.build("works tasks=2");
  assert.equal(second.code, 0, second.stdout);
  assert.match(second.stdout, /^spec {4}it has changed; the new text counts$/m);
  const prompts = stage.prompts();
  assert.ok(!prompts[0]?.includes("NEW WORDS"));
  assert.ok(prompts[1]?.includes("NEW WORDS"));
});

Deno.test("a finished session is opened again by a changed spec, by --reopen, and by nothing else", async () => {
  await using stage = await Stage.make();
  assert.equal((await stage.build("works tasks=2")).code, 0);
  const idle = await stage.build("works tasks=2");
  assert.match(idle.stdout, /^complete: nothing to do: all 2 tasks of session SPEC are done\.$/m);
  const asked = await stage.build("works tasks=2", ["--reopen"]);
  assert.equal(asked.code, 0, asked.stdout);
  assert.match(asked.stdout, /^session reopened: --reopen$/m);
  await Deno.writeTextFile(stage.project("specs/SPEC.md"), "# Another\n");
  const changed = await stage.build("works tasks=2");
  assert.equal(changed.code, 0, changed.stdout);
  assert.match(changed.stdout, /^session reopened: the spec has changed$/m);
});

Deno.test("a spec that has vanished is replaced by the stored copy, with a warning", async () => {
  await using stage = await Stage.make();
  await using run = await stage.start("works tasks=3 pace=50");
  await run.until(() => stage.prompts().length > 0);
  await Deno.remove(stage.project("specs/SPEC.md"));
  const ended = await stage.ended(run);
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  assert.match(
    ended.stdout,
    /^warning the spec .* no longer exists: the stored copy is used$/m,
  );
  assert.ok(stage.prompts().every((prompt) => prompt.includes("# A few files")));
});

Deno.test("a session is refused for another spec, with what to do, and kept as it is", async () => {
  await using stage = await Stage.make();
  assert.equal((await stage.build("works tasks=2", ["-i", "1"])).code, 5);
  await Deno.writeTextFile(stage.project("specs/other.md"), "# Other\n");
  const other = ["--spec", "specs/other.md", "--name", "SPEC"];
  const refused = await stage.build("works tasks=2", other);
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /session SPEC works on the spec specs\/SPEC\.md, not on specs\/other\.md/,
  );
  assert.match(refused.stderr, /--reset/);
  const begun = await stage.build("works tasks=2", [...other, "--reset"]);
  assert.equal(begun.code, 0, begun.stdout);
  assert.match(
    begun.stdout,
    /^session reset; the previous log is archived as SPEC-\d{8}T\d{6}Z\.jsonl$/m,
  );
  assert.match(begun.stdout, /^== iteration 1 /m);
});

Deno.test("--json prints the run's events and nothing else, --quiet the ending, --timestamps the time", async () => {
  await using stage = await Stage.make();
  const json = await stage.build("works tasks=2", ["--json"]);
  assert.equal(json.code, 0);
  const events = json.stdout.trimEnd().split("\n").map((line): unknown => JSON.parse(line));
  const types = events.map((event) => Object(event).type);
  assert.equal(types[0], "session.created");
  assert.equal(types.at(-1), "run.ended");
  assert.ok(events.every((event) => Object(event).session === "SPEC"));

  const quiet = await stage.build("works tasks=2", ["--reset", "--quiet"]);
  assert.match(quiet.stdout, /^complete: 2 tasks done, after 2 iterations, [^\n]+\n$/);
  assert.equal((await stage.build("works tasks=2", ["--quiet"])).stdout, "");

  const timed = await stage.build("works tasks=2", ["--reset", "--timestamps"]);
  const lines = timed.stdout.trimEnd().split("\n").slice(0, -1).filter((line) => line !== "");
  assert.ok(lines.every((line) => /^\d\d:\d\d:\d\d /.test(line)), timed.stdout);
});
