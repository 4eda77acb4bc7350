import assert from "node:assert/strict";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { scripted } from "../endings/_scripted.ts";
import { buildHooked, writeHooks } from "./_hooked.ts";

const IDENTITY = {
  GIT_AUTHOR_NAME: "A",
  GIT_AUTHOR_EMAIL: "a@example.org",
  GIT_COMMITTER_NAME: "A",
  GIT_COMMITTER_EMAIL: "a@example.org",
};

Deno.test("what a hook changes is no progress of the agent: the run stalls all the same", async () => {
  const moments = ["session_start", "pre_iteration", "post_iteration"];
  const changes = [
    "date +%s%N >>changed.txt",
    "date +%s%N >>specs/SPEC.md",
    `iteratr tool task-add --content "from a hook $(date +%s%N)"`,
    "git commit -q --allow-empty -m hook",
  ];
  const cases = moments.flatMap((moment) => changes.map((change) => ({ moment, change })));
  await together(cases, async ({ moment, change }) => {
    await using stage = await Stage.make();
    await writeHooks(stage, { [moment]: [change] });
    const { code, stdout } = await buildHooked(stage, {
      turns: { script: "true\n" },
      flags: ["--stall", "2", "-i", "6"],
      env: IDENTITY,
    });
    assert.equal(code, 3, `${moment}: ${change}\n${stdout}`);
    const { iterations } = await stage.session();
    assert.deepEqual(iterations.map(({ outcome }) => outcome), ["idle", "idle"]);
  });
});

Deno.test("what the agent changes beside hooks is progress", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "pre_iteration": ["date +%s%N >>changed.txt"],
    "post_iteration": ["date +%s%N >>changed.txt"],
  });
  const { code, stdout } = await buildHooked(stage, {
    turns: { script: `echo "$TURN" >>work.txt\n` },
    flags: ["--stall", "1", "-i", "3"],
  });
  assert.equal(code, 5, stdout);
});

Deno.test("a hook's commit is not said to be the agent's, whenever it is made", async () => {
  const moments = [
    ...["session_start", "pre_iteration", "on_task_complete", "post_iteration", "session_end"],
  ];
  await together(moments, async (moment) => {
    await using stage = await Stage.make();
    await writeHooks(stage, {
      [moment]: ["echo x >>hook.txt; git add hook.txt; git commit -q -m from-the-hook hook.txt"],
    });
    const script = `iteratr tool task-add --content "$TURN" --status completed
echo "$TURN" >>agent.txt; git add agent.txt; git commit -q -m from-the-agent agent.txt
echo "$TURN" >>rest.txt
test "$TURN" = 2 && iteratr tool session-complete || iteratr tool task-add --content more
test "$TURN" = 2 && iteratr tool task-status --id TAS-2 --status cancelled
iteratr tool session-complete
`;
    const agent = await scripted(stage, { script });
    const args = ["build", "--model", "fake/m1", "--agent-command", agent, "-i", "2"];
    const { code, stdout } = await stage.run(args, { env: IDENTITY });
    assert.ok(code === 0 || code === 5, stdout);
    const commits = dataOf(await stage.session(), "commit.made");
    const agents = commits.filter(({ by }) => by === "agent").map(({ subject }) => subject);
    assert.deepEqual(agents, ["from-the-agent", "from-the-agent"], moment);
    assert.equal(commits.filter(({ by }) => by === "run").length, 2, moment);
    const log = await new Deno.Command("git", {
      args: ["log", "--format=%s"],
      cwd: stage.project(),
    }).output();
    assert.match(new TextDecoder().decode(log.stdout), /^from-the-hook$/m);
  });
});

Deno.test("what a hook formats after the turn goes into the iteration's commit", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, { "post_iteration": ["echo formatted >work.txt"] });
  const script = `echo raw >work.txt
iteratr tool task-add --content one --status completed
iteratr tool session-complete
`;
  const agent = await scripted(stage, { script });
  const args = ["build", "--model", "fake/m1", "--agent-command", agent];
  const { code, stdout } = await stage.run(args, { env: IDENTITY });
  assert.equal(code, 0, stdout);
  const shown = await new Deno.Command("git", {
    args: ["show", "HEAD:work.txt"],
    cwd: stage.project(),
  }).output();
  assert.equal(new TextDecoder().decode(shown.stdout), "formatted\n");
});

Deno.test("a gate's commit is not said to be the agent's", async () => {
  await using stage = await Stage.make();
  const script = `iteratr tool task-add --content "$TURN" --status completed
echo "$TURN" >>agent.txt; git add agent.txt; git commit -q -m from-the-agent agent.txt
iteratr tool session-complete
`;
  const agent = await scripted(stage, { script });
  const gate = `git commit -q --allow-empty -m from-the-gate; grep -q 2 agent.txt`;
  const args = ["build", "--model", "fake/m1", "--agent-command", agent, "--verify", gate];
  const { code, stdout } = await stage.run(args, { env: IDENTITY });
  assert.equal(code, 0, stdout);
  const commits = dataOf(await stage.session(), "commit.made");
  assert.deepEqual(commits.map(({ by, subject }) => [by, subject]), [
    ["agent", "from-the-agent"],
    ["agent", "from-the-agent"],
  ]);
});
