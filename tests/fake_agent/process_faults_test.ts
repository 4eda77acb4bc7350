import assert from "node:assert/strict";
import type { Client } from "./_client.ts";
import { Place } from "./_place.ts";
import { fieldsOf, parseJson } from "./json.ts";

const INITIALIZE = { protocolVersion: 1, clientCapabilities: {} };

function alive(pid: number): boolean {
  try {
    // A zombie is dead too: nobody may have reaped it yet.
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** True when the answer does not come within a moment. */
async function missing(answer: Promise<unknown>): Promise<boolean> {
  return await Promise.race([answer.then(() => false), pause(100).then(() => true)]);
}

/** Goes through a turn, up to the point at which the process ends. */
async function untilEnd(client: Client): Promise<Deno.CommandStatus> {
  const turns = client.open().then(() => client.prompt()).then(() => client.prompt());
  await Promise.race([turns, client.status()]);
  return await client.status();
}

Deno.test("the end of stdin ends it with code 0, whatever is under way", async () => {
  await using place = await Place.make();
  await using client = place.start("silent");
  await client.open();
  const prompt = client.prompt();
  await client.closeStdin();
  const { code, signal } = await client.status();
  assert.deepEqual([code, signal], [0, null]);
  assert.ok(await missing(prompt));
});

Deno.test("crash ends it where at says, with its last words and its code", async () => {
  await using place = await Place.make();
  for (
    const [at, answers] of [["start", 0], ["initialize", 0], ["new", 1], ["prompt", 2]] as const
  ) {
    await using client = place.start(`crash at=${at} code=7 message=boom`);
    assert.equal((await untilEnd(client)).code, 7, at);
    assert.equal(client.stderr, "boom\n");
    assert.equal(client.frames.filter((frame) => "result" in frame).length, answers, at);
    assert.deepEqual(client.updates("agent_message_chunk"), []);
  }
});

Deno.test("crash at=mid leaves text and an open tool call, from the prompt that is named", async () => {
  await using place = await Place.make();
  await using client = place.start("crash at=mid from=2");
  assert.equal((await untilEnd(client)).code, 3);
  assert.match(client.said(), /I start with the tests\.$/);
  assert.equal(client.updates().at(-1)?.["status"], "in_progress");
  assert.ok(place.calls().length > 0, "the first prompt was honest work");
});

Deno.test("crash counts process starts with count, and then lives", async () => {
  await using place = await Place.make();
  for (const code of [3, 3, 0]) {
    await using client = place.start(`crash at=start times=2 count=${place.path("count")}`);
    await client.closeStdin();
    assert.equal((await client.status()).code, code);
  }
});

Deno.test("silent answers a cancel, or with cancel=0 nothing at all", async () => {
  await using place = await Place.make();
  const cancelled = async (client: Client): Promise<unknown> => {
    await client.open();
    const prompt = client.prompt();
    await client.notify("session/cancel", { sessionId: client.sessionId });
    return (await prompt)["result"];
  };
  await using heedful = place.start("silent after=tool");
  assert.deepEqual(await cancelled(heedful), {
    stopReason: "cancelled",
    usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0 },
    _meta: {},
  });
  assert.equal(heedful.updates("tool_call").at(-1)?.["status"], "in_progress");
  await using heedless = place.start("silent cancel=0");
  assert.ok(await missing(cancelled(heedless)));
});

Deno.test("a cancel during works kills the shell command", async () => {
  await using place = await Place.make();
  await Deno.writeTextFile(place.path("bin/iteratr"), "#!/bin/sh\necho $$\nexec sleep 300\n");
  await using client = place.start("works");
  await client.open();
  const prompt = client.prompt();
  const output = (): string =>
    JSON.stringify(client.updates("tool_call_update").at(-1)?.["content"]);
  await client.until(() => /\d/.test(output() ?? ""));
  const pid = Number(/\d+/.exec(output())?.[0]);
  assert.ok(alive(pid));
  await client.notify("session/cancel", { sessionId: client.sessionId });
  assert.equal(fieldsOf((await prompt)["result"])["stopReason"], "cancelled");
  // The signal was sent before the answer; the system takes its time.
  await client.until(() => !alive(pid));
});

Deno.test("hang-initialize and hang-new never answer", async () => {
  await using place = await Place.make();
  await using first = place.start("hang-initialize");
  assert.ok(await missing(first.request("initialize", INITIALIZE)));
  await using second = place.start("hang-new");
  await second.request("initialize", INITIALIZE);
  assert.ok(await missing(second.request("session/new", { cwd: place.work, mcpServers: [] })));
});

Deno.test("ignores-stdin-close and ignores-sigterm leave only SIGKILL", async () => {
  await using place = await Place.make();
  const log = place.path("log");
  await using client = place.start(`silent ignores-stdin-close ignores-sigterm log=${log}`);
  await client.open();
  await client.closeStdin();
  await client.until(() => /stdin-closed/.test(place.read("log")));
  client.child.kill("SIGTERM");
  await client.until(() => /SIGTERM/.test(place.read("log")));
  assert.ok(await missing(client.child.status));
  client.child.kill("SIGKILL");
  assert.equal((await client.status()).signal, "SIGKILL");
});

Deno.test("children outlive it: one away from its tree, one deaf to SIGTERM", async () => {
  await using place = await Place.make();
  await using client = place.start(`children then=works pids=${place.path("pids")}`);
  try {
    await client.open();
    assert.equal(fieldsOf((await client.prompt())["result"])["stopReason"], "end_turn");
    const [agent, orphan = 0, stubborn = 0] = pids(place);
    assert.equal(agent, client.child.pid);
    await client.closeStdin();
    assert.equal((await client.status()).code, 0);
    Deno.kill(stubborn, "SIGTERM");
    await pause(50);
    assert.deepEqual([alive(orphan), alive(stubborn)], [true, true]);
    const [, , , session] = Deno.readTextFileSync(`/proc/${orphan}/stat`).replace(/^.*\) /, "")
      .split(" ");
    assert.equal(Number(session), orphan, "it leads a session of its own");
  } finally {
    killChildren(place);
  }
});

Deno.test("children that hold the pipe keep stdout open after its end", async () => {
  await using place = await Place.make();
  await using client = place.start(`children holds-pipe=1 pids=${place.path("pids")}`);
  try {
    await client.open();
    void client.prompt();
    await client.until(() => client.said() !== "");
    await client.closeStdin();
    assert.equal((await client.child.status).code, 0);
    assert.ok(await missing(client.status()), "the readers still wait");
  } finally {
    killChildren(place);
  }
});

function pids(place: Place): readonly number[] {
  const { agent, orphan, stubborn } = fieldsOf(parseJson(place.read("pids")));
  return [agent, orphan, stubborn].map(Number);
}

function killChildren(place: Place): void {
  for (const pid of pids(place).slice(1)) {
    if (alive(pid)) Deno.kill(pid, "SIGKILL");
  }
}
