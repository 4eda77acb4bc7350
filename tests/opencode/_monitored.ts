/** A real opencode with a scripted model, and the monitor that watches it. */
import { client, ndJsonStream, PROTOCOL_VERSION, RequestError } from "@agentclientprotocol/sdk";
import { join } from "node:path";
import { ensureOpencode } from "../../scripts/opencode/install.ts";
import { makeOpencodeSandbox } from "../../scripts/opencode/sandbox.ts";
import { type Brain, startScriptedModel } from "../../scripts/opencode/scripted_model.ts";
import type { Conversation } from "../../scripts/opencode/conversation.ts";
import type { Step } from "../../scripts/opencode/step.ts";
import type { FaultFacts } from "../../src/agent/fault.ts";
import type { AgentMonitor } from "../../src/agent/monitor.ts";
import { opencodeMonitor } from "../../src/agent/opencode_monitor.ts";
import { freePort } from "../../src/agent/opencode_server.ts";
import { until } from "./_processes.ts";

/** How a turn ended. */
export type TurnEnd = Readonly<{ stop: string | undefined; rpc: FaultFacts["rpc"] }>;

/** What a scene plays with. */
export type Monitored = Readonly<{
  monitor: AgentMonitor;
  session: string;
  prompt: () => Promise<TurnEnd>;
  cancel: () => Promise<void>;
  /** What the listener has been told: `isEmpty` of each call. */
  calls: readonly boolean[];
  waits: readonly Readonly<{ until: number; message: string }>[];
}>;

/** After this a stuck opencode is killed, and the test fails and cleans up. */
const DEADLINE_MS = 60_000;

const SPEAK = "Say something.";
const BE_SILENT = "Say nothing.";

/** The answer to what is said before the scene begins. */
function warmUp({ messages }: Conversation): Step | undefined {
  const text = messages.at(-1)?.text ?? "";
  if (text.includes(SPEAK)) return { kind: "text", text: "Something." };
  return text.includes(BE_SILENT) ? { kind: "text", text: "" } : undefined;
}

/** Plays the scene, and leaves nothing behind. */
export async function whileMonitored(
  brain: Brain,
  scene: (monitored: Monitored) => Promise<void>,
): Promise<void> {
  const binary = await ensureOpencode({ pinned: true });
  const root = await Deno.makeTempDir({ prefix: "iteratr-monitored-" });
  try {
    await using model = await startScriptedModel(
      (conversation) => warmUp(conversation) ?? brain(conversation),
      { maxRequests: 2_000 },
    );
    const cwd = join(root, "work");
    await Deno.mkdir(cwd);
    const password = crypto.randomUUID();
    const server = { port: freePort(), password, directory: cwd };
    const monitor = opencodeMonitor(server);
    const calls: boolean[] = [];
    const waits: { until: number; message: string }[] = [];
    const left = new AbortController();
    // From before there is anything to follow.
    const followed = monitor.follow({
      onModelCall: (isEmpty) => void calls.push(isEmpty),
      onWaiting: (until, message) => void waits.push({ until, message }),
    }, left.signal);
    const child = new Deno.Command(binary, {
      args: ["acp", "--port", String(server.port)],
      cwd,
      env: {
        ...await makeOpencodeSandbox({ root, modelUrl: model.url }),
        OPENCODE_SERVER_PASSWORD: password,
        PATH: Deno.env.get("PATH") ?? "",
      },
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const deadline = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
    const connection = client({ name: "iteratr-tests" })
      .onNotification("session/update", () => {})
      .connect(ndJsonStream(child.stdin, child.stdout));
    try {
      const { agent } = connection;
      await agent.request("initialize", { protocolVersion: PROTOCOL_VERSION });
      const open = async (): Promise<string> =>
        (await agent.request("session/new", { cwd, mcpServers: [] })).sessionId;
      const other = await open();
      const say = (text: string): Promise<unknown> =>
        agent.request("session/prompt", { sessionId: other, prompt: [{ type: "text", text }] });
      // Until the stream is open, nothing that happens is seen; after that, everything is.
      await until("the monitor sees a call", async () => {
        await say(SPEAK);
        return calls.length > 0;
      });
      await say(BE_SILENT);
      await until("the monitor sees the last of these calls", () => calls.at(-1) === true);
      calls.length = 0;
      const sessionId = await open();
      await scene({
        monitor,
        session: sessionId,
        calls,
        waits,
        cancel: () => agent.notify("session/cancel", { sessionId }),
        prompt: () =>
          agent.request("session/prompt", { sessionId, prompt: [{ type: "text", text: "go" }] })
            .then(({ stopReason }) => ({ stop: stopReason, rpc: undefined }), (error: unknown) => {
              if (!(error instanceof RequestError)) throw error;
              const { code, message, data } = error;
              return { stop: undefined, rpc: { code, message, data } };
            }),
      });
    } finally {
      left.abort();
      await followed;
      connection.close();
      // opencode exits when its stdin ends; a dead one has closed it already.
      await child.stdin.close().catch(() => {});
      await child.status;
      clearTimeout(deadline);
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}
