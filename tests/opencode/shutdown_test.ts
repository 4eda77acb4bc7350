import assert from "node:assert/strict";
import { join } from "node:path";
import { diligentWorker } from "../../scripts/opencode/diligent_worker.ts";
import type { Brain } from "../../scripts/opencode/scripted_model.ts";
import { isThere, processesWith, until } from "./_processes.ts";
import { onStage, type Stage } from "./_stage.ts";

const SPEC = "# One file\n\n- [ ] Write `one.txt`\n";

/** Begins the task, then hangs in a shell command that has also put a child out of its reach. */
const HANG = "setsid sleep 300 & touch hanging; sleep 300";

/** Works as it should, but for the first time it has a task in hand: then it hangs in the shell. */
function hangsOnce(): Brain {
  const worker = diligentWorker();
  let hung = false;
  return (conversation) => {
    const hasBegun = conversation.turn.some((message) =>
      message.toolCalls.some((call) => JSON.stringify(call.args).includes("in_progress"))
    );
    if (hung || !hasBegun) return worker(conversation);
    hung = true;
    return { kind: "tools", calls: [{ name: "bash", args: { command: HANG } }] };
  };
}

async function untilHanging(stage: Stage): Promise<void> {
  await until("the agent hangs in its shell", () => isThere(join(stage.project, "hanging")));
}

async function exported(stage: Stage): Promise<readonly string[]> {
  const { stdout } = await stage.iteratr("export", "job");
  return stdout.trimEnd().split("\n");
}

Deno.test("SIGTERM in the middle of a shell command ends 143 and leaves no process", async () => {
  await onStage({ brain: hangsOnce(), spec: SPEC }, async (stage) => {
    const child = stage.spawn(stage.buildArgs);
    await untilHanging(stage);
    child.kill("SIGTERM");
    const { code, stdout } = await child.output();
    const text = new TextDecoder().decode(stdout);
    assert.equal(code, 143, text);
    assert.match(text, /^interrupted \(exit 143\): SIGTERM was received\.$/m);
    assert.match(text, /^-- iteration 1: interrupted/m);
    assert.deepEqual(processesWith("STAGE", stage.id), []);

    const second = await stage.build();
    assert.equal(second.code, 0, second.stdout + second.stderr);
    assert.match(second.stdout, /^== iteration 2 =/m);
    assert.match(second.stdout, /^task {4}TAS-1 Write `one\.txt` +completed$/m);
    assert.doesNotMatch(second.stdout, /^task .* added$/m);
  });
});

Deno.test("opencode killed in mid-turn ends a run without retries 2, with nothing left of it", async () => {
  await onStage({ brain: hangsOnce(), spec: SPEC }, async (stage) => {
    const child = stage.spawn([...stage.buildArgs, "--no-retry"]);
    await untilHanging(stage);
    const started = (await exported(stage)).find((line) => line.includes('"agent.started"')) ?? "";
    Deno.kill(Number(/"pid":(\d+)/.exec(started)?.[1]), "SIGKILL");
    const { code, stdout } = await child.output();
    const text = new TextDecoder().decode(stdout);
    assert.equal(code, 2, text);
    assert.match(
      text,
      /^agent-failed \(exit 2\): the agent's process was ended by SIGKILL in iteration 1\.$/m,
    );
    assert.deepEqual(processesWith("STAGE", stage.id), []);
  });
});

Deno.test("opencode killed in mid-turn is started anew, is offered its task again, and finishes", async () => {
  await onStage({ brain: hangsOnce(), spec: SPEC }, async (stage) => {
    const child = stage.spawn([...stage.buildArgs, "--no-auto-commit"]);
    await untilHanging(stage);
    const started = (await exported(stage)).find((line) => line.includes('"agent.started"')) ?? "";
    Deno.kill(Number(/"pid":(\d+)/.exec(started)?.[1]), "SIGKILL");
    const { code, stdout } = await child.output();
    const text = new TextDecoder().decode(stdout);
    assert.equal(code, 0, text);
    assert.match(text, /^retry {3}1 of 3 at once: the agent's process was ended by SIGKILL$/m);
    assert.match(text, /^-- iteration 1: progress .* 1 task done, 0 open$/m);
    assert.deepEqual(processesWith("STAGE", stage.id), []);
  });
});

Deno.test("a run killed in mid-turn is mended by the next one, which ends its orphan", async () => {
  await onStage({ brain: hangsOnce(), spec: SPEC }, async (stage) => {
    const child = stage.spawn(stage.buildArgs);
    await untilHanging(stage);
    const busy = await stage.build();
    assert.equal(busy.code, 7, busy.stdout + busy.stderr);
    assert.match(busy.stdout, new RegExp(`session job is run by pid ${child.pid} on host `));

    // What the model calls have cost so far is noted within a moment.
    await until(
      "the cost is in the log",
      async () =>
        (await exported(stage)).some((line) => /iteration\.usage.*"inputTokens":[1-9]/.test(line)),
    );
    child.kill("SIGKILL");
    await child.output();
    assert.ok(processesWith("STAGE", stage.id).some((line) => line.includes("opencode")));

    const second = await stage.build();
    assert.equal(second.code, 0, second.stdout + second.stderr);
    assert.match(second.stdout, /^== iteration 2 =/m);
    assert.deepEqual(processesWith("STAGE", stage.id), []);
    const log = await exported(stage);
    const ended = log.find((line) => line.includes('"iteration.ended"')) ?? "";
    assert.match(ended, /"n":1,"outcome":"interrupted"/);
    assert.match(ended, /"inputTokens":[1-9]/);
    assert.ok(log.some((line) => line.includes('"run.ended"') && line.includes('"code":137')));
  });
});
