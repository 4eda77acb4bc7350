import assert from "node:assert/strict";
import type { Run } from "../build/_run.ts";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import {
  buildHooked,
  command,
  DONE,
  hooksOf,
  linesOf,
  sleeping,
  startHooked,
  writeHooks,
} from "./_hooked.ts";

const MOMENTS = ["session_start", "pre_iteration", "on_task_complete", "post_iteration"];

interface Way {
  readonly code: number;
  readonly reason: string;
  act(stage: Stage, run: Run): Promise<void> | void;
}

const WAYS: readonly Way[] = [
  {
    ...{ code: 8, reason: "stopped" },
    act: async (stage) => {
      assert.equal((await command(stage, "stop", "--now")).code, 0);
    },
  },
  { code: 143, reason: "interrupted", act: (_stage, run) => run.signal("SIGTERM") },
  { code: 130, reason: "interrupted", act: (_stage, run) => run.signal("SIGINT") },
  { code: 129, reason: "interrupted", act: (_stage, run) => run.signal("SIGHUP") },
];

Deno.test("stop --now and signals end a hook at once, whichever it is, and no hook after it runs", async () => {
  const cases = MOMENTS.flatMap((moment) => WAYS.map((way) => ({ moment, ...way })));
  await together(cases, async ({ moment, code, reason, act }) => {
    await using stage = await Stage.make();
    await writeHooks(stage, { [moment]: [sleeping("on"), `echo never >>"$OUT/on"`] });
    await using run = await startHooked(stage);
    await run.until(() => stage.read("on") !== "");
    await act(stage, run);
    const finished = await stage.ended(run);
    assert.equal(finished.code, code, `${moment}: ${finished.stdout}`);
    assert.deepEqual(linesOf(stage, "on"), ["on"]);
    const seen = await stage.session();
    assert.deepEqual(hooksOf(seen).map(({ end, held }) => [end, held]), [["stopped", false]]);
    assert.equal(dataOf(seen, "run.ended").at(-1)?.["reason"], reason);
    assert.deepEqual([seen.head.run, seen.head.iteration], [null, null]);
    await writeHooks(stage, {});
    const next = await buildHooked(stage, { turns: { script: DONE } });
    assert.equal(next.code, 0, next.stdout);
  });
});

Deno.test("signals end a hook after an agent's error as well", async () => {
  await together(WAYS, async ({ code, act }) => {
    await using stage = await Stage.make();
    await writeHooks(stage, { "on_error": [sleeping("on")] });
    await using run = await stage.start("errors", [], { env: { OUT: stage.root } });
    await run.until(() => stage.read("on") !== "");
    await act(stage, run);
    const finished = await stage.ended(run);
    assert.equal(finished.code, code, finished.stdout);
    assert.deepEqual(hooksOf(await stage.session()).map(({ end }) => end), ["stopped"]);
  });
});

Deno.test("stop without --now lets the hooks of the iteration come to their end", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "pre_iteration": [`echo on >"$OUT/on"; until test -e "$OUT/go"; do sleep 0.05; done`],
    "post_iteration": [`echo post >>"$OUT/order"`],
  });
  const script = "iteratr tool task-add --content one\n";
  await using run = await startHooked(stage, { turns: { script } });
  await run.until(() => stage.read("on") !== "");
  assert.equal((await command(stage, "stop")).code, 0);
  await Deno.writeTextFile(stage.join("go"), "");
  const { code, stdout } = await stage.ended(run);
  assert.equal(code, 8, stdout);
  assert.deepEqual(linesOf(stage, "order"), ["post"]);
  assert.equal(stage.prompts().length, 1);
});

Deno.test("what a killed run's hook has left running is ended by the next run", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, { "pre_iteration": [sleeping("on")] });
  await using run = await startHooked(stage);
  await run.until(() => stage.read("on") !== "");
  run.signal("SIGKILL");
  await run.finished();
  assert.notEqual(stage.processes().length, 0);
  await stage.removeStrays();
  await writeHooks(stage, {});
  const next = await buildHooked(stage);
  assert.equal(next.code, 0, next.stdout);
});

Deno.test("a hook that heeds no SIGTERM is ended all the same", async () => {
  await together(WAYS, async ({ code, act }) => {
    await using stage = await Stage.make();
    const stubborn = `trap "" TERM INT HUP; echo on >"$OUT/on"; sleep 1000 & setsid sleep 1000`;
    await writeHooks(stage, { "pre_iteration": [{ command: stubborn, timeout: 1000 }] });
    await using run = await startHooked(stage);
    await run.until(() => stage.read("on") !== "");
    await act(stage, run);
    assert.equal((await stage.ended(run)).code, code);
  });
});
