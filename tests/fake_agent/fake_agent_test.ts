import assert from "node:assert/strict";
import type { Client } from "./_client.ts";
import { Place } from "./_place.ts";
import { type Fields, fieldsOf } from "./json.ts";

function field(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((inner: unknown, key) => fieldsOf(inner)[key], value);
}

async function stopReason(client: Client, text?: string): Promise<unknown> {
  return field(await client.prompt(text), "result", "stopReason");
}

Deno.test("works plans first, does a task per prompt and declares the end", async () => {
  await using place = await Place.make();
  await using client = place.start("works chain=1 cost=0.5");
  await client.open();
  const answers: Fields[] = [];
  for (let n = 0; n < 3; n++) answers.push(fieldsOf((await client.prompt())["result"]));

  const verbs = place.calls().map((call) => call.replace(/^tool | --tasks .*/g, ""));
  const doTask = (id: string): readonly string[] => [
    `task-status --id ${id} --status in_progress`,
    `task-status --id ${id} --status completed`,
    "task-next",
  ];
  assert.deepEqual(verbs, [
    "task-next",
    "task-batch-add",
    "task-depends --id TAS-2 --depends-on TAS-1",
    "task-depends --id TAS-3 --depends-on TAS-2",
    "task-next",
    ...doTask("TAS-1"),
    "task-next",
    ...doTask("TAS-2"),
    "task-next",
    ...doTask("TAS-3"),
    "session-complete",
  ]);
  assert.equal(place.read("work/out-2.txt"), "Write file 2\n");
  assert.deepEqual(answers[2], {
    stopReason: "end_turn",
    usage: { inputTokens: 100, outputTokens: 20, totalTokens: 120 },
    _meta: {},
  });
  const costs = client.updates("usage_update").map((update) => field(update, "cost", "amount"));
  assert.deepEqual(costs, [0.5, 1, 1.5]);
  assert.ok(client.updates("agent_thought_chunk").length > 0);
  assert.match(client.said(), /I take TAS-3: Write file 3\./);
});

Deno.test("works shows a shell command as opencode does", async () => {
  await using place = await Place.make();
  await using client = place.start("works");
  await client.open();
  await client.prompt();
  const { toolCallId } = client.updates("tool_call")[0] ?? {};
  const shown = client.updates().filter((update) => update["toolCallId"] === toolCallId);
  assert.deepEqual(shown.map((update) => update["status"]), [
    "pending",
    "in_progress",
    "in_progress",
    "completed",
  ]);
  assert.deepEqual(shown[0], {
    sessionUpdate: "tool_call",
    toolCallId,
    title: "bash",
    kind: "execute",
    status: "pending",
    locations: [{ path: place.work }],
    rawInput: { cwd: place.work },
  });
  const output = "No ready tasks: there are no tasks yet\n";
  assert.deepEqual(shown[3], {
    sessionUpdate: "tool_call_update",
    toolCallId,
    title: "iteratr tool task-next",
    kind: "execute",
    status: "completed",
    locations: [{ path: place.work }],
    rawInput: { command: "iteratr tool task-next", cwd: place.work },
    content: [{ type: "content", content: { type: "text", text: output } }],
    rawOutput: { output, metadata: { output, exit: 0, truncated: false } },
  });
  const ids = new Set(client.updates("agent_message_chunk").map((update) => update["messageId"]));
  assert.ok(ids.size > 1, "each model call has its own message id");
});

Deno.test("works can do all in one prompt, and keep the declaration to itself", async () => {
  await using place = await Place.make();
  await using client = place.start("works tasks=2 per-turn=5 declare=0 usage=0");
  await client.open();
  assert.deepEqual((await client.prompt())["result"], { stopReason: "end_turn", _meta: {} });
  assert.equal(place.read("bin/tasks").match(/completed/g)?.length, 2);
  assert.ok(!place.calls().includes("tool session-complete"));
});

Deno.test("idle scenarios call nothing and end as they say", async () => {
  const expected = [
    ["empty", "end_turn", /^$/],
    ["talks", "end_turn", /All tasks are done/],
    ["asks", "end_turn", /\?$/],
    ["refuses", "refusal", /cannot/],
  ] as const;
  await using place = await Place.make();
  for (const [scenario, reason, said] of expected) {
    await using client = place.start(scenario);
    await client.open();
    assert.equal(await stopReason(client), reason);
    assert.match(client.said(), said);
    if (scenario === "empty") assert.deepEqual(client.updates("usage_update"), []);
  }
  assert.deepEqual(place.calls(), []);
});

Deno.test("edits goes on changing its file, toggles goes to and fro, notes-only notes", async () => {
  await using place = await Place.make();
  const contents = async (scenario: string, file: string): Promise<readonly string[]> => {
    await using client = place.start(scenario);
    await client.open();
    const seen: string[] = [];
    for (let n = 0; n < 3; n++) {
      await client.prompt();
      seen.push(place.read(file));
    }
    return seen;
  };
  assert.equal(new Set(await contents("edits", "work/edits.txt")).size, 3);
  assert.deepEqual(await contents("toggles", "work/toggle.txt"), [
    "heads\n",
    "tails\n",
    "heads\n",
  ]);
  assert.equal(new Set(await contents("notes-only", "bin/calls")).size, 3);
  assert.match(place.calls()[0] ?? "", /^tool note-add --content .* --type learning$/);
});

Deno.test("a fault shows where from and times say, across processes with count", async () => {
  await using place = await Place.make();
  const lengths: number[] = [];
  for (const prompts of [1, 2, 1]) {
    await using client = place.start(`empty tasks=9 from=2 times=2 count=${place.path("count")}`);
    await client.open();
    for (let n = 0; n < prompts; n++) {
      const before = client.updates("tool_call").length;
      await client.prompt();
      lengths.push(client.updates("tool_call").length - before);
    }
  }
  assert.deepEqual(lengths.map((length) => length > 0), [true, false, false, true]);
});

Deno.test("models can be chosen, and unknown ones are refused", async () => {
  await using place = await Place.make();
  await using client = place.start("works models=a/m,b/r1 model=c/gone");
  const { configOptions } = await client.open();
  assert.ok(Array.isArray(configOptions));
  assert.equal(field(configOptions[0], "currentValue"), "c/gone");
  const set = async (configId: string, value: string): Promise<Fields> =>
    await client.request("session/set_config_option", {
      sessionId: client.sessionId,
      configId,
      value,
    });
  const chosen = field(await set("model", "b/r1"), "result", "configOptions");
  assert.ok(Array.isArray(chosen));
  assert.deepEqual(chosen.map((option) => field(option, "currentValue")), [
    "b/r1",
    "default",
    "build",
  ]);
  assert.deepEqual(field(await set("model", "x/y"), "error"), {
    code: -32602,
    message: "model not found: x/y",
  });
  assert.equal(
    field(await set("colour", "red"), "error", "message"),
    "unknown config option: colour",
  );
});

Deno.test("the protocol's corners are opencode's", async () => {
  await using place = await Place.make();
  await using client = place.start(`silent from=2 log=${place.path("log")}`);
  await client.open();
  const code = async (method: string, params: unknown): Promise<unknown> =>
    field(await client.request(method, params), "error", "code");
  assert.equal(await code("session/fork", {}), -32601);
  assert.equal(await code("session/new", { cwd: "/" }), -32602);
  assert.equal(await code("session/prompt", { sessionId: "ses_x", prompt: [] }), -32602);
  assert.deepEqual((await client.request("authenticate", { methodId: "x" }))["result"], {});
  await client.send("this is not JSON");
  await client.notify("$/cancel_request", { requestId: 1 });
  // A command that does not exist is dropped without a word, and without counting as a prompt.
  assert.deepEqual(field(await client.prompt("/nothing"), "result"), {
    stopReason: "end_turn",
    _meta: {},
  });
  const both = await Promise.all([client.prompt("first"), client.prompt("second")]);
  assert.deepEqual(both.map((answer) => field(answer, "result", "stopReason")), [
    "end_turn",
    "end_turn",
  ]);
  assert.match(client.said(), /Noted: second/);
  const closing = client.prompt();
  await client.request("session/close", { sessionId: client.sessionId });
  assert.equal(field(await closing, "result", "stopReason"), "cancelled");

  const log = place.log();
  assert.ok(log.every((entry) => entry["pid"] === client.child.pid));
  assert.deepEqual(log[0]?.["event"], "start");
  assert.ok(log.some((entry) => entry["line"] === "this is not JSON"));
  assert.ok(log.some((entry) => field(entry, "frame", "method") === "$/cancel_request"));
});

Deno.test("a command line that it cannot follow ends with code 2", async () => {
  await using place = await Place.make();
  for (const args of ["", "nonsense", "works taks=2", "works tasks=x", "crash at=noon"]) {
    await using client = place.start(args);
    assert.equal((await client.status()).code, 2, args);
    assert.match(client.stderr, /^fake agent: /);
  }
});
