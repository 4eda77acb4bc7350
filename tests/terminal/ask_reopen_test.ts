import assert from "node:assert/strict";
import { dataOf, Stage } from "../build/_stage.ts";
import { Terminal } from "./_terminal.ts";

const QUESTION = "Session SPEC is finished. Open it again?";

async function finished(): Promise<Stage> {
  const stage = await Stage.make();
  const { code, stdout } = await stage.build("works tasks=1");
  assert.equal(code, 0, stdout);
  return stage;
}

Deno.test("a finished session on a terminal asks, and no means that nothing is to do", async () => {
  await using stage = await finished();
  for (const answer of ["n", ""]) {
    await using terminal = await Terminal.open(stage);
    await terminal.build("works tasks=1");
    await terminal.until((shown) => shown.includes(QUESTION));
    await terminal.type(answer);
    assert.equal(await terminal.code(), 0);
    assert.match(
      await terminal.shown(),
      /^complete: nothing to do: the only task of session SPEC/m,
    );
  }
  const seen = await stage.session();
  assert.equal(dataOf(seen, "run.started").length, 1);
  assert.equal(stage.starts(), 1);
});

Deno.test("a finished session on a terminal asks, and yes opens it again", async () => {
  await using stage = await finished();
  await using terminal = await Terminal.open(stage);
  await terminal.build("works tasks=1");
  await terminal.until((shown) => shown.includes(QUESTION));
  await terminal.type("y");
  assert.equal(await terminal.code(), 0);
  const seen = await stage.session();
  assert.equal(dataOf(seen, "session.reopened").length, 1);
  assert.deepEqual(dataOf(seen, "run.ended").map(({ code }) => code), [0, 0]);
  assert.deepEqual(stage.strays(), []);
});

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Looks that a question that was broken off has ended the run by a signal, and begun nothing. */
async function brokenOff(
  stage: Stage,
  terminal: Terminal,
  signal: keyof typeof SIGNALS,
): Promise<void> {
  const code = SIGNALS[signal];
  assert.equal(await terminal.code(), code, await terminal.shown());
  const printed = await terminal.printed();
  const line = `interrupted (exit ${code}): ${signal} was received.`;
  assert.ok(printed.includes(`\n${line}\n  Go on: iteratr build --name SPEC `), printed);
  assert.doesNotMatch(printed, /config|internal|Error/);
  assert.equal(stage.starts(), 1);
  assert.deepEqual(stage.strays(), []);
  // What is typed is shown again, and lines are lines.
  await terminal.type("echo back; echo again");
  await terminal.until((shown) => /echo back; echo again\nback\nagain\n/.test(shown));
}

/** The process that asks. */
function iteratrOf(stage: Stage): number {
  const [pid, ...others] = stage.processes().filter((pid) =>
    Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes("\0build\0")
  );
  assert.ok(pid !== undefined && others.length === 0);
  return pid;
}

Deno.test("Ctrl+C at the question begins nothing, and leaves the terminal as it was", async () => {
  await using stage = await finished();
  const before = (await stage.session()).events.length;
  await using terminal = await Terminal.open(stage);
  await terminal.build("works tasks=1");
  await terminal.until((shown) => shown.includes(QUESTION));
  await terminal.key("C-c");
  await brokenOff(stage, terminal, "SIGINT");
  assert.equal((await stage.session()).events.length, before);
});

for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) {
  Deno.test(`${signal} at the question ends the run with the signal's code`, async () => {
    await using stage = await finished();
    const before = (await stage.session()).events.length;
    await using terminal = await Terminal.open(stage);
    await terminal.build("works tasks=1");
    await terminal.until((shown) => shown.includes(QUESTION));
    Deno.kill(iteratrOf(stage), signal);
    await brokenOff(stage, terminal, signal);
    assert.equal((await stage.session()).events.length, before);
  });
}

Deno.test("a finished session is not asked about where nobody is to be asked", async () => {
  await using stage = await finished();
  for (const flags of [["--headless"], ["--quiet"], ["--json"]]) {
    await using terminal = await Terminal.open(stage);
    await terminal.build("works tasks=1", flags);
    assert.equal(await terminal.code(), 0, flags.join(" "));
    assert.ok(!(await terminal.shown()).includes("Open it again"), flags.join(" "));
  }
  for (const after of [" | cat; echo code 0", ' </dev/null; echo "code $?"']) {
    await using terminal = await Terminal.open(stage);
    await terminal.build("works tasks=1", [], after);
    assert.equal(await terminal.code(), 0, after);
    assert.match(await terminal.shown(), /^complete: nothing to do/m);
  }
  assert.equal(stage.starts(), 1);
});
