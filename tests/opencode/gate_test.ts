import assert from "node:assert/strict";
import { join } from "node:path";
import type { Conversation } from "../../scripts/opencode/conversation.ts";
import { diligentWorker } from "../../scripts/opencode/diligent_worker.ts";
import type { Brain } from "../../scripts/opencode/scripted_model.ts";
import { processesWith } from "./_processes.ts";
import { onStage, type Stage } from "./_stage.ts";

const SPEC = "# Sums\n\n- [ ] Write `sum.ts`: it exports `sum`, which adds two numbers\n";

const TEST = `import { sum } from "./sum.ts";
Deno.test("sum adds", () => {
  if (sum(1, 2) !== 3) throw new Error(\`1 and 2 make \${sum(1, 2)}\`);
});
`;

/** At first it gets the sum wrong; told what its gate says, it mends the sum. */
function careless(): Brain {
  const worker = diligentWorker({
    content: () => "export const sum = (a: number, b: number): number => a - b;\n",
  });
  return (conversation) => isSentBack(conversation) ? mend(conversation) : worker(conversation);
}

function promptOf({ messages }: Conversation): string {
  return messages.findLast(({ role }) => role === "user")?.text ?? "";
}

/** It reads only what the prompt says. */
function isSentBack(conversation: Conversation): boolean {
  return /was reopened[^]*1 and 2 make -1/.test(promptOf(conversation));
}

function mend({ turn }: Conversation): ReturnType<Brain> {
  const commands = [
    "sed -i 's/a - b/a + b/' sum.ts",
    "iteratr tool iteration-summary --summary 'The sum adds now.'",
    "iteratr tool session-complete",
  ];
  const command = commands[turn.flatMap(({ toolCalls }) => toolCalls).length];
  return command === undefined
    ? { kind: "text", text: "It adds now." }
    : { kind: "tools", calls: [{ name: "bash", args: { command } }] };
}

async function git(stage: Stage, ...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: [...args],
    cwd: stage.project,
    env: stage.env,
    clearEnv: true,
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trimEnd();
}

async function status(stage: Stage): Promise<Readonly<Record<string, unknown>>> {
  const { code, stdout } = await stage.iteratr("status", "job", "--json");
  assert.equal(code, 0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

Deno.test("a test that fails sends the real opencode back, and what it mends is committed and proven", async () => {
  await onStage({ brain: careless(), spec: SPEC }, async (stage) => {
    await Deno.writeTextFile(join(stage.project, "sum_test.ts"), TEST);
    await git(stage, "config", "user.name", "A");
    await git(stage, "config", "user.email", "a@example.org");
    await git(stage, "add", "-A");
    await git(stage, "commit", "-q", "-m", "start");
    const gate = `NO_COLOR=1 '${Deno.execPath()}' test --no-lock sum_test.ts`;
    const begun = performance.now();
    const { code, stdout, stderr } = await stage.build("--verify", gate, "--verify", "git log -1");
    const ms = performance.now() - begun;
    assert.equal(code, 0, stdout + stderr);
    assert.equal(stdout.match(/^== iteration \d+ =/gm)?.length, 2, stdout);
    assert.equal(stdout.match(/^commit /gm)?.length, 2, stdout);
    const head = await git(stage, "rev-parse", "HEAD");
    assert.match(
      stdout,
      new RegExp(
        `^complete: 1 task done, after 2 iterations.*; gates pass at ${head.slice(0, 7)}\\.$`,
        "m",
      ),
    );
    assert.equal(await git(stage, "status", "--porcelain", "--untracked-files=no"), "");
    assert.match(await git(stage, "show", "HEAD:sum.ts"), /a \+ b/);
    const { at: _at, ...judgement } = (await status(stage))["judgement"] as Record<string, unknown>;
    assert.deepEqual(judgement, {
      ...{ passed: true, failed: [], tolerated: [], iteration: 2, commit: head, dirty: false },
    });
    assert.deepEqual(processesWith("STAGE", stage.id), []);
    const asked = stage.model.requests.length;
    const again = await stage.build("--verify", gate, "--verify", "git log -1");
    assert.match(again.stdout, /^complete: nothing to do/m);
    assert.equal(stage.model.requests.length, asked, "the model was asked again");
    tell({ ms, stdout, asked });
  });
});

/** What was measured, for whoever reads the output. */
function tell(
  { ms, stdout, asked }: { readonly ms: number; readonly stdout: string; readonly asked: number },
): void {
  const took = [...stdout.matchAll(/^gate .* (passed|failed \(exit \d+\)) +(\S+)$/gm)]
    .map(([, verdict, time]) => `${verdict} ${time}`);
  const text = `real opencode: ${(ms / 1000).toFixed(1)} s, ${asked} requests, gates: ${
    took.join(", ")
  }\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
