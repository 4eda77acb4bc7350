import assert from "node:assert/strict";
import {
  client as acpClient,
  type ClientConnection,
  methods,
  ndJsonStream,
  RequestError,
} from "@agentclientprotocol/sdk";
import { Place } from "./_place.ts";

/** A fake behind the SDK's client, and the kinds of the updates it sent. */
interface Driven extends AsyncDisposable {
  readonly connection: ClientConnection;
  readonly kinds: readonly string[];
  readonly sessionId: string;
}

async function drive(place: Place, args: readonly string[]): Promise<Driven> {
  const child = place.spawn(args);
  const stderr = child.stderr.cancel();
  const kinds: string[] = [];
  const connection = acpClient({ name: "test" })
    .onNotification(methods.client.session.update, ({ params }) => {
      kinds.push(params.update.sessionUpdate);
    })
    .onRequest(methods.client.session.requestPermission, ({ params }) => {
      const grant = params.options.find(({ kind }) => kind.startsWith("allow"));
      return {
        outcome: grant === undefined
          ? { outcome: "cancelled" }
          : { outcome: "selected", optionId: grant.optionId },
      };
    })
    .connect(ndJsonStream(child.stdin, child.stdout));
  const dispose = async (): Promise<void> => {
    connection.close();
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    // The SDK may have closed it already, or be about to.
    await child.stdin.close().catch(() => {});
    await Promise.all([child.status, connection.closed, stderr]);
  };
  try {
    const { agent } = connection;
    await agent.request("initialize", { protocolVersion: 1, clientCapabilities: {} });
    const { sessionId } = await agent.request("session/new", { cwd: place.work, mcpServers: [] });
    return { connection, kinds, sessionId, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function prompt({ connection, sessionId }: Driven): Promise<string> {
  const answer = await connection.agent.request("session/prompt", {
    sessionId,
    prompt: [{ type: "text", text: "Go on." }],
  });
  return answer.stopReason;
}

Deno.test("the SDK's client understands works", async () => {
  await using place = await Place.make();
  await using driven = await drive(place, ["works", "tasks=1"]);
  assert.equal(await prompt(driven), "end_turn");
  assert.ok(place.calls().includes("tool session-complete"));
  for (const kind of ["agent_thought_chunk", "tool_call", "tool_call_update", "usage_update"]) {
    assert.ok(driven.kinds.includes(kind), kind);
  }
  const { configOptions } = await driven.connection.agent.request("session/set_config_option", {
    sessionId: driven.sessionId,
    configId: "model",
    value: "fake/r1",
  });
  assert.deepEqual(configOptions.map(({ id }) => id), ["model", "effort", "mode"]);
});

Deno.test("the SDK's client answers string-ids and requests well enough", async () => {
  await using place = await Place.make();
  for (const scenario of ["string-ids", "requests"]) {
    await using driven = await drive(place, [scenario]);
    assert.equal(await prompt(driven), "end_turn");
  }
});

Deno.test("the SDK's client sees errors with their data, and a crash as a closed connection", async () => {
  await using place = await Place.make();
  await using failing = await drive(place, ["errors"]);
  await assert.rejects(prompt(failing), (error) => {
    assert.ok(error instanceof RequestError);
    assert.equal(error.code, -32603);
    assert.deepEqual(error.data, { service: "session", errorName: "APIError" });
    return true;
  });
  await using crashing = await drive(place, ["crash", "at=mid"]);
  await assert.rejects(prompt(crashing), /ACP connection closed/);
});
