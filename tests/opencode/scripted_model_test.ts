/** The chain that every test with the real opencode stands on: binary, sandbox, model, worker. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  client,
  type ClientContext,
  ndJsonStream,
  PROTOCOL_VERSION,
  type SessionUpdate,
} from "@agentclientprotocol/sdk";
import { diligentWorker } from "../../scripts/opencode/diligent_worker.ts";
import { ensureOpencode, OPENCODE_VERSION } from "../../scripts/opencode/install.ts";
import { makeOpencodeSandbox } from "../../scripts/opencode/sandbox.ts";
import {
  type Brain,
  type ScriptedModel,
  startScriptedModel,
} from "../../scripts/opencode/scripted_model.ts";
import type { Step } from "../../scripts/opencode/step.ts";

/** After this a stuck opencode is killed: its pending requests fail, and the test cleans up. */
const DEADLINE_MS = 60_000;

/** `iteratr` as a shell script: two tasks, kept as files in $FAKE_STATE, and a log of all calls. */
const FAKE_ITERATR = `#!/bin/sh
echo "$*" >> "$FAKE_STATE/log"
case "$*" in
  "tool task-batch-add "*) touch "$FAKE_STATE/tasks"; echo '[{"id":"TAS-1"},{"id":"TAS-2"}]' ;;
  *" --status completed") touch "$FAKE_STATE/$4"; echo OK ;;
  "tool task-next")
    if [ ! -e "$FAKE_STATE/tasks" ]; then echo "No ready tasks: there are no tasks yet"
    elif [ ! -e "$FAKE_STATE/TAS-1" ]; then
      echo '{"id":"TAS-1","content":"Greet in \`src/hello.ts\`","priority":2,"status":"remaining"}'
    elif [ ! -e "$FAKE_STATE/TAS-2" ]; then
      echo '{"id":"TAS-2","content":"Say it'"'"'s done in \`README.md\`","priority":2,"status":"remaining"}'
    else echo "No ready tasks: all 2 tasks are done"; fi ;;
  *) echo OK ;;
esac
`;

type Stage = Readonly<{
  agent: ClientContext;
  sessionId: string;
  /** The working directory of opencode and of the session. */
  cwd: string;
  updates: readonly SessionUpdate[];
  model: ScriptedModel;
  /** One turn; resolves to its stop reason. */
  prompt: (text: string) => Promise<string>;
}>;

/** Plays `scene` with a fresh opencode whose model is `brain`; nothing of it stays. */
async function withOpencode(brain: Brain, scene: (stage: Stage) => Promise<void>): Promise<void> {
  const binary = await ensureOpencode({ pinned: true });
  const root = await Deno.makeTempDir({ prefix: "iteratr-opencode-" });
  try {
    await using model = await startScriptedModel(brain);
    const [cwd, bin] = [join(root, "work"), join(root, "bin")];
    for (const folder of [cwd, bin]) await Deno.mkdir(folder);
    await Deno.writeTextFile(join(bin, "iteratr"), FAKE_ITERATR, { mode: 0o755 });
    const env = {
      ...await makeOpencodeSandbox({ root, modelUrl: model.url }),
      PATH: `${bin}:${Deno.env.get("PATH")}`,
      FAKE_STATE: root,
    };
    const child = new Deno.Command(binary, {
      args: ["acp"],
      cwd,
      env,
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const stderr = new Response(child.stderr).text();
    const deadline = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
    const updates: SessionUpdate[] = [];
    const connection = client({ name: "iteratr-tests" })
      .onNotification("session/update", ({ params }): void => void updates.push(params.update))
      .connect(ndJsonStream(child.stdin, child.stdout));
    try {
      const { agent } = connection;
      const hello = await agent.request("initialize", { protocolVersion: PROTOCOL_VERSION });
      assert.equal(hello.agentInfo?.name, "OpenCode");
      const { sessionId } = await agent.request("session/new", { cwd, mcpServers: [] });
      const prompt = async (text: string): Promise<string> => {
        const { stopReason } = await agent.request("session/prompt", {
          sessionId,
          prompt: [{ type: "text", text }],
        });
        return stopReason;
      };
      await scene({ agent, sessionId, cwd, updates, model, prompt });
    } finally {
      connection.close();
      // opencode exits when its stdin ends; a dead one has closed it already.
      await child.stdin.close().catch(() => {});
      await child.status;
      clearTimeout(deadline);
      await stderr;
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function spoken(updates: readonly SessionUpdate[]): readonly string[] {
  return updates.flatMap((update) =>
    update.sessionUpdate === "agent_message_chunk" && update.content.type === "text"
      ? [update.content.text]
      : []
  );
}

Deno.test("opencode carries out the tool calls and streams the words of the scripted model", async () => {
  const steps: readonly Step[] = [
    {
      kind: "tools",
      text: "First a file.",
      calls: [{ name: "write", args: { filePath: "made.txt", content: "by write\n" } }],
    },
    {
      kind: "tools",
      calls: [{ name: "bash", args: { command: "cat made.txt; echo bash >> made.txt" } }],
    },
    { kind: "text", text: "Done, all of it.", chunks: 4, usage: { input: 1_000, output: 50 } },
  ];
  const brain: Brain = ({ turn }) =>
    steps[turn.filter((message) => message.role === "assistant").length] ?? { kind: "hang" };
  await withOpencode(brain, async ({ cwd, model, prompt, sessionId, updates }) => {
    assert.equal(await prompt("go"), "end_turn");
    assert.equal(await Deno.readTextFile(join(cwd, "made.txt")), "by write\nbash\n");
    assert.deepEqual(spoken(updates), ["First a file.", "Done", ", al", "l of", " it."]);
    assert.deepEqual(
      model.requests.map(({ kind, sessionId }) => ({ kind, sessionId })),
      steps.map(() => ({ kind: "chat", sessionId })),
    );
    const usage = updates.findLast((update) => update.sessionUpdate === "usage_update");
    assert.equal(usage?.used, 1_000);
  });
});

Deno.test("a model that refuses the key makes the prompt fail with its own words", async () => {
  const refusal = JSON.stringify({ error: { message: "no such key" } });
  await withOpencode(() => ({ kind: "http", status: 401, body: refusal }), async ({ prompt }) => {
    await assert.rejects(prompt("go"), /no such key/);
  });
});

Deno.test("a hanging model is left by session/cancel", async () => {
  const brain: Brain = () => ({ kind: "hang", text: "Well" });
  await withOpencode(brain, async ({ agent, prompt, sessionId, updates }) => {
    const turn = prompt("go");
    for (let i = 0; i < 500 && spoken(updates).length === 0; i++) await delay(20);
    await agent.notify("session/cancel", { sessionId });
    assert.equal(await turn, "cancelled");
  });
});

Deno.test("the diligent worker goes from a checklist to session-complete, a task per turn", async () => {
  const spec = "# Spec\n\n- [x] Begin\n- [ ] Greet in `src/hello.ts`\n" +
    "- [ ] Say it's done in `README.md` (after: 2)\n";
  const brain = diligentWorker({ check: () => "ls src" });
  await withOpencode(brain, async ({ cwd, prompt, updates }) => {
    for (const turn of [1, 2]) assert.equal(await prompt(`Turn ${turn}.\n${spec}`), "end_turn");
    const log = await Deno.readTextFile(join(cwd, "..", "log"));
    assert.deepEqual(log.trimEnd().split("\n").map((line) => line.replace(/^tool /, "")), [
      "task-next",
      'task-batch-add --tasks [{"content":"Greet in `src/hello.ts`"},' +
      `{"content":"Say it's done in \`README.md\`"}]`,
      "task-depends --id TAS-2 --depends-on TAS-1",
      "task-next",
      "task-status --id TAS-1 --status in_progress",
      "task-status --id TAS-1 --status completed",
      "iteration-summary --summary Finished TAS-1.",
      "task-next",
      "task-next",
      "task-status --id TAS-2 --status in_progress",
      "task-status --id TAS-2 --status completed",
      "iteration-summary --summary Finished TAS-2.",
      "task-next",
      "session-complete",
    ]);
    const made = await Deno.readTextFile(join(cwd, "src", "hello.ts"));
    assert.equal(made, "// Greet in `src/hello.ts`\n");
    assert.equal(spoken(updates).at(-1), "That was all. OK");
  });
});

Deno.test("ensureOpencode installs once, whoever asks at the same time, and sweeps old remains", async () => {
  const cache = await Deno.makeTempDir({ prefix: "iteratr-cache-" });
  try {
    const folder = join(cache, "iteratr", `opencode-${OPENCODE_VERSION}`);
    const remains = join(folder, ".install-dead");
    await Deno.mkdir(remains, { recursive: true });
    await Deno.utime(remains, 0, 0);
    const said: string[] = [];
    const own = new Map([["XDG_CACHE_HOME", cache]]);
    const ask = (): Promise<string> =>
      ensureOpencode({
        pinned: true,
        env: (name) => own.get(name),
        say: (line) => said.push(line),
      });
    const binary = join(folder, "opencode");
    assert.deepEqual(await Promise.all([ask(), ask()]), [binary, binary]);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["opencode"]);
    const before = said.length;
    assert.equal(await ask(), binary);
    assert.equal(said.length, before);
    own.set("OPENCODE_BIN", join(cache, "absent"));
    await assert.rejects(ask(), /^Error: OPENCODE_BIN does not run \(.*absent.*\): set it .*$/);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});

Deno.test("the scripted model refuses to be asked for ever, and close ends what hangs", async () => {
  const model = await startScriptedModel(() => ({ kind: "hang" }), { maxRequests: 1 });
  const ask = (): Promise<Response> =>
    fetch(`${model.url}/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ model: "m1", messages: [{ role: "user", content: "?" }] }),
    });
  const hanging = await ask();
  const refused = await ask();
  assert.equal(refused.status, 500);
  await refused.body?.cancel();
  await model.close();
  await assert.rejects(hanging.text());
});
