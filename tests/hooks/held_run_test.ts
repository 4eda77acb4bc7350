import assert from "node:assert/strict";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import {
  buildHooked,
  DONE,
  piped,
  sleeping,
  startHooked,
  timesPrompted,
  writeHooks,
} from "./_hooked.ts";

const OPEN = "iteratr tool task-add --content one\n";
const CLOSE = `iteratr tool task-status --id TAS-1 --status completed
iteratr tool session-complete
`;

Deno.test("what is held for the agent survives a kill in a later hook, and is delivered once", async () => {
  const moments = ["session_start", "pre_iteration", "post_iteration"];
  await together(moments, async (moment) => {
    await using stage = await Stage.make();
    await writeHooks(stage, { [moment]: [piped("echo held-piece"), sleeping("on")] });
    {
      await using run = await startHooked(stage, { turns: { script: OPEN } });
      await run.until(() => stage.read("on") !== "");
      run.signal("SIGKILL");
      await run.finished();
    }
    assert.equal(timesPrompted(stage, "    held-piece\n"), 0, moment);
    await stage.removeStrays();
    await writeHooks(stage, {});
    const script = moment === "post_iteration" ? CLOSE : DONE;
    const next = await buildHooked(stage, { turns: { script } });
    assert.equal(next.code, 0, next.stdout);
    assert.equal(timesPrompted(stage, "    held-piece\n"), 1, moment);
  });
});

Deno.test("a complaint that a kill has kept from the agent is told, although all was done", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "post_iteration": [piped("echo held-complaint; exit 1"), sleeping("on")],
  });
  {
    await using run = await startHooked(stage);
    await run.until(() => stage.read("on") !== "");
    run.signal("SIGKILL");
    await run.finished();
  }
  await stage.removeStrays();
  await writeHooks(stage, {});
  for (let runs = 0; runs < 2; runs++) {
    const next = await buildHooked(stage);
    assert.equal(next.code, 0, next.stdout);
    assert.equal(timesPrompted(stage, "    held-complaint\n"), 1);
  }
});

Deno.test("what has gone to the agent before a kill is not told again", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, { "pre_iteration": [piped("echo told-{{iteration}}")] });
  {
    const script = `${OPEN}echo on >"$OUT/on"; sleep 1000\n`;
    await using run = await startHooked(stage, { turns: { script } });
    await run.until(() => stage.read("on") !== "");
    run.signal("SIGKILL");
    await run.finished();
  }
  await stage.removeStrays();
  const next = await buildHooked(stage, { turns: { script: CLOSE } });
  assert.equal(next.code, 0, next.stdout);
  assert.equal(timesPrompted(stage, "    told-1\n"), 1);
  assert.equal(timesPrompted(stage, "    told-2\n"), 1);
});

Deno.test("what is held when a limit ends the run goes to the first prompt of the next one", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, { "post_iteration": [piped("echo post-{{iteration}}")] });
  const first = await buildHooked(stage, { turns: { script: OPEN }, flags: ["-i", "1"] });
  assert.equal(first.code, 5, first.stdout);
  assert.equal(timesPrompted(stage, "    post-1\n"), 0);
  const next = await buildHooked(stage, { turns: { script: CLOSE } });
  assert.equal(next.code, 0, next.stdout);
  assert.match(stage.prompts()[1] ?? "", /## post_iteration, iteration 1: `.*` ok\n\n {4}post-1\n/);
  assert.equal(timesPrompted(stage, "    post-1\n"), 1);
});

Deno.test("hooks whose agent never gets to a prompt keep what they have said for the one that does", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, { "session_start": [piped("echo start-piece >&2")] });
  const first = await stage.build("crash at=initialize", ["--no-retry"]);
  assert.notEqual(first.code, 0);
  await writeHooks(stage, {});
  const next = await buildHooked(stage);
  assert.equal(next.code, 0, next.stdout);
  assert.equal(timesPrompted(stage, "    start-piece\n"), 1);
});
