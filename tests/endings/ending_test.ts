import assert from "node:assert/strict";
import { type EndingReason, exitCode, SIGNAL_CODES } from "../../src/session/ending.ts";
import { endingOf } from "../../src/commands/exit.ts";
import { keys } from "../../src/store/keys.ts";
import { openStore } from "../../src/store/open.ts";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { checkRecorded, checkTold, type ExpectedEnding } from "./_ending.ts";
import { buildScripted, configure, neverStall, scripted } from "./_scripted.ts";

const GO_ON = /^ {2}Go on: iteratr build --name SPEC --spec specs\/SPEC\.md/m;
const LOOK = /^ {2}Look: iteratr tool task-list --name SPEC$/m;

/** The table of the documentation; the compiler misses none. */
const CODES: Readonly<Record<Exclude<EndingReason, "interrupted">, number>> = {
  complete: 0,
  config: 1,
  "agent-failed": 2,
  stalled: 3,
  unverified: 4,
  iterations: 5,
  budget: 6,
  busy: 7,
  stopped: 8,
  store: 9,
  internal: 70,
  closed: 141,
};

Deno.test("every reason has the code of the table, and no two share one", () => {
  const found = [
    ...Object.keys(CODES).map((reason) => exitCode({ reason: reason as EndingReason })),
    ...(["SIGHUP", "SIGINT", "SIGTERM"] as const).map((signal) =>
      exitCode({ reason: "interrupted", signal })
    ),
  ];
  assert.deepEqual(found, [...Object.values(CODES), 129, 130, 143]);
  assert.equal(new Set(found).size, found.length);
  assert.deepEqual(Object.values(SIGNAL_CODES).toSorted(), [129, 130, 143]);
});

Deno.test("whatever is thrown and not known is a defect of ours, with what to do about it", () => {
  for (const thrown of [new Error("odd"), new TypeError("odd"), "odd", undefined, null, 7, {}]) {
    const ending = endingOf(thrown);
    assert.equal(ending.reason, "internal");
    assert.equal(exitCode(ending), 70);
    assert.match(ending.hints.join("\n"), /report/);
  }
});

/** A run from beginning to end that nobody disturbs. */
interface Course extends ExpectedEnding {
  readonly scenario: string;
  readonly flags?: readonly string[];
  readonly config?: readonly string[];
  readonly outcomes?: readonly string[];
}

const COURSES: readonly Course[] = [
  {
    scenario: "works",
    reason: "complete",
    code: 0,
    says: /^complete: 3 tasks done, after 3 iterations, /,
    outcomes: ["progress", "progress", "progress"],
  },
  {
    scenario: "works",
    flags: ["--model", "fake/nope"],
    reason: "config",
    code: 1,
    says: /the agent knows no model "fake\/nope"/,
    hint: /^ {2}It knows: fake\/m1, /m,
    outcomes: [],
  },
  {
    scenario: "empty",
    reason: "stalled",
    code: 3,
    says: /no task or file changed in 3 iterations\. No task has been added yet\.$/,
    hint: new RegExp(`${LOOK.source}\n${GO_ON.source}`, "m"),
    outcomes: ["idle", "idle", "idle"],
  },
  {
    scenario: "edits",
    config: ["stall:", "  without_task: 4"],
    reason: "stalled",
    code: 3,
    says: /no task was closed in 4 iterations in a row\./,
    hint: GO_ON,
    outcomes: ["progress", "progress", "progress", "progress"],
  },
  {
    scenario: "edits",
    flags: ["--iterations", "2"],
    reason: "iterations",
    code: 5,
    says: /the limit of 2 iterations is reached with 0 tasks open, after 2 iterations, /,
    hint: GO_ON,
    outcomes: ["progress", "progress"],
  },
  {
    scenario: "silent after=text",
    flags: ["--max-time", "1s"],
    reason: "budget",
    code: 6,
    says: /the time budget of 1\S* is used up with 0 tasks open, after 1 iteration, /,
    hint: /^ {2}Give it more: --max-time /m,
  },
];

Deno.test("every ending that comes by itself has its code, its line and its record", async () => {
  await together(COURSES, async ({ scenario, flags = [], config, outcomes, ...expected }) => {
    await using stage = await Stage.make();
    if (config !== undefined) await configure(stage, ...config);
    const finished = await stage.build(scenario, flags);
    checkTold(finished, expected);
    const seen = await stage.session();
    checkRecorded(seen, expected);
    if (outcomes !== undefined) {
      assert.deepEqual(seen.iterations.map(({ outcome }) => outcome), outcomes, scenario);
    }
  });
});

Deno.test("a run whose agent fails counts the iteration in which it did", async () => {
  await using stage = await Stage.make();
  const finished = await stage.build("crash at=mid from=2", ["--no-retry"]);
  const expected = { reason: "agent-failed", code: 2 };
  const hint = /^ {2}Its last words: .*told to crash/m;
  checkTold(finished, { ...expected, says: /agent/, hint });
  const seen = await stage.session();
  assert.deepEqual(seen.iterations.map(({ outcome }) => outcome), ["progress", "failed"]);
  checkRecorded(seen, expected);
});

Deno.test("a run that is declared complete with only blocked tasks left ends as stalled", async () => {
  await using stage = await Stage.make();
  const finished = await buildScripted(stage, {
    script: `
      iteratr tool task-add --content "Ask the boss"
      iteratr tool task-status --id TAS-1 --status blocked
      iteratr tool session-complete
    `,
    say: "I can do no more.",
  });
  const expected = { reason: "stalled", code: 3 };
  checkTold(finished, {
    ...expected,
    says: /only blocked tasks are left\. Open: TAS-1 Ask the boss \(blocked\)\.$/,
    hint: /^ {2}Unblock: iteratr tool task-status --name SPEC --id ID --status remaining$/m,
  });
  const seen = await stage.session();
  checkRecorded(seen, expected);
  assert.equal(seen.iterations.length, 1);
});

Deno.test("a run with only blocked tasks left that nobody declares ends as stalled as well", async () => {
  await using stage = await Stage.make();
  const finished = await buildScripted(stage, {
    script: '[ "$TURN" != 1 ] || iteratr tool task-add --content "Ask the boss" --status blocked',
    say: "TAS-1 is blocked.",
  });
  checkTold(finished, {
    reason: "stalled",
    code: 3,
    says: /^stalled .* Open: TAS-1 Ask the boss \(blocked\)\.$/,
    hint: GO_ON,
  });
  checkRecorded(await stage.session(), { reason: "stalled", code: 3 });
});

Deno.test("completion outranks every limit that is reached in the same iteration", async () => {
  const tasks = "iteratr tool task-add --content one --status completed\n";
  const declared = `${tasks}iteratr tool session-complete`;
  await together([
    { script: declared, flags: ["--iterations", "1"] },
    { script: tasks, flags: ["--iterations", "1"] },
    { script: `${declared}\nsleep 30`, flags: ["--max-time", "2s"] },
    { script: `${tasks}\nsleep 30`, flags: ["--max-time", "2s"] },
    { script: `${declared}\nenv -u ITERATR_RUN iteratr stop`, flags: [] },
  ], async ({ script, flags }) => {
    await using stage = await Stage.make();
    const finished = await buildScripted(stage, { script, say: "Done." }, flags);
    checkTold(finished, { reason: "complete", code: 0, says: /1 task done, after 1 iteration/ });
    checkRecorded(await stage.session(), { reason: "complete", code: 0 });
  });
});

Deno.test("a run that is ended from outside has its code, its line and its record", async () => {
  const ways: readonly (ExpectedEnding & {
    readonly how: (stage: Stage, pid: number) => Promise<void> | void;
  })[] = [
    ...(["SIGHUP", "SIGINT", "SIGTERM"] as const).map((signal) => ({
      reason: "interrupted",
      code: SIGNAL_CODES[signal],
      says: new RegExp(`${signal} was received\\.$`),
      hint: GO_ON,
      how: (_stage: Stage, pid: number): void => Deno.kill(pid, signal),
    })),
    {
      reason: "stopped",
      code: 8,
      says: /stopped as asked/,
      hint: GO_ON,
      how: async (stage) => {
        await using asking = await stage.iteratr(["stop", "--now"]);
        assert.equal((await asking.finished()).code, 0, asking.stderr);
      },
    },
  ];
  await together(ways, async ({ how, ...expected }) => {
    await using stage = await Stage.make();
    await using run = await stage.start("silent after=tool");
    await run.until(() => stage.sent("session/prompt").length > 0);
    await how(stage, run.pid);
    checkTold(await stage.ended(run), expected);
    const seen = await stage.session();
    checkRecorded(seen, expected);
    assert.deepEqual(seen.iterations.map(({ outcome }) => outcome), ["interrupted"]);
    assert.equal(stage.sent("session/cancel").length, 1);
  });
});

Deno.test("a run whose reader goes away has its record", async () => {
  await using stage = await Stage.make();
  await neverStall(stage);
  await using run = await stage.start("edits pace=5");
  await run.until(() => run.stdout.includes("\n"));
  await run.closeStdout();
  assert.equal((await stage.ended(run)).code, 141);
  checkRecorded(await stage.session(), { reason: "closed", code: 141 });
});

Deno.test("of two that start at once one runs and the other one is busy, and leaves no record", async () => {
  await using stage = await Stage.make();
  await using one = await stage.start("silent");
  await using two = await stage.start("silent");
  const [first, second] = await Promise.race([
    one.finished().then(() => [two, one] as const),
    two.finished().then(() => [one, two] as const),
  ]);
  checkTold(await second.finished(), {
    reason: "busy",
    code: 7,
    says: new RegExp(`session SPEC is run by pid ${first.pid} on host `),
  });
  await first.until(() => stage.sent("session/prompt").length > 0);
  first.signal("SIGTERM");
  assert.equal((await stage.ended(first)).code, 143);
  const seen = await stage.session();
  assert.deepEqual(dataOf(seen, "run.ended").map(({ reason }) => reason), ["interrupted"]);
});

Deno.test("a run that loses its store ends with what could be saved in a file", async () => {
  const data = (stage: Stage): string => stage.project(".iteratr");
  const ways: readonly {
    readonly says: RegExp;
    readonly how: (stage: Stage) => Promise<void>;
  }[] = [
    {
      says: /was deleted while the run was going on/,
      how: (stage) => Deno.remove(data(stage), { recursive: true }),
    },
    {
      says: /was replaced while the run was going on/,
      how: async (stage) => {
        await Deno.copyFile(`${data(stage)}/iteratr.db`, stage.join("copy"));
        await Deno.rename(stage.join("copy"), `${data(stage)}/iteratr.db`);
      },
    },
  ];
  await together(ways, async ({ says, how }) => {
    await using stage = await Stage.make();
    await using run = await stage.start("silent after=text");
    await run.until(() => run.stdout.includes("== iteration 1 "));
    await run.until(() => stage.sent("session/prompt").length > 0);
    await how(stage);
    const finished = await stage.ended(run);
    checkTold(finished, { reason: "store", code: 9, says });
    const path = /What could be saved is in (\S+\.jsonl)/.exec(finished.stdout)?.[1];
    assert.ok(path !== undefined, finished.stdout);
    const saved = (await Deno.readTextFile(path)).trimEnd().split("\n");
    for (const line of saved) JSON.parse(line);
    for (const type of ["run.started", "iteration.started", "agent.message"]) {
      assert.ok(saved.some((line) => line.includes(`"${type}"`)), `${type} is not in the file`);
    }
  });
});

Deno.test("a session that vanishes under its run ends it, with a line that explains", async () => {
  await using stage = await Stage.make();
  await neverStall(stage);
  await using run = await stage.start("edits pace=5");
  await run.until(() => run.stdout.includes("== iteration 2 "));
  {
    const directory = stage.project(".iteratr");
    await using store = await openStore({ directory, create: false });
    await store.kv.delete(keys.head("SPEC"));
  }
  const { code, stderr } = await stage.ended(run);
  assert.ok(code === 9 || code === 70, stderr);
  assert.match(stderr, /^(store|internal) \(exit \d+\): .*SPEC/m);
});

Deno.test("with both outputs in one file, what to do next stands behind the line of the ending, and last", async () => {
  const flags: readonly (readonly string[])[] = [[], ["--quiet"]];
  await together(flags, async (more) => {
    await using stage = await Stage.make();
    const through = `exec "$@" >"${stage.join("both")}" 2>&1`;
    const { code } = await stage.build("works", ["-i", "1", ...more], { through });
    assert.equal(code, 5);
    const lines = stage.read("both").trimEnd().split("\n");
    const at = lines.findLastIndex((line) => line.startsWith("iterations (exit 5): "));
    const all = lines.join("\n");
    assert.ok(at >= 0 && at < lines.length - 1, all);
    assert.ok(lines.slice(at + 1).every((line) => line.startsWith("  ")), all);
    assert.equal(all.match(GO_ON)?.length, 1, all);
    assert.equal(lines.filter((line) => line.startsWith("iterations (exit 5): ")).length, 1, all);
  });
});

Deno.test("what to do next stands behind the line of the ending also when the reader of both is late", async () => {
  await using stage = await Stage.make();
  // More than a pipe holds, so that the output waits when the run ends.
  const says = Array.from({ length: 4_000 }, (_, n) => `This is sentence ${n} of many.`).join("\n");
  const command = await scripted(stage, {
    script: "iteratr tool task-add --content one\n",
    say: `${says}\n`,
  });
  const hook = `touch "${stage.join("go")}"`;
  const hooks = { version: 1, "session_end": { command: hook } };
  await Deno.writeTextFile(stage.project(".iteratr.hooks.yml"), JSON.stringify(hooks));
  const through = `"$@" 2>&1 | {
    until test -e "${stage.join("go")}"; do sleep 0.05; done; sleep 0.7; cat >"${
    stage.join("both")
  }"
  }`;
  const words = ["build", "--model", "fake/m1", "--no-auto-commit", "--agent-command", command];
  await stage.run([...words, "-i", "1"], { through });
  const lines = stage.read("both").trimEnd().split("\n");
  const at = lines.findLastIndex((line) => line.startsWith("iterations (exit 5): "));
  const tail = lines.slice(-8).join("\n");
  assert.ok(stage.read("both").length > 100_000, "the pipe was never full");
  assert.ok(at >= 0 && at < lines.length - 1, tail);
  assert.ok(lines.slice(at + 1).every((line) => line.startsWith("  ")), tail);
});
