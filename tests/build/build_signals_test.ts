import assert from "node:assert/strict";
import { isAlive } from "./_processes.ts";
import type { Finished, Run } from "./_run.ts";
import { dataOf, Stage } from "./_stage.ts";
import { together } from "./_together.ts";

/** More than any shutdown may take, and less than what an agent is waited for. */
const SHUTDOWN_MS = 20_000;

const CODES = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 } as const;
type Ending = keyof typeof CODES;

/** Waits until the agent has been asked something. */
async function asked(stage: Stage, run: Run, method: string): Promise<void> {
  await run.until(() => stage.sent(method).length > 0);
}

/** Waits for the end of a run, and looks at what every signal has to leave. */
async function endedBy(stage: Stage, run: Run, signal: Ending): Promise<Finished> {
  await run.finished(SHUTDOWN_MS);
  const ended = await stage.ended(run);
  const code = CODES[signal];
  assert.equal(ended.code, code, ended.stdout);
  const line = `interrupted (exit ${code}): ${signal} was received.`;
  assert.equal(ended.stdout.trimEnd().split("\n").at(-1), line);
  const goOn = `${line}\n  Go on: iteratr build --name SPEC --spec specs/SPEC.md --model fake/m1 `;
  assert.ok(ended.stderr.startsWith(goOn), ended.stderr);
  assert.equal(ended.stderr.split("\n").length, 3, ended.stderr);
  const seen = await stage.session();
  assert.deepEqual([seen.head.run, seen.head.iteration], [null, null]);
  const [record] = dataOf(seen, "run.ended");
  assert.deepEqual([record?.["reason"], record?.["code"]], ["interrupted", code]);
  return ended;
}

/** Waits for the end of a run that a second signal, SIGINT, has ended. */
async function endedAtOnce(stage: Stage, run: Run): Promise<void> {
  const { code } = await run.finished(SHUTDOWN_MS);
  assert.equal(code, 130);
  // They have been killed, and the system may take a moment for it.
  for (let tries = 0; stage.processes().length > 0; tries++) {
    assert.ok(tries < 1000, "processes of the run are left");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The outcomes of a session's iterations. */
async function outcomes(stage: Stage): Promise<readonly unknown[]> {
  return (await stage.session()).iterations.map(({ outcome }) => outcome);
}

Deno.test("a signal in a silent turn ends the run in order, with the signal's code", async () => {
  await together(["SIGTERM", "SIGINT", "SIGHUP"] as const, async (signal) => {
    await using stage = await Stage.make();
    await using run = await stage.start("silent after=text");
    await asked(stage, run, "session/prompt");
    run.signal(signal);
    const { stdout } = await endedBy(stage, run, signal);
    assert.match(stdout, /^-- iteration 1: interrupted/m);
    assert.deepEqual(await outcomes(stage), ["interrupted"]);
    assert.equal(stage.sent("session/cancel").length, 1);
  });
});

Deno.test("an agent that heeds no cancel, no closed stdin and no SIGTERM is ended all the same", async () => {
  await together([
    "silent after=tool",
    "silent cancel=0",
    "silent cancel=0 ignores-stdin-close",
    "silent cancel=0 ignores-stdin-close ignores-sigterm",
  ], async (scenario) => {
    await using stage = await Stage.make();
    await using run = await stage.start(scenario);
    await asked(stage, run, "session/prompt");
    run.signal("SIGTERM");
    await endedBy(stage, run, "SIGTERM");
    assert.deepEqual(await outcomes(stage), ["interrupted"]);
    const wasGentle = stage.read("log").includes('"SIGTERM"');
    assert.equal(wasGentle, scenario.endsWith("ignores-sigterm"));
  });
});

Deno.test("a signal while the agent does not answer the handshake ends the run as well", async () => {
  const cases: readonly (readonly [scenario: string, method: string])[] = [
    ["hang-initialize", "initialize"],
    ["hang-new", "session/new"],
  ];
  await together(cases, async ([scenario, method]) => {
    await using stage = await Stage.make();
    await using run = await stage.start(scenario);
    await asked(stage, run, method);
    run.signal("SIGTERM");
    await endedBy(stage, run, "SIGTERM");
    assert.deepEqual(await outcomes(stage), []);
  });
});

Deno.test("after a signal the next run goes on", async () => {
  await using stage = await Stage.make();
  {
    await using run = await stage.start("silent from=2");
    await run.until(() => stage.sent("session/prompt").length === 2);
    run.signal("SIGINT");
    await endedBy(stage, run, "SIGINT");
  }
  const { code, stdout } = await stage.build("works");
  assert.equal(code, 0, stdout);
  assert.deepEqual(await outcomes(stage), ["progress", "interrupted", "progress", "progress"]);
});

Deno.test("a second signal ends the run at once", async () => {
  await using stage = await Stage.make();
  await using run = await stage.start("silent cancel=0 ignores-stdin-close ignores-sigterm");
  await asked(stage, run, "session/prompt");
  run.signal("SIGTERM");
  await run.until(() => stage.sent("session/cancel").length > 0);
  run.signal("SIGINT");
  await endedAtOnce(stage, run);
});

/** Takes the mark of the run from a command's environment, which other systems do not show anyway. */
const UNMARKED = "exec env -u ITERATR_RUN -u ITERATR_AGENT";

Deno.test("a second signal ends an agent that is not known by its environment", async () => {
  await using stage = await Stage.make();
  const deaf = stage.agent("silent cancel=0 ignores-stdin-close ignores-sigterm");
  const agent = await stage.writeProgram("agent", `${UNMARKED} ${deaf}`);
  await using run = await stage.iteratr(["build", "-m", "fake/m1", "--agent-command", agent]);
  await asked(stage, run, "session/prompt");
  run.signal("SIGTERM");
  await run.until(() => stage.sent("session/cancel").length > 0);
  run.signal("SIGINT");
  await endedAtOnce(stage, run);
});

Deno.test("a second signal ends a hook that is not known by its environment", async () => {
  await using stage = await Stage.make();
  const began = stage.join("began");
  const script = `${UNMARKED} sh -c "trap '' TERM; echo >${began}; sleep 600"`;
  const hooks = { version: 1, hooks: { session_end: { command: script } } };
  await Deno.writeTextFile(stage.project(".iteratr.hooks.yml"), JSON.stringify(hooks));
  await using run = await stage.start("silent");
  await asked(stage, run, "session/prompt");
  run.signal("SIGTERM");
  await run.until(() => stage.read("began") !== "");
  run.signal("SIGINT");
  await endedAtOnce(stage, run);
});

Deno.test("a SIGHUP that was ignored at the start stays ignored, as under nohup", async () => {
  await using stage = await Stage.make();
  await using run = await stage.start("silent", [], { through: `trap "" HUP; exec "$@"` });
  await asked(stage, run, "session/prompt");
  run.signal("SIGHUP");
  // Had the first one counted, this would be the second one, which ends the run at once.
  run.signal("SIGTERM");
  await endedBy(stage, run, "SIGTERM");
});

/** The processes that the scenario `children` has started. */
async function family(stage: Stage, run: Run): Promise<readonly number[]> {
  await run.until(() => stage.read("pids").endsWith("\n"));
  const pids: Readonly<Record<string, number>> = JSON.parse(stage.read("pids"));
  const all = Object.values(pids);
  assert.equal(all.length, 3);
  return all;
}

Deno.test("no process of a run is left, however it ends and whatever the processes ignore", async () => {
  const ways: readonly {
    readonly scenario: string;
    readonly flags?: readonly string[];
    readonly code: number;
    readonly end?: (run: Run, pids: readonly number[]) => void | Promise<void>;
  }[] = [
    { scenario: "then=works", code: 0 },
    { scenario: "then=works holds-pipe=1", code: 0 },
    { scenario: "then=works", flags: ["-i", "1"], code: 5 },
    { scenario: "then=silent", code: 143, end: (run) => run.signal("SIGTERM") },
    {
      scenario: "then=silent holds-pipe=1 ignores-sigterm ignores-stdin-close",
      code: 130,
      end: (run) => run.signal("SIGINT"),
    },
    {
      scenario: "then=silent",
      flags: ["--no-retry"],
      code: 2,
      end: (_run, [agent]) => Deno.kill(agent ?? 0, "SIGKILL"),
    },
    {
      scenario: "then=silent holds-pipe=1 ignores-stdin-close",
      code: 141,
      end: async (run) => {
        await run.closeStdout();
        run.signal("SIGTERM");
      },
    },
  ];
  await together(ways, async ({ scenario, flags = [], code, end }) => {
    await using stage = await Stage.make();
    await using run = await stage.start(`children pids=${stage.join("pids")} ${scenario}`, flags);
    const pids = await family(stage, run);
    await end?.(run, pids);
    await run.finished(SHUTDOWN_MS);
    assert.deepEqual(pids.filter(isAlive), [], scenario);
    const ended = await stage.ended(run);
    // What ended the run first is what counts: the signal, or the pipe that the last lines found closed.
    const allowed = code === 141 ? [141, 143] : [code];
    assert.ok(allowed.includes(ended.code), `${scenario}: ${ended.code} ${ended.stdout}`);
  });
});

/** Lets an agent that closes no task go on and on. */
async function neverStall(stage: Stage): Promise<void> {
  await Deno.writeTextFile(stage.project("iteratr.yml"), "stall:\n  without_task: 100000\n");
}

Deno.test("a run whose reader has gone ends 141, in order", async () => {
  await using stage = await Stage.make();
  await neverStall(stage);
  await using run = await stage.start("edits pace=10");
  await run.until(() => run.stdout.includes("\n"));
  await run.closeStdout();
  await run.finished(SHUTDOWN_MS);
  const ended = await stage.ended(run);
  assert.equal(ended.code, 141, ended.stderr);
  const seen = await stage.session();
  assert.deepEqual([seen.head.run, seen.head.iteration], [null, null]);
  const [record] = dataOf(seen, "run.ended");
  assert.deepEqual([record?.["reason"], record?.["code"]], ["closed", 141]);
});

Deno.test("a pipe to head ends as a pipe to head should", async () => {
  await using stage = await Stage.make();
  await neverStall(stage);
  const status = stage.join("status");
  const { code, stdout } = await stage.build("edits", [], {
    through: `{ "$@"; echo $? >'${status}'; } | head -n 1`,
  });
  assert.equal(code, 0);
  assert.match(stdout, /^iteratr \S+ {2}session SPEC .*\n$/);
  assert.equal(stage.read("status"), "141\n");
});

Deno.test("a session or a work tree that is worked in is busy, and the run there goes on", async () => {
  await using stage = await Stage.make();
  await Deno.writeTextFile(stage.project("specs/other.md"), "Other.\n");
  await using run = await stage.start("silent");
  await asked(stage, run, "session/prompt");
  const others: readonly (readonly [flags: readonly string[], line: RegExp])[] = [
    [[], new RegExp(`^busy \\(exit 7\\): session SPEC is run by pid ${run.pid} on host `, "m")],
    [
      ["-s", "specs/other.md"],
      /^busy \(exit 7\): the work tree .* is in use by session SPEC/m,
    ],
  ];
  for (const [flags, line] of others) {
    await using other = await stage.start("works", flags);
    const { code, stdout, stderr } = await other.finished();
    assert.equal(code, 7, stdout);
    assert.match(stderr, line);
  }
  assert.equal(stage.starts(), 1);
  run.signal("SIGTERM");
  await endedBy(stage, run, "SIGTERM");
});

Deno.test("a run that was killed is mended by the next one", async () => {
  await using stage = await Stage.make();
  {
    await using run = await stage.start("silent from=2");
    await run.until(() => stage.sent("session/prompt").length === 2);
    run.signal("SIGKILL");
    assert.equal((await run.finished()).code, 137);
    await stage.removeStrays();
  }
  const { code, stdout } = await stage.build("works");
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^-- iteration 2: interrupted/m);
  assert.match(stdout, /^== iteration 3 =/m);
  const seen = await stage.session();
  assert.deepEqual(seen.iterations.map(({ outcome }) => outcome), [
    ...["progress", "interrupted", "progress", "progress"],
  ]);
  assert.deepEqual(dataOf(seen, "run.ended").map(({ code }) => code), [137, 0]);
});

Deno.test("what a run that was killed has left running is ended by the next one", async () => {
  await using stage = await Stage.make();
  await using run = await stage.start(
    `children pids=${stage.join("pids")} ignores-stdin-close ignores-sigterm`,
  );
  const pids = await family(stage, run);
  run.signal("SIGKILL");
  await run.finished();
  assert.deepEqual(pids.filter(isAlive), pids);
  await using next = await stage.start("works");
  const { code, stdout } = await next.finished();
  assert.equal(code, 0, stdout);
  assert.deepEqual(pids.filter(isAlive), []);
});
