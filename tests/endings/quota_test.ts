import assert from "node:assert/strict";
import { shellQuote } from "../../src/platform/words.ts";
import type { Run } from "../build/_run.ts";
import { told } from "../faults/_faults.ts";
import { buildPlanned } from "../faults/_planned.ts";
import { dataOf, Stage } from "../build/_stage.ts";
import { checkRecorded } from "./_ending.ts";

/** Starts a run with an agent whose provider has had enough for two hours. */
async function start(stage: Stage, ...flags: readonly string[]): Promise<Run> {
  const message = "message=Usage limit reached, try again in 2h";
  const agent = `${stage.agent("errors at=prompt")} ${shellQuote(message)}`;
  const usual = ["build", "--model", "fake/m1", "--no-auto-commit", "--agent-command", agent];
  return await stage.iteratr([...usual, ...flags]);
}

/** How many times the run has begun to wait. */
function waits({ stdout }: Run): number {
  return stdout.match(/^quota {3}used up until (?:[\d-]+ )?\d\d:\d\d:\d\d, the run waits: Usage/gm)
    ?.length ??
    0;
}

async function command(stage: Stage, ...args: readonly string[]): Promise<string> {
  await using run = await stage.iteratr(args);
  const { code, stdout, stderr } = await run.finished();
  assert.equal(stderr, "");
  return `${code} ${stdout}`;
}

Deno.test("a run waits for its provider, tries again when it is asked to, and can be stopped", async () => {
  await using stage = await Stage.make();
  await using run = await start(stage);
  await run.until(() => waits(run) === 1);
  assert.match(await command(stage, "status"), /^11 [^]*^waits {3}for its provider, until 20/m);
  assert.equal(
    await command(stage, "resume"),
    `0 the run of session SPEC (pid ${run.pid}) tries again now\n`,
  );
  await run.until(() => waits(run) === 2);
  await command(stage, "stop");
  const { code, stdout } = await stage.ended(run);
  assert.equal(code, 8, stdout);
  assert.match(stdout, /^quota {3}the run goes on after .*, as asked$/m);
  assert.match(stdout, /^quota {3}the wait was ended after /m);
  const seen = await stage.session();
  checkRecorded(seen, { reason: "stopped", code: 8 });
  assert.deepEqual(dataOf(seen, "quota.over").map(({ why }) => why), ["resumed", "stopped"]);
  assert.deepEqual(dataOf(seen, "retry.scheduled"), [], "a wait is no retry");
  assert.deepEqual(seen.iterations.map(({ outcome }) => outcome), ["interrupted"]);
  assert.equal("waiting" in seen.head, false);
  assert.equal(stage.prompts().length, 2);
});

Deno.test("a run that is ended in its wait is gone at once", async () => {
  await using stage = await Stage.make();
  await using run = await start(stage);
  await run.until(() => waits(run) === 1);
  run.signal("SIGTERM");
  const { code, stdout } = await stage.ended(run);
  assert.equal(code, 143, stdout);
  checkRecorded(await stage.session(), { reason: "interrupted", code: 143 });
});

Deno.test("a run does not wait for longer than it may, and with --no-wait not at all", async () => {
  await using stage = await Stage.make();
  const cases = [
    [["--no-wait"], /, and waiting is switched off: Usage limit reached/],
    [["--max-wait", "90m"], /, and that is more than 1h30m away: Usage limit reached/],
  ] as const;
  for (const [flags, says] of cases) {
    await using run = await start(stage, ...flags);
    const { code, stderr } = await stage.ended(run);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^agent-failed \(exit 2\): the provider's quota is used up until 20\d\d-\d\d-\d\dT/,
    );
    assert.match(stderr, says);
  }
  assert.deepEqual(dataOf(await stage.session(), "quota.waiting"), []);
});

Deno.test("waits that are together longer than a run may wait are told to be just that", async () => {
  await using stage = await Stage.make();
  const error = { code: 429, message: "Slow down", data: { ["retry_after_ms"]: 300 } };
  const flags = ["--max-wait", "1s", "--no-retry"];
  const finished = await buildPlanned(stage, { turns: [{ error }] }, flags);
  assert.equal(finished.code, 2, told(finished));
  assert.match(
    finished.stderr,
    /until \S+, and with what the iteration has waited already that would be more than 1\.0s: Slow/,
  );
  assert.equal(dataOf(await stage.session(), "quota.waiting").length, 1);
});
