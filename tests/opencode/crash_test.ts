import assert from "node:assert/strict";
import { join } from "node:path";
import type { Brain } from "../../scripts/opencode/scripted_model.ts";
import type { Step, Usage } from "../../scripts/opencode/step.ts";
import { onStage, type Stage } from "./_stage.ts";

const SPEC = "# One file\n\n- [ ] Write `one.txt`\n";
const WORK = "iteratr tool task-add --content one && echo 1 >one.txt && " +
  "iteratr tool task-status --id TAS-1 --status completed && iteratr tool session-complete";
/** Of a call by the model `m1`, in US dollars: one that is dear, and a usual one. */
const DEAR = 100_000 * 1e-6 + 10 * 2e-6;
const USUAL = 100 * 1e-6 + 20 * 2e-6;

function bash(command: string, usage: Usage = { input: 100, output: 20 }): Step {
  const args = { command, description: "work" };
  return { kind: "tools", calls: [{ name: "bash", args }], usage };
}

/** In its first turns it calls the model twice for much money, and then kills opencode from within. */
function dies(times: number): Brain {
  let deaths = 0;
  return ({ turn }) => {
    const calls = turn.filter(({ role }) => role === "assistant").length;
    if (deaths >= times) return calls === 0 ? bash(WORK) : { kind: "text", text: "All is done." };
    if (calls < 2) return bash("true", { input: 100_000, output: 10 });
    deaths++;
    return bash("kill -9 $OPENCODE_PID; sleep 60");
  };
}

async function costOf(stage: Stage): Promise<number> {
  const { stdout } = await stage.iteratr("export", "job");
  const ended = stdout.split("\n").find((line) => line.includes('"run.ended"')) ?? "{}";
  const { data }: { data: { usage: { cost: number } } } = JSON.parse(ended);
  return data.usage.cost;
}

async function play(
  brain: Brain,
  flags: readonly string[],
  code: number,
  cost: number,
): Promise<void> {
  await onStage({ brain, spec: SPEC }, async (stage) => {
    await Deno.writeTextFile(join(stage.project, "iteratr.yml"), "retry:\n  delays: [0s]\n");
    const { code: ended, stdout, stderr } = await stage.build("--no-auto-commit", ...flags);
    assert.equal(ended, code, stdout + stderr);
    const counted = await costOf(stage);
    assert.ok(Math.abs(counted - cost) < 1e-9, `${counted}, and not ${cost}\n${stdout}`);
  });
}

Deno.test("what opencode had spent before it was killed is in the account", async () => {
  await play(dies(1), [], 0, 2 * DEAR + 2 * USUAL);
});

Deno.test("a budget ends a run whose opencode dies again and again, before the next prompt", async () => {
  await play(dies(9), ["--max-cost", "0.35"], 6, 4 * DEAR);
});
