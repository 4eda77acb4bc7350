import assert from "node:assert/strict";
import type { Brain } from "../../scripts/opencode/scripted_model.ts";
import type { Step } from "../../scripts/opencode/step.ts";
import { adviceFor } from "../../src/agent/advice.ts";
import { faultOf } from "../../src/agent/fault.ts";
import { whileMonitored } from "./_monitored.ts";
import { until } from "./_processes.ts";

const ADVICE = adviceFor(["opencode", "acp"]);

const HOUR = 3_600_000;

/** A model that answers every call with a failure. */
function fails(
  status: number,
  error: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Brain {
  return () => ({ kind: "http", status, body: JSON.stringify({ error }), headers });
}

/** A model that hands its work to a sub-agent, which does as the steps say. */
function delegates(steps: readonly Step[]): Brain {
  const args = { description: "a part", prompt: "Do a part.", ["subagent_type"]: "general" };
  return ({ tools, turn }) => {
    const isSubagent = !tools.some((tool) => tool.name === "task");
    const done = turn.filter((message) => message.role === "assistant").length;
    if (isSubagent) return steps[done] ?? { kind: "text", text: "My part is done." };
    return done > 0
      ? { kind: "text", text: "All is done." }
      : { kind: "tools", calls: [{ name: "task", args }] };
  };
}

Deno.test("a refused key is a fault for a person", async () => {
  const brain = fails(401, { message: "Incorrect API key provided" });
  await whileMonitored(brain, async ({ monitor, session, prompt, waits }) => {
    assert.equal(await monitor.lastError(session), undefined);
    const { rpc } = await prompt();
    const provider = await monitor.lastError(session);
    assert.equal(provider?.status, 401);
    const fault = faultOf({ rpc, provider, waiting: waits.at(-1) }, Date.now(), ADVICE);
    assert.equal(fault.kind, "person");
    assert.match(fault.message, /refuses the login: Incorrect API key provided \(HTTP 401\)/);
  });
});

Deno.test("a model that the provider does not know is a fault for a person", async () => {
  const error = { message: "The model `m1` does not exist", code: "model_not_found" };
  await whileMonitored(fails(404, error), async ({ monitor, session, prompt }) => {
    const { rpc } = await prompt();
    const provider = await monitor.lastError(session);
    const fault = faultOf({ rpc, provider, waiting: undefined }, Date.now(), ADVICE);
    assert.equal(fault.kind, "person");
    assert.match(fault.message, /does not know the model: The model `m1` does not exist/);
  });
});

Deno.test("a quota of an hour is known at once, and after the turn was left too", async () => {
  const brain = fails(429, { message: "Rate limit reached" }, { "retry-after": "3600" });
  await whileMonitored(brain, async ({ monitor, session, prompt, cancel, waits }) => {
    const turn = prompt();
    await until("the wait is announced", () => waits.length > 0);
    const [waiting] = waits;
    assert.equal(waiting?.message, "Rate limit reached");
    assert.ok(Math.abs((waiting?.until ?? 0) - Date.now() - HOUR) < 120_000);
    await cancel();
    const { rpc } = await turn;
    // opencode forgets what it was refused for.
    const provider = await monitor.lastError(session);
    assert.equal(provider, undefined);
    const fault = faultOf({ rpc, provider, waiting }, Date.now(), ADVICE);
    assert.deepEqual(fault, {
      kind: "quota",
      until: waiting?.until,
      message: "Rate limit reached",
    });
    assert.equal(waits.length, 1);
  });
});

Deno.test("a rate limit that stays is told with the provider's headers", async () => {
  const headers = { "retry-after-ms": "20" };
  const error = { message: "Rate limit reached", type: "rate_limit_error" };
  await whileMonitored(fails(429, error, headers), async (monitored) => {
    const { monitor, session, prompt, waits } = monitored;
    const { rpc } = await prompt();
    const provider = await monitor.lastError(session);
    assert.equal(provider?.status, 429);
    assert.equal(provider?.headers["retry-after-ms"], "20");
    assert.deepEqual(JSON.parse(provider?.body ?? ""), { error });
    const now = Date.now();
    const fault = faultOf({ rpc, provider, waiting: undefined }, now, ADVICE);
    assert.equal(fault.kind === "quota" ? fault.until : 0, now + 20);
    await until("every wait is told of", () => waits.length === 5);
  });
});

Deno.test("every wait between attempts is told of, and none is a quota when the provider is broken", async () => {
  let left = 2;
  const brain: Brain = (conversation) => {
    left -= 1;
    return left >= 0
      ? fails(500, { message: "fake 500" })(conversation)
      : { kind: "text", text: "Here I am." };
  };
  await whileMonitored(brain, async ({ monitor, session, prompt, waits, calls }) => {
    assert.equal((await prompt()).stop, "end_turn");
    await until("both waits are told of", () => waits.length === 2);
    assert.deepEqual(waits.map(({ message }) => message), ["fake 500", "fake 500"]);
    const [waiting] = waits;
    const fault = faultOf(
      { rpc: undefined, provider: undefined, waiting },
      (waiting?.until ?? 0) - 2_000,
      ADVICE,
    );
    assert.equal(fault.kind, "transient");
    await until("the call is counted", () => calls.length === 1);
    assert.deepEqual(calls, [false]);
    assert.equal(await monitor.lastError(session), undefined);
  });
});

for (const [text, answers] of [["", "empty answers"], ["Once more.", "words"]] as const) {
  Deno.test(`${answers} of a model that never says that it is done are counted while it spins`, async () => {
    const brain: Brain = () => ({ kind: "text", text, finish: null });
    await whileMonitored(brain, async ({ prompt, cancel, calls }) => {
      const turn = prompt();
      await until("30 calls", () => calls.length >= 30);
      await cancel();
      assert.equal((await turn).stop, "cancelled");
      assert.ok(calls.slice(0, 30).every((isEmpty) => isEmpty === (text === "")));
    });
  });
}

Deno.test("a call is empty when neither words nor a tool came of it", async () => {
  const steps: readonly (readonly [Step, boolean])[] = [
    [{ kind: "text", text: "" }, true],
    [{ kind: "text", text: " \n" }, true],
    [{ kind: "reasoning", reasoning: "Hm." }, true],
    [{ kind: "raw", frames: [] }, true],
    [{ kind: "reasoning", reasoning: "Hm.", text: "Yes." }, false],
    [{ kind: "tools", calls: [{ name: "bash", args: { command: "true" } }] }, false],
    [{ kind: "text", text: "Done." }, false],
  ];
  let asked = 0;
  const brain: Brain = () => steps[asked++]?.[0] ?? { kind: "text", text: "Enough." };
  await whileMonitored(brain, async ({ prompt, calls, monitor, session }) => {
    while (asked < steps.length) assert.equal((await prompt()).stop, "end_turn");
    await until("all calls are counted", () => calls.length >= steps.length);
    assert.deepEqual(calls, steps.map(([, isEmpty]) => isEmpty));
    assert.equal(await monitor.lastError(session), undefined);
  });
});

Deno.test("what a sub-agent does and spends counts, by model too", async () => {
  const calls = [{ name: "bash", args: { command: "true" } }];
  const brain = delegates([{ kind: "tools", calls }, { kind: "tools", calls }]);
  await whileMonitored(brain, async (monitored) => {
    const { prompt, monitor, session } = monitored;
    assert.equal((await prompt()).stop, "end_turn");
    await until("all calls are counted", () => monitored.calls.length >= 5);
    assert.deepEqual(monitored.calls, [false, false, false, false, false]);
    const usage = await monitor.usage(session);
    assert.equal(usage?.inputTokens, 500);
    const [byModel, ...others] = await monitor.usageByModel(session) ?? [];
    assert.deepEqual(others, []);
    assert.equal(byModel?.model, "fake/m1");
    // The sums are made in another order.
    const rounded = (cost: number | undefined): string => (cost ?? 0).toFixed(9);
    assert.equal(rounded(byModel?.usage.cost), rounded(usage?.cost));
    assert.deepEqual({ ...byModel?.usage, cost: 0 }, { ...usage, cost: 0 });
  });
});

Deno.test("a sub-agent that spins is seen, though the protocol is silent", async () => {
  const spins = Array.from({ length: 2_000 }, (): Step => ({
    kind: "text",
    text: "",
    finish: null,
  }));
  await whileMonitored(delegates(spins), async ({ prompt, cancel, calls }) => {
    const turn = prompt();
    await until("30 calls", () => calls.length >= 30);
    await cancel();
    assert.equal((await turn).stop, "cancelled");
    assert.ok(calls.slice(0, 30).every((isEmpty) => isEmpty));
  });
});

Deno.test("a sub-agent's wait is told of", async () => {
  const body = JSON.stringify({ error: { message: "Rate limit reached" } });
  const headers = { "retry-after": "3600" };
  const brain = delegates([{ kind: "http", status: 429, body, headers }]);
  await whileMonitored(brain, async ({ prompt, cancel, waits }) => {
    const turn = prompt();
    await until("the wait is announced", () => waits.length > 0);
    await cancel();
    assert.equal((await turn).stop, "cancelled");
    assert.deepEqual(waits.map(({ message }) => message), ["Rate limit reached"]);
  });
});
