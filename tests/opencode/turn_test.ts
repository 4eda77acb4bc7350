import assert from "node:assert/strict";
import { join } from "node:path";
import { diligentWorker } from "../../scripts/opencode/diligent_worker.ts";
import type { Brain } from "../../scripts/opencode/scripted_model.ts";
import { isThere } from "./_processes.ts";
import { onStage } from "./_stage.ts";

const SPEC = "# One file\n\n- [ ] Write `one.txt`\n";

Deno.test("the account of a run counts every model call, not only the last one", async () => {
  await onStage({ brain: diligentWorker(), spec: SPEC }, async (stage) => {
    const { code, stdout } = await stage.build();
    assert.equal(code, 0, stdout);
    const { stdout: log } = await stage.iteratr("export", "job");
    const ended = log.split("\n").find((line) => line.includes('"run.ended"')) ?? "{}";
    const calls = stage.model.requests.filter(({ kind }) => kind === "chat").length;
    const { data }: { data: { usage: unknown } } = JSON.parse(ended);
    const usage = { inputTokens: 100 * calls, outputTokens: 20 * calls, cachedTokens: 0 };
    assert.deepEqual({ ...Object(data.usage), cost: 0 }, { ...usage, cost: 0, partial: false });
    assert.ok(calls > 3);
  });
});

Deno.test("a spec of 1 MB reaches the model, and 1,000 chunks of text reach the log", async () => {
  const worker = diligentWorker();
  const text = Array.from({ length: 1_000 }, (_, n) => `line ${n}`).join("\n");
  const brain: Brain = async (conversation) => {
    const step = await worker(conversation);
    return step.kind === "text" ? { ...step, text, chunks: 1_000 } : step;
  };
  const spec = `${SPEC}\n${"All work and no play. ".repeat(48_000)}THE END\n`;
  await onStage({ brain, spec }, async (stage) => {
    const { code, stdout, stderr } = await stage.build();
    assert.equal(code, 0, stdout.slice(-2_000) + stderr);
    assert.ok(JSON.stringify(stage.model.requests[0]?.body).includes("THE END"));
    assert.match(stdout, /^agent {3}line 0$/m);
    assert.match(stdout, /^ {8}line 999$/m, stdout.slice(-2_000));
    const { code: sound } = await stage.iteratr("doctor", "--check");
    assert.equal(sound, 0);
  });
});

/** Hands the work to a sub-agent, whose shell the user's configuration wants to ask about. */
const delegates: Brain = (conversation) => {
  const isSubagent = !conversation.tools.some((tool) => tool.name === "task");
  const done = conversation.turn.flatMap((message) => message.toolCalls).length;
  if (isSubagent) {
    return done === 0
      ? { kind: "tools", calls: [{ name: "bash", args: { command: "touch by-subagent" } }] }
      : { kind: "text", text: "I touched it." };
  }
  if (done > 0) return { kind: "text", text: "The sub-agent did it." };
  const args = { description: "touch a file", prompt: "Touch it.", ["subagent_type"]: "general" };
  return { kind: "tools", calls: [{ name: "task", args }] };
};

Deno.test("a sub-agent whose tool needs to ask does not wait for ever", async () => {
  const permission = { bash: "ask" };
  await onStage({ brain: delegates, spec: SPEC, permission }, async (stage) => {
    const { code, stdout, stderr } = await stage.build("--iterations", "1");
    assert.equal(code, 5, stdout + stderr);
    assert.ok(await isThere(join(stage.project, "by-subagent")));
    assert.match(stdout, /^sub {5}general: touch a file +ok/m);
  });
});

Deno.test("calls that a provider all gives the same id are all shown and stored", async () => {
  const brain: Brain = ({ turn }) => {
    const n = turn.filter(({ role }) => role === "assistant").length;
    const args = { command: `echo part-${n}`, description: "work" };
    if (n >= 3) return { kind: "text", text: "All is done." };
    return { kind: "tools", calls: [{ id: "call_0", name: "bash", args }] };
  };
  await onStage({ brain, spec: SPEC }, async (stage) => {
    const { code, stdout, stderr } = await stage.build("--iterations", "1");
    assert.equal(code, 5, stdout + stderr);
    for (const n of [0, 1, 2]) {
      assert.match(stdout, new RegExp(`^tool {4}bash +echo part-${n} +ok`, "m"));
    }
    const { stdout: log } = await stage.iteratr("export", "job");
    assert.equal(log.split("\n").filter((line) => line.includes('"agent.tool"')).length, 3);
  });
});
