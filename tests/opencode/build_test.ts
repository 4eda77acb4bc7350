import assert from "node:assert/strict";
import { join } from "node:path";
import { diligentWorker } from "../../scripts/opencode/diligent_worker.ts";
import { onStage } from "./_stage.ts";

const SPEC = `# Three files

- [ ] Write \`one.txt\`
- [ ] Write \`two.txt\` (after: 1)
- [ ] Write \`three.txt\`
`;

Deno.test("build drives the real opencode through three tasks to complete", async () => {
  await onStage({ brain: diligentWorker(), spec: SPEC }, async (stage) => {
    const first = await stage.build();
    assert.equal(first.code, 0, first.stdout + first.stderr);
    assert.match(
      first.stdout,
      /^iteratr \S+ {2}session job {2}spec specs\/job\.md {2}model \S+$/m,
    );
    assert.match(first.stdout, /^agent {3}OpenCode /m);
    assert.match(first.stdout, /^task {4}TAS-2 Write `two\.txt` +waits for TAS-1$/m);
    assert.match(first.stdout, /^tool {4}write .*one\.txt +\+1 -0$/m);
    assert.match(first.stdout, /^complete: 3 tasks done, after 3 iterations/m);
    assert.equal(first.stderr, "");
    for (const name of ["one.txt", "two.txt", "three.txt"]) {
      assert.match(await Deno.readTextFile(join(stage.project, name)), /Write/);
    }
    const calls = stage.model.requests.length;
    const list = await stage.iteratr("tool", "task-list", "--json");
    const tasks: unknown = JSON.parse(list.stdout);
    assert.ok(Array.isArray(tasks) && tasks.length === 3);
    assert.ok(tasks.every((task: { status: string }) => task.status === "completed"));

    const second = await stage.build();
    assert.equal(second.code, 0);
    // There is no git identity here.
    const says =
      /complete: nothing to do: all 3 tasks of session job are done; its last work is not committed: commit it yourself\./;
    assert.match(second.stdout, says);
    assert.equal(stage.model.requests.length, calls, "the model was called again");
  });
});

Deno.test("build ends 5 at its limit, and the next run goes on with the next iteration", async () => {
  await onStage({ brain: diligentWorker(), spec: SPEC }, async (stage) => {
    const first = await stage.build("--iterations", "1");
    assert.equal(first.code, 5, first.stdout + first.stderr);
    assert.match(
      first.stdout,
      /iterations \(exit 5\): the limit of 1 iteration is reached with 2 tasks open/,
    );
    const second = await stage.build();
    assert.equal(second.code, 0, second.stdout + second.stderr);
    assert.match(second.stdout, /^== iteration 2 =/m);
    assert.doesNotMatch(second.stdout, /^== iteration 1 =/m);
    assert.match(second.stdout, /^tasks {3}2 open, 1 done/m);
    const prompts = stage.model.requests.map(({ body }) => JSON.stringify(body)).join("\n");
    assert.match(prompts, /# Recent iterations.*#1 .*Finished TAS-1\./);
  });
});

Deno.test("build refuses a model that opencode does not know, before it spends anything", async () => {
  await onStage({ brain: diligentWorker(), spec: SPEC }, async (stage) => {
    const { code, stdout, stderr } = await stage.build("--model", "fake/m2");
    assert.equal(code, 1, stdout + stderr);
    assert.match(stdout + stderr, /knows no model "fake\/m2"; did you mean fake\/m1\?/);
    assert.equal(stage.model.requests.length, 0);
  });
});

Deno.test("a permission that the user's configuration asks for is given, one denied stays denied", async () => {
  const permission = { bash: { "*": "ask", "touch denied*": "deny" } };
  const brain = diligentWorker({ check: () => "touch denied.txt" });
  await onStage({ brain, spec: SPEC, permission }, async (stage) => {
    const { code, stdout, stderr } = await stage.build();
    assert.equal(code, 0, stdout + stderr);
    await assert.rejects(Deno.stat(join(stage.project, "denied.txt")), Deno.errors.NotFound);
  });
});
