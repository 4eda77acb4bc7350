import assert from "node:assert/strict";
import { endProcesses } from "../build/_processes.ts";
import type { Finished } from "../build/_run.ts";
import { Stage } from "../build/_stage.ts";
import { type Phase, reach } from "./_kills.ts";
import { checkLog, checkStore, checkTakenUp, endingsOf } from "./_log.ts";
import { newSeed, pick, randomFrom, shuffle } from "./_random.ts";

/** Twenty kills that meet all phases of a run. */
const PHASES: readonly Phase[] = [
  ...Array.from({ length: 5 }, (): Phase => "before the turn"),
  ...Array.from({ length: 5 }, (): Phase => "in a turn"),
  ...Array.from({ length: 6 }, (): Phase => "in a tool call"),
  ...Array.from({ length: 4 }, (): Phase => "between iterations"),
];
/** More than the killed runs can get done. */
const TASKS = 16;

/** Agents that go when their client does, and one that has to be found and ended. */
const MANNERS = ["", "", " ignores-stdin-close life=120"] as const;

Deno.test("twenty runs that are killed at any moment lose nothing and leave nothing", async () => {
  const seed = newSeed();
  const random = randomFrom(seed);
  const told: string[] = [`ITERATR_TEST_SEED=${seed}`];
  try {
    await using stage = await Stage.make();
    const notes: string[] = [];
    const early = new Set<string>();
    for (const [nth, phase] of shuffle(PHASES, random).entries()) {
      told.push(phase);
      await using run = await stage.start(`works tasks=${TASKS} pace=60${pick(MANNERS, random)}`);
      await reach(phase, stage, run, random);
      const note = `Seen before kill ${nth + 1}.`;
      const noting = nth % 4 === 3 ? noted(stage, note) : Promise.resolve(false);
      run.signal("SIGKILL");
      await run.finished();
      for (const name of phase === "before the turn" ? stage.strays() : []) early.add(name);
      if (await noting) notes.push(note);
    }
    const last = await finish(stage, `works tasks=${TASKS} per-turn=5`);
    assert.equal(last.code, 0, last.stdout);
    // A run that was killed before it had the lease is known to nobody (see the test below).
    assert.deepEqual(stage.strays().filter((name) => !early.has(name)), []);
    await stage.removeStrays();

    const seen = await stage.session();
    checkLog(seen);
    assert.deepEqual(
      seen.notes.map(({ text }) => text).filter((text) => notes.includes(text)),
      notes,
    );
    assert.equal(seen.tasks.length, TASKS);
    assert.deepEqual(new Set(seen.tasks.map(({ text }) => text)).size, TASKS);
    assert.ok(seen.tasks.every(({ status }) => status === "completed"));
    for (const { n } of seen.tasks) {
      assert.equal(stage.read(`project/out-${n}.txt`), `Write file ${n}\n`);
    }
    checkTakenUp(seen);
    const endings = endingsOf(seen);
    assert.deepEqual(endings, [...endings.slice(1).map(() => 137), 0]);
    await checkStore(stage);
  } catch (error) {
    throw new Error(told.join(", "), { cause: error });
  }
});

/** Runs to the end, which must leave no process of any run. */
async function finish(stage: Stage, scenario: string): Promise<Finished> {
  await using run = await stage.start(scenario);
  const finished = await run.finished();
  assert.deepEqual(stage.processes(), [], "processes of a run are left");
  return finished;
}

Deno.test("the task that a killed run was at is taken up first by the next one", async () => {
  await using stage = await Stage.make();
  {
    await using run = await stage.start("works tasks=3 pace=1000", ["--json"]);
    await run.until(() => run.stdout.includes('"in_progress"'));
    run.signal("SIGKILL");
    await run.finished();
  }
  // Something more urgent must wait for it.
  const words = ["tool", "task-add", "--name", "SPEC", "--content", "Hurry", "--priority", "0"];
  {
    await using adding = await stage.iteratr(words);
    const { code, stderr } = await adding.finished();
    assert.equal(code, 0, stderr);
  }
  const { code, stdout } = await stage.build("works");
  assert.equal(code, 0, stdout);
  const seen = await stage.session();
  checkLog(seen);
  assert.equal(checkTakenUp(seen), 1);
  assert.deepEqual(endingsOf(seen), [137, 0]);
});

Deno.test({
  name: "the directory of a run that was killed before it had the lease goes with the next run",
  fn: async () => {
    await using stage = await Stage.make();
    // Git is asked before the lease is taken: a slow one keeps the run at that point.
    const git = await stage.writeProgram("git", "exec sleep 5");
    {
      await using run = await stage.start("works");
      await run.until(() => stage.strays().length > 0);
      run.signal("SIGKILL");
      await run.finished();
    }
    await Deno.remove(git);
    await endProcesses(() => stage.processes());
    const { code, stdout } = await stage.build("works");
    assert.equal(code, 0, stdout);
  },
});

Deno.test({
  name:
    "a run that was killed after all was done is mended by the next one, which has nothing to do",
  fn: async () => {
    await using stage = await Stage.make();
    {
      const scenario = "works tasks=1 ignores-stdin-close life=120";
      await using run = await stage.start(scenario, ["--json"]);
      await run.until(() => run.stdout.includes('"session.completed"'));
      run.signal("SIGKILL");
      await run.finished();
    }
    const { code, stdout } = await stage.build("works");
    assert.equal(code, 0, stdout);
    const seen = await stage.session();
    checkLog(seen);
    assert.equal(endingsOf(seen)[0], 137);
  },
});

/** Leaves a note beside the run. @returns whether it was taken; before the first run nobody takes it. */
async function noted(stage: Stage, text: string): Promise<boolean> {
  const words = ["tool", "note-add", "--name", "SPEC", "--type", "tip", "--content", text];
  await using run = await stage.iteratr(words);
  return (await run.finished()).code === 0;
}
