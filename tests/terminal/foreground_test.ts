import assert from "node:assert/strict";
import { dataOf, Stage } from "../build/_stage.ts";
import { Terminal } from "./_terminal.ts";

Deno.test("a job in the background asks nothing and leaves the keyboard to the shell", async () => {
  await using stage = await Stage.make();
  assert.equal((await stage.build("works tasks=1")).code, 0);
  await using terminal = await Terminal.open(stage);
  await terminal.build("works tasks=1", [], ' & wait $!; echo "code $?"');
  assert.equal(await terminal.code(), 0);
  const shown = await terminal.shown();
  assert.doesNotMatch(shown, /Open it again|Stopped/);
  assert.match(shown, /complete: nothing to do/);
});

Deno.test("a run in the background goes on while the shell is typed into", async () => {
  await using stage = await Stage.make();
  await using terminal = await Terminal.open(stage);
  await terminal.build("works tasks=2 pace=100", [], " >../out 2>&1 &");
  await terminal.type('read -r line; echo "got $line"');
  await terminal.type("for the shell");
  await terminal.until((shown) => shown.includes("got for the shell"));
  await terminal.type('wait; echo "code $?"');
  assert.equal(await terminal.code(), 0);
  const seen = await stage.session();
  assert.deepEqual(dataOf(seen, "run.ended").map(({ code }) => code), [0]);
  assert.match(stage.read("out"), /^complete: 2 tasks done/m);
});

Deno.test("Ctrl+C in the middle of a turn ends the run 130, with its last line and how to go on", async () => {
  await using stage = await Stage.make();
  await using terminal = await Terminal.open(stage);
  await terminal.build("silent after=text");
  await terminal.until((shown) => shown.includes("== iteration 1 "));
  for (let tries = 0; stage.sent("session/prompt").length === 0; tries++) {
    assert.ok(tries < 1000, "no prompt");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await terminal.key("C-c");
  assert.equal(await terminal.code(), 130);
  const shown = await terminal.shown();
  assert.match(
    shown,
    /^interrupted \(exit 130\): SIGINT was received\.\n {2}Go on: iteratr build /m,
  );
  // Once, although stdout and stderr are both the terminal.
  assert.equal(shown.match(/^interrupted \(exit/gm)?.length, 1);
  const seen = await stage.session();
  assert.deepEqual(dataOf(seen, "run.ended").map(({ code }) => code), [130]);
  assert.equal(stage.sent("session/cancel").length, 1);
  assert.deepEqual(stage.strays(), []);
});
