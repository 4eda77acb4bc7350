import assert from "node:assert/strict";
import type { Finished } from "../build/_run.ts";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { buildScripted, configure } from "./_scripted.ts";

const COMMIT = [
  'echo "$TURN" >>work.txt',
  "git add work.txt",
  'git -c user.name=A -c user.email=a@example.org commit -q -m "step $TURN"',
].join("\n");

async function outcomes(stage: Stage): Promise<readonly unknown[]> {
  return (await stage.session()).iterations.map(({ outcome }) => outcome);
}

function repeated<T>(value: T, times: number): readonly T[] {
  return Array.from({ length: times }, () => value);
}

Deno.test("a turn that only asks is no progress; its question is shown and stored", async () => {
  await using stage = await Stage.make();
  const { code, stdout } = await stage.build("asks");
  assert.equal(code, 3, stdout);
  const question = "Before I start: should the files be written in English or in French?";
  const seen = await stage.session();
  assert.deepEqual(dataOf(seen, "agent.question"), repeated({ text: question }, 3));
  assert.deepEqual(
    seen.events.filter(({ type }) => type === "agent.question").map(({ iteration }) => iteration),
    [1, 2, 3],
  );
  const shown = stdout.split("\n").filter((line) => line.startsWith("asked "));
  assert.equal(shown.length, 3, stdout);
  assert.ok(shown.every((line) => line.includes("Before I start: should the files")), stdout);
  assert.ok(shown.every((line) => line.endsWith("(nobody will answer)")), stdout);
});

Deno.test("a question is told as such only when nothing else came of the turn", async () => {
  await using stage = await Stage.make();
  const { code, stdout } = await buildScripted(
    stage,
    { script: 'echo "$TURN" >>work.txt', say: "I went on. Is that what you want?" },
    ["-i", "2"],
  );
  assert.equal(code, 5, stdout);
  assert.deepEqual(dataOf(await stage.session(), "agent.question"), []);
  assert.doesNotMatch(stdout, /^asked/m);
});

Deno.test("a claim in prose that all is done is no progress, and completes nothing", async () => {
  await together([
    "All tasks are completed. I ran `iteratr tool session-complete`. The session is COMPLETE.",
    "session-complete",
    '{"status":"completed","session":"complete"}',
    "<promise>DONE</promise>",
  ], async (say) => {
    await using stage = await Stage.make();
    const { code, stdout } = await buildScripted(stage, { say });
    assert.equal(code, 3, stdout);
    assert.deepEqual(await outcomes(stage), repeated("idle", 3));
    assert.equal((await stage.session()).head.complete, false);
  });
});

Deno.test("an agent that turns to and fro between states makes no progress", async () => {
  await together([
    // Files, among three states.
    { script: 'echo "$((TURN % 3))" >state.txt', progress: 3 },
    // A task's status.
    {
      script: '[ "$TURN" != 1 ] || iteratr tool task-add --content one\n' +
        "[ $((TURN % 2)) = 1 ] && status=in_progress || status=remaining\n" +
        'iteratr tool task-status --id TAS-1 --status "$status"',
      progress: 2,
    },
    // A file that comes and goes.
    { script: "if [ -e x ]; then rm x; else echo x >x; fi", progress: 1 },
  ], async ({ script, progress }) => {
    await using stage = await Stage.make();
    const { code, stdout } = await buildScripted(stage, { script, say: "Better now." }, [
      ...["--iterations", "12"],
    ]);
    assert.equal(code, 3, stdout);
    assert.deepEqual(await outcomes(stage), [
      ...repeated("progress", progress),
      ...repeated("idle", 3),
    ], script);
  });
});

/** A long task: nothing is closed, but each turn leaves something. */
async function longTask(script: string, prepare?: (stage: Stage) => Promise<void>): Promise<{
  readonly finished: Finished;
  readonly outcomes: readonly unknown[];
}> {
  await using stage = await Stage.make();
  await prepare?.(stage);
  const turns = { script: `${script}\n:`, say: "I go on with TAS-1." };
  const finished = await buildScripted(stage, turns, ["--stall", "1"]);
  return { finished, outcomes: await outcomes(stage) };
}

const ADD = '[ "$TURN" != 1 ] || iteratr tool task-add --content one --status in_progress\n';

Deno.test("a long task is no false alarm for 19 iterations, and ends at the 20th", async () => {
  const ways: readonly (readonly [
    script: string,
    prepare?: (stage: Stage) => Promise<void>,
  ])[] = [
    [`${ADD}echo "$TURN" >>work.txt`],
    [`${ADD}${COMMIT}`],
    [`${ADD}iteratr tool task-add --content "part $TURN"`],
    [
      `${ADD}echo "$TURN" >>work.txt`,
      (stage) => Deno.remove(stage.project(".git"), { recursive: true }),
    ],
  ];
  await together(ways, async ([script, prepare]) => {
    const { finished, outcomes } = await longTask(script, prepare);
    assert.equal(finished.code, 3, finished.stdout);
    assert.match(finished.stderr, /^stalled .*: no task was closed in 20 iterations in a row\./m);
    assert.deepEqual(outcomes, repeated("progress", 20), script);
  });
});

Deno.test("a task that is closed starts the count of iterations without one anew", async () => {
  await using stage = await Stage.make();
  await configure(stage, "stall:", "  without_task: 3");
  const { code, stdout, stderr } = await buildScripted(stage, {
    script: 'iteratr tool task-add --content "part $TURN"\n' +
      '[ "$TURN" != 3 ] || iteratr tool task-status --id TAS-1 --status completed',
    say: "Next.",
  });
  assert.equal(code, 3, stdout);
  assert.match(stderr, /no task was closed in 3 iterations in a row/);
  assert.deepEqual(await outcomes(stage), repeated("progress", 6));
});

Deno.test("outside of git a file that changes is progress, and one that does not is none", async () => {
  await using stage = await Stage.make();
  await Deno.remove(stage.project(".git"), { recursive: true });
  const script = '[ "$TURN" -gt 2 ] || echo "$TURN" >>work.txt';
  const { code, stdout } = await buildScripted(stage, { script, say: "Hm." });
  assert.equal(code, 3, stdout);
  assert.deepEqual(await outcomes(stage), ["progress", "progress", "idle", "idle", "idle"]);
});

Deno.test("--stall says how many idle iterations end a run, and must be at least 1", async () => {
  await using stage = await Stage.make();
  const { code, stderr } = await stage.build("empty", ["--stall", "1"]);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /no task or file changed in 1 iteration\./);
  for (const bad of ["0", "-1", "08", "1e9", "abc"]) {
    const refused = await stage.build("empty", [`--stall=${bad}`]);
    assert.equal(refused.code, 1, bad);
    assert.match(refused.stderr, /^config \(exit 1\): .*stall.*whole number from 1 up/m, bad);
  }
  assert.equal(stage.starts(), 1);
});
