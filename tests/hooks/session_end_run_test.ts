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
  piped,
  sleeping,
  startHooked,
  writeHooks,
} from "./_hooked.ts";

/** Writes down how the run ends, and which of the agent's processes are there still. */
const END = `for pid in $(grep -o '"pid":[0-9]*' "$OUT/log" | cut -d: -f2 | sort -u); do
  kill -0 "$pid" 2>/dev/null && echo "alive $pid" >>"$OUT/ends"
done
echo "$ITERATR_REASON $ITERATR_EXIT_CODE" >>"$OUT/ends"`;

/** The end of a run is waited for no longer than this after a signal, when it has such hooks. */
const BOUND_MS = 9_000;

const WAITS = `iteratr tool task-add --content one; echo on >"$OUT/on"; sleep 1000\n`;

interface Way {
  readonly ends: string;
  readonly script: string;
  readonly flags?: readonly string[];
  readonly act?: (stage: Stage, run: Run) => Promise<void> | void;
}

const WAYS: readonly Way[] = [
  { ends: "complete 0", script: DONE },
  { ends: "stalled 3", script: "true\n", flags: ["--stall", "1"] },
  { ends: "unverified 4", script: DONE, flags: ["--verify", "false", "-i", "1"] },
  { ends: "iterations 5", script: "iteratr tool task-add --content one\n", flags: ["-i", "1"] },
  {
    ends: "stopped 8",
    script: `iteratr tool task-add --content one; echo on >"$OUT/on"
until test -e "$OUT/go"; do sleep 0.05; done\n`,
    act: async (stage) => {
      await command(stage, "stop");
      await Deno.writeTextFile(stage.join("go"), "");
    },
  },
  {
    ends: "stopped 8",
    script: WAITS,
    act: async (stage) => void await command(stage, "stop", "--now"),
  },
  { ends: "interrupted 129", script: WAITS, act: (_stage, run) => run.signal("SIGHUP") },
  { ends: "interrupted 130", script: WAITS, act: (_stage, run) => run.signal("SIGINT") },
  { ends: "interrupted 143", script: WAITS, act: (_stage, run) => run.signal("SIGTERM") },
];

Deno.test("session_end runs at every ending, with its reason and code, when the agent is gone", async () => {
  await together(WAYS, async ({ ends, script, flags = [], act }) => {
    await using stage = await Stage.make();
    await writeHooks(stage, { "session_end": [END] });
    await using run = await startHooked(stage, { turns: { script }, flags });
    if (act !== undefined) {
      await run.until(() => stage.read("on") !== "");
      await act(stage, run);
    }
    const { code, stdout } = await stage.ended(run);
    assert.equal(`${code}`, ends.split(" ")[1], stdout);
    assert.deepEqual(linesOf(stage, "ends"), [ends]);
    const seen = await stage.session();
    assert.equal(hooksOf(seen, "session_end").length, 1);
    assert.deepEqual(seen.events.slice(-2).map(({ type }) => type), ["hook.ended", "run.ended"]);
  });
});

Deno.test("session_end runs when the agent fails, at whatever moment it does", async () => {
  const scenarios = ["crash", "crash at=mid", "crash at=initialize", "errors", "errors at=new"];
  await together(scenarios, async (scenario) => {
    await using stage = await Stage.make();
    await writeHooks(stage, { "session_end": [END] });
    await using run = await stage.start(scenario, ["--no-retry"], { env: { OUT: stage.root } });
    const { code, stdout } = await stage.ended(run);
    assert.equal(code, 2, stdout);
    assert.deepEqual(linesOf(stage, "ends"), ["agent-failed 2"], scenario);
  });
});

Deno.test("session_end runs when the agent is not there at all", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, { "session_start": [`: >"$OUT/log"`], "session_end": [END] });
  const usual = ["build", "--model", "fake/m1", "--agent-command", "no-such-agent"];
  const { code, stdout } = await stage.run(usual, { env: { OUT: stage.root } });
  assert.equal(code, 1, stdout);
  assert.deepEqual(linesOf(stage, "ends"), ["config 1"]);
});

Deno.test("session_end runs when the reader of the output has gone", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, { "session_end": [END] });
  const script = `echo on >"$OUT/on"; until test -e "$OUT/go"; do sleep 0.05; done
iteratr tool task-add --content "$TURN"\n`;
  await using run = await startHooked(stage, { turns: { script } });
  await run.until(() => stage.read("on") !== "");
  await run.closeStdout();
  await Deno.writeTextFile(stage.join("go"), "");
  const { code, stderr } = await stage.ended(run);
  assert.equal(code, 141, stderr);
  assert.deepEqual(linesOf(stage, "ends"), ["closed 141"]);
});

Deno.test("neither a run that finds nothing to do nor one that finds another at work runs hooks", async () => {
  await using stage = await Stage.make();
  assert.equal((await buildHooked(stage)).code, 0);
  await writeHooks(stage, { "session_start": [END], "session_end": [END] });
  assert.equal((await buildHooked(stage)).code, 0);
  assert.deepEqual(linesOf(stage, "ends"), []);
  await using run = await startHooked(stage, {
    turns: { script: `echo on >"$OUT/on"; sleep 1000\n` },
    flags: ["--name", "other"],
  });
  await run.until(() => stage.read("on") !== "");
  const before = linesOf(stage, "ends");
  const busy = await command(stage, "build", "--model", "fake/m1", "--name", "other");
  assert.equal(busy.code, 7, busy.stdout);
  assert.deepEqual(linesOf(stage, "ends"), before);
});

Deno.test("what session_end prints is held for nobody, and what it comes to changes no code", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, { "session_end": [piped("echo end-piece; exit 3"), END] });
  const { code, stdout } = await buildHooked(stage);
  assert.equal(code, 0, stdout);
  assert.deepEqual(linesOf(stage, "ends"), ["complete 0"]);
  const seen = await stage.session();
  assert.deepEqual(hooksOf(seen).map(({ held }) => held), [false, false]);
  assert.deepEqual(seen.head.held ?? [], []);
});

Deno.test("after a signal, hooks that take their time do not hold the end of the run", async () => {
  await together(["SIGTERM", "SIGINT", "SIGHUP"] as const, async (signal) => {
    await using stage = await Stage.make();
    await writeHooks(stage, { "session_end": [sleeping("ends"), sleeping("ends")] });
    await using run = await startHooked(stage, { turns: { script: WAITS } });
    await run.until(() => stage.read("on") !== "");
    run.signal(signal);
    const { code } = await run.finished(BOUND_MS);
    assert.equal(code, { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 }[signal]);
    await stage.ended(run);
    assert.deepEqual(linesOf(stage, "ends"), ["on"]);
    const seen = await stage.session();
    assert.deepEqual(hooksOf(seen).map(({ end }) => end), ["stopped"]);
    assert.equal(dataOf(seen, "run.ended").at(-1)?.["reason"], "interrupted");
  });
});

Deno.test("a signal or a stop --now while session_end runs leaves it a few seconds, and changes no ending", async () => {
  const ways: readonly ((stage: Stage, run: Run) => Promise<unknown> | void)[] = [
    (_stage, run) => run.signal("SIGTERM"),
    (stage) => command(stage, "stop", "--now"),
  ];
  await together(ways, async (act) => {
    await using stage = await Stage.make();
    await writeHooks(stage, { "session_end": [sleeping("on"), "echo never"] });
    await using run = await startHooked(stage);
    await run.until(() => stage.read("on") !== "");
    await act(stage, run);
    await run.finished(BOUND_MS);
    const { code, stdout } = await stage.ended(run);
    assert.equal(code, 0, stdout);
    const seen = await stage.session();
    assert.deepEqual(hooksOf(seen).map(({ end }) => end), ["stopped"]);
    const record = dataOf(seen, "run.ended").at(-1);
    assert.deepEqual([record?.["reason"], record?.["code"], seen.head.run], ["complete", 0, null]);
  });
});

Deno.test("a second signal ends the run at once, also while session_end runs", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, { "session_end": [sleeping("ends")] });
  await using run = await startHooked(stage, { turns: { script: WAITS } });
  await run.until(() => stage.read("on") !== "");
  run.signal("SIGTERM");
  await run.until(() => stage.read("ends") !== "");
  run.signal("SIGINT");
  const { code } = await run.finished(BOUND_MS);
  assert.equal(code, 130);
  // They have been killed, and the system may take a moment for it.
  for (let tries = 0; stage.processes().length > 0; tries++) {
    assert.ok(tries < 1000, "processes of the run are left");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
});
