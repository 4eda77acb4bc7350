import assert from "node:assert/strict";
import { FLAGS, OPTIONS, shell, subjects } from "../build/_commits.ts";
import type { Run } from "../build/_run.ts";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { beside, checkEnded, commitAll, first, retryAtOnce, told } from "../faults/_faults.ts";
import { writeHooks } from "../hooks/_hooked.ts";
import { buildCommitting, made, startCommitting } from "./_committing.ts";

const OPEN = "iteratr tool task-list | grep -q TAS-1 || iteratr tool task-add --content one\n";
const DONE = `${OPEN}iteratr tool task-status --id TAS-1 --status completed
iteratr tool session-complete
`;

/** A command that makes a commit. */
function commit(file: string, subject: string): string {
  return `echo 1 >>${file}; git add ${file}; git commit -qm "${subject}"\n`;
}

Deno.test("what a person commits while the run waits for a quota is not the agent's", async () => {
  await using stage = await Stage.make();
  const quota = 'how=error message=used_up data={"status":429,"retry_after":3600}';
  const scenario = first(stage, 1, `fails at=edits tasks=1 ${quota}`);
  await using run = await stage.start(scenario, FLAGS, OPTIONS);
  await run.until(() => /^quota {3}used up until /m.test(run.stdout));
  await shell(stage, commit("by-person", "docs: by a person"));
  checkEnded(await beside(stage, "resume"), 0);
  const finished = await stage.ended(run);
  checkEnded(finished, 0);
  assert.ok((await subjects(stage)).includes("docs: by a person"));
  const seen = made(await stage.session());
  assert.ok(seen.length > 0 && seen.every((each) => each.startsWith("run: ")), told(finished));
  assert.doesNotMatch(stage.prompts()[1] ?? "", /by a person/);
});

/** An agent that has failed once, and what the run does until it tries again. */
const PAUSES = [
  { how: "how=error", lines: "retry:\n  delays: [60s]\n", until: /^retry {3}1 of 3 in 1m00s: /m },
  {
    how: 'how=error message=used_up data={"status":429,"retry_after":3600}',
    ...{ lines: "", until: /^quota {3}used up until /m },
  },
] as const;

/** How a run is ended in the pause, with its code. */
const ENDS = [
  [8, (stage: Stage) => beside(stage, "stop")],
  [143, (_stage: Stage, run: Run) => run.signal("SIGTERM")],
  [137, (_stage: Stage, run: Run) => run.signal("SIGKILL")],
] as const;

Deno.test("what a person commits before a retry is not the agent's either when the run ends there", async () => {
  const cases = PAUSES.flatMap((pause) => ENDS.map(([code, act]) => ({ ...pause, code, act })));
  await together(cases, async ({ how, lines, until, code, act }) => {
    await using stage = await Stage.make();
    await Deno.writeTextFile(stage.project("iteratr.yml"), lines);
    await commitAll(stage).catch(() => undefined);
    const scenario = first(stage, 1, `fails at=edits tasks=1 ${how}`);
    {
      await using run = await stage.start(scenario, FLAGS, OPTIONS);
      await run.until(() => until.test(run.stdout));
      await shell(stage, commit("by-person", "docs: by a person"));
      await act(stage, run);
      assert.equal((await run.finished()).code, code, told(run));
    }
    await stage.removeStrays();
    const next = await stage.build("works tasks=1", FLAGS, OPTIONS);
    checkEnded(next, 0);
    const seen = made(await stage.session());
    assert.ok(seen.length > 0 && seen.every((each) => each.startsWith("run: ")), told(next));
  });
});

Deno.test("what a person commits a while after a kill is not the agent's, and what the agent did is", async () => {
  await using stage = await Stage.make();
  const script = `${OPEN}test "$(git log --oneline | wc -l)" = 1 || exec iteratr tool note-add \\
  --content late --type tip
${commit("by-agent", "docs: by the agent")}echo on >"$OUT/on"; sleep 1000
`;
  {
    await using run = await startCommitting(stage, script);
    await run.until(() => stage.read("on") !== "");
    run.signal("SIGKILL");
    await run.finished();
  }
  await stage.removeStrays();
  const later = new Date(Date.now() + 3_600_000).toISOString();
  await shell(
    stage,
    `export GIT_COMMITTER_DATE="${later}"; ${commit("by-person", "docs: by a person")}`,
  );
  const next = await buildCommitting(stage, DONE);
  checkEnded(next, 0);
  assert.deepEqual(await subjects(stage), ["start", "docs: by the agent", "docs: by a person"]);
  assert.deepEqual(made(await stage.session()), ["agent: docs: by the agent"], told(next));
});

/** A branch with commits of long ago: beside the usual one, or ahead of it. */
const OLD_BRANCHES = ["git checkout -q --orphan old", "git checkout -q -b old"].map((how) =>
  `branch=$(git branch --show-current); ${how}
export GIT_COMMITTER_DATE="2020-01-01T00:00:00Z" GIT_AUTHOR_DATE="2020-01-01T00:00:00Z"
for n in 1 2 3; do echo $n >old-$n; git add old-$n; git commit -qm "old: $n"; done
git checkout -q "$branch"`
);

Deno.test("what an agent finds on another branch that it checks out is not its own", async () => {
  await together(OLD_BRANCHES, async (branch) => {
    await using stage = await Stage.make();
    await shell(stage, branch);
    const checksOut = `${DONE}git checkout -q old; ${commit("by-agent", "docs: by the agent")}`;
    const finished = await buildCommitting(stage, checksOut);
    checkEnded(finished, 0);
    assert.deepEqual(
      (await subjects(stage)).slice(-4),
      ["old: 1", "old: 2", "old: 3", "docs: by the agent"],
    );
    assert.deepEqual(made(await stage.session()), ["agent: docs: by the agent"], told(finished));
  });
});

Deno.test("what was on another branch that an agent checked out before a kill is not its own either", async () => {
  await together(OLD_BRANCHES, async (branch) => {
    await using stage = await Stage.make();
    await shell(stage, branch);
    const checksOut = `${OPEN}git checkout -q old; ${
      commit("by-agent", "docs: by the agent")
    }echo on >"$OUT/on"; sleep 1000\n`;
    {
      await using run = await startCommitting(stage, checksOut);
      await run.until(() => stage.read("on") !== "");
      run.signal("SIGKILL");
      await run.finished();
    }
    await stage.removeStrays();
    const next = await buildCommitting(stage, DONE);
    checkEnded(next, 0);
    assert.deepEqual(made(await stage.session()), ["agent: docs: by the agent"], told(next));
  });
});

Deno.test("a commit of the agent counts whatever date it bears", async () => {
  await using stage = await Stage.make();
  const dated = `export GIT_COMMITTER_DATE="2020-01-01T00:00:00Z"; ${commit("a", "docs: a")}`;
  checkEnded(await buildCommitting(stage, `${DONE}${dated}`), 0);
  assert.deepEqual(made(await stage.session()), ["agent: docs: a"]);
});

Deno.test("a retry is told of the agent's commits alone, not of those of hooks", async () => {
  await together(["pre_iteration", "on_error"], async (moment) => {
    await using stage = await Stage.make();
    await writeHooks(stage, { [moment]: [commit("by-hook", "chore: by a hook")] });
    await retryAtOnce(stage);
    const script = `${OPEN}test -e by-agent || {
  ${commit("by-agent", "docs: by the agent")}  kill -9 $(cut -d' ' -f4 /proc/$PPID/stat)
  sleep 60
}
${DONE}`;
    const finished = await buildCommitting(stage, script);
    checkEnded(finished, 0);
    assert.ok((await subjects(stage)).includes("chore: by a hook"), moment);
    const again = stage.prompts()[1] ?? "";
    assert.match(again, /It has committed:\n\n {4}[0-9a-f]{7} docs: by the agent$/m, again);
    assert.doesNotMatch(again, /by a hook/, moment);
    assert.deepEqual(made(await stage.session()), ["agent: docs: by the agent"], told(finished));
  });
});
