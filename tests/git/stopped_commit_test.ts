import assert from "node:assert/strict";
import { files, shell, subjects } from "../build/_commits.ts";
import type { Run } from "../build/_run.ts";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { beside, checkEnded, outcomes, told } from "../faults/_faults.ts";
import { sleeping, writeHooks } from "../hooks/_hooked.ts";
import { buildCommitting, made, startCommitting, writeGitHook } from "./_committing.ts";

/** A run that was told to end does so within this, whatever its hooks do. */
const BOUND_MS = 20_000;

const WORK = "echo 1 >work.txt\n";
const OPEN = `${WORK}iteratr tool task-add --content one\n`;
const DONE = `${WORK}iteratr tool task-add --content one --status completed
iteratr tool session-complete
`;
const CLOSE = `iteratr tool task-status --id TAS-1 --status completed
iteratr tool session-complete
`;

/** Sleeps the first time, together with a child of it. */
const SLEEPS = "test -e ../on && exit 0; echo on >../on; sleep 60 & sleep 60";

interface Way {
  readonly code: number;
  act(stage: Stage, run: Run): Promise<unknown> | void;
}

const WAYS: readonly Way[] = [
  { code: 143, act: (_stage, run) => run.signal("SIGTERM") },
  { code: 130, act: (_stage, run) => run.signal("SIGINT") },
  { code: 8, act: (stage) => beside(stage, "stop", "--now") },
];

const CASES = WAYS.flatMap((way) => [{ ...way, script: DONE }, { ...way, script: OPEN }]);

Deno.test("a run that is told to end while a hook of git keeps its commit waiting ends, and the next one commits", async () => {
  await together(CASES, async ({ code, act, script }) => {
    await using stage = await Stage.make();
    await writeGitHook(stage, "pre-commit", SLEEPS);
    {
      await using run = await startCommitting(stage, script);
      await run.until(() => stage.read("on") !== "");
      await act(stage, run);
      await run.finished(BOUND_MS);
      checkEnded(await stage.ended(run), code);
    }
    assert.deepEqual(await subjects(stage), ["start"]);
    assert.equal(await shell(stage, "git status --porcelain"), "?? work.txt\n");
    const broken = await stage.session();
    assert.deepEqual(outcomes(broken), [[1, "interrupted"]]);
    assert.deepEqual(made(broken), []);

    const next = await buildCommitting(stage, CLOSE);
    checkEnded(next, 0, script === DONE ? /^complete: 1 task done, after 0 iter/ : /^complete: /);
    assert.ok((await files(stage)).includes("work.txt"), told(next));
    assert.equal(await shell(stage, "git status --porcelain"), "");
    assert.equal(made(await stage.session()).length, 1);
    assert.equal(stage.prompts().length, script === DONE ? 1 : 2);
    checkEnded(await buildCommitting(stage, DONE), 0, /nothing to do/);
  });
});

Deno.test("a run that is told to end in a post_iteration hook begins no commit, and the next one makes it", async () => {
  await together(WAYS, async ({ code, act }) => {
    await using stage = await Stage.make();
    await writeGitHook(stage, "pre-commit", "echo on >>../commits");
    await writeHooks(stage, { "post_iteration": [sleeping("on")] });
    await shell(stage, "git add -A; git commit -qm hooks; rm -f ../commits");
    {
      await using run = await startCommitting(stage, DONE);
      await run.until(() => stage.read("on") !== "");
      await act(stage, run);
      await run.finished(BOUND_MS);
      checkEnded(await stage.ended(run), code);
    }
    assert.equal(stage.read("commits"), "");
    assert.deepEqual(await subjects(stage), ["start", "hooks"]);
    const broken = await stage.session();
    assert.deepEqual(outcomes(broken), [[1, "interrupted"]]);
    assert.deepEqual(dataOf(broken, "commit.refused"), []);
    const next = await buildCommitting(stage, DONE);
    checkEnded(next, 0, /^complete: 1 task done, after 0 iterations/);
    assert.equal(stage.read("commits"), "on\n");
    assert.ok((await files(stage)).includes("work.txt"));
    checkEnded(await buildCommitting(stage, DONE), 0, /nothing to do/);
  });
});

Deno.test("work that could not be committed is told at the end", async () => {
  await using stage = await Stage.make();
  await writeGitHook(stage, "pre-commit", "echo lint failed; exit 1");
  const finished = await buildCommitting(stage, DONE);
  checkEnded(finished, 0, /^complete: 2 tasks done, after .*; 1 file could not be committed\.$/);
  // The second time in the extra turn, in which the agent is told.
  assert.equal(dataOf(await stage.session(), "commit.refused").length, 2);
  assert.equal(await shell(stage, "git status --porcelain"), "?? work.txt\n");
});

Deno.test("a file whose name is no UTF-8 is left uncommitted, which is said once, and all else is committed", async () => {
  await using stage = await Stage.make();
  const script = `printf 1 >"$(printf 'bad\\377name')"; echo "$TURN" >"work-$TURN.txt"
test "$TURN" = 1 && exec iteratr tool task-add --content one
iteratr tool task-status --id TAS-1 --status completed; iteratr tool session-complete
`;
  const finished = await buildCommitting(stage, script);
  checkEnded(finished, 0);
  const seen = await stage.session();
  assert.equal(seen.iterations.length, 2);
  const warnings = dataOf(seen, "warning").filter(({ message }) => /UTF-8/.test(`${message}`));
  assert.equal(warnings.length, 1, told(finished));
  assert.match(
    String(warnings[0]?.["message"]),
    /^left uncommitted, .* not valid UTF-8: bad.name$/,
  );
  assert.deepEqual(await files(stage), ["specs/SPEC.md", "work-1.txt", "work-2.txt"]);
  assert.equal(await shell(stage, "git status --porcelain"), '?? "bad\\377name"\n');
  assert.deepEqual(dataOf(seen, "commit.refused"), []);
});
