import assert from "node:assert/strict";
import { type Agent, type AgentOptions, startAgent } from "../../src/agent/agent.ts";
import { AgentError } from "../../src/agent/errors.ts";
import type { AgentUpdate } from "../../src/agent/update.ts";
import { type Clock, systemClock } from "../../src/platform/clock.ts";
import { UserError } from "../../src/platform/failure.ts";
import { NO_LOG } from "../../src/platform/log.ts";
import { Stage } from "../build/_stage.ts";
import { splitWords } from "../../src/platform/words.ts";

/** The real time, but that whoever would wait for long is woken at once. */
const HURRIED: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms >= 10_000 ? 0 : ms, signal),
};

/** The end of an agent's process is waited for with a timer that may outlast it. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

/** An agent that is closed when it is disposed of. */
class Guest implements AsyncDisposable {
  readonly agent: Agent;
  readonly updates: AgentUpdate[] = [];

  private constructor(agent: Agent) {
    this.agent = agent;
  }

  static async start(
    stage: Stage,
    scenario: string,
    options: Partial<AgentOptions> = {},
  ): Promise<Guest> {
    const agent = await startAgent({
      command: splitWords("the agent", stage.agent(scenario)),
      cwd: stage.project(),
      env: await stage.environment(),
      clock: systemClock,
      version: "0.1.0",
      stop: new AbortController().signal,
      log: NO_LOG,
      ...options,
    });
    return new Guest(agent);
  }

  /** One turn in a session of its own. */
  async turn(
    text = "Go on.",
    signal = new AbortController().signal,
  ): Promise<{ readonly stop: string }> {
    const session = await this.agent.openSession("fake/m1");
    return await session.prompt(text, (update) => this.updates.push(update), signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent.close();
  }
}

/** The text of all messages. */
function said(updates: readonly AgentUpdate[]): string {
  return updates.map((update) => update.kind === "message" ? update.text : "").join("");
}

Deno.test("updates of unknown kinds reach whoever listens, as signs of life", OPTIONS, async () => {
  await using stage = await Stage.make();
  await using guest = await Guest.start(stage, "unknown-updates");
  await guest.turn();
  assert.ok(guest.updates.filter(({ kind }) => kind === "other").length >= 10);
});

Deno.test("an agent says who it is, and each session is a new one", OPTIONS, async () => {
  await using stage = await Stage.make();
  {
    await using guest = await Guest.start(stage, "talks input=7 output=3");
    assert.deepEqual([guest.agent.name, guest.agent.version], ["fake", "1.0.0"]);
    const sessions = [
      await guest.agent.openSession("fake/m1"),
      await guest.agent.openSession("fake/m1"),
    ];
    assert.notEqual(sessions[0]?.id, sessions[1]?.id);
    assert.deepEqual(await guest.turn(), {
      stop: "end_turn",
      usage: { inputTokens: 7, outputTokens: 3, cachedTokens: 0 },
    });
    assert.match(said(guest.updates), /^I have implemented everything/);
    const [hello] = stage.sent("initialize");
    assert.equal(hello?.["protocolVersion"], 1);
    assert.deepEqual(hello["clientInfo"], { name: "iteratr", version: "0.1.0" });
    assert.deepEqual(stage.sent("session/new")[0], { cwd: stage.project(), mcpServers: [] });
  }
  assert.deepEqual(stage.processes(), []);
});

Deno.test("all updates of a turn have arrived when its answer does", OPTIONS, async () => {
  await using stage = await Stage.make();
  await using guest = await Guest.start(stage, "flood updates=5000");
  const session = await guest.agent.openSession("fake/m1");
  let text = "";
  const turn = await session.prompt("x", (update) => {
    text += said([update]);
  }, new AbortController().signal);
  assert.equal(turn.stop, "end_turn");
  assert.equal([...text.matchAll(/word \d+/g)].length, 2500);
  assert.ok(text.includes("word 4999 "));
});

Deno.test(
  "an agent that does not shake hands, or opens no session, is given up by the clock",
  OPTIONS,
  async () => {
    await using stage = await Stage.make();
    await assert.rejects(
      Guest.start(stage, "hang-initialize", { clock: HURRIED }),
      (error) =>
        error instanceof AgentError && /did not answer initialize within/.test(error.message),
    );
    // The clock that is in a hurry would not wait for the handshake either.
    const patience = { hurry: false };
    const clock: Clock = {
      ...systemClock,
      sleep: (ms, signal) => (patience.hurry ? HURRIED : systemClock).sleep(ms, signal),
    };
    await using guest = await Guest.start(stage, "hang-new", { clock });
    patience.hurry = true;
    await assert.rejects(
      guest.turn(),
      (error) =>
        error instanceof AgentError && /did not answer session\/new within/.test(error.message),
    );
  },
);

Deno.test(
  "an agent that does not answer is given up when the run is told to stop",
  OPTIONS,
  async () => {
    await using stage = await Stage.make();
    await assert.rejects(
      Guest.start(stage, "hang-initialize", { stop: AbortSignal.abort() }),
      (error) => error instanceof AgentError,
    );
    const stop = new AbortController();
    await using guest = await Guest.start(stage, "hang-new", { stop: stop.signal });
    const turn = guest.turn();
    stop.abort();
    await assert.rejects(turn, AgentError);
  },
);

Deno.test("a turn that is cancelled is over once the agent says so", OPTIONS, async () => {
  await using stage = await Stage.make();
  await using guest = await Guest.start(stage, "silent after=text");
  const stop = new AbortController();
  const turn = guest.turn("x", stop.signal);
  const session = stage.sent.bind(stage, "session/prompt");
  while (session().length === 0) await systemClock.sleep(5);
  stop.abort();
  assert.equal((await turn).stop, "cancelled");
  assert.equal(stage.sent("session/cancel").length, 1);
});

Deno.test(
  "a turn that is cancelled is over soon, also when the agent says nothing",
  OPTIONS,
  async () => {
    await using stage = await Stage.make();
    await using guest = await Guest.start(stage, "silent cancel=0");
    const { stop } = await guest.turn("x", AbortSignal.abort());
    assert.equal(stop, "cancelled");
  },
);

Deno.test(
  "a turn that fails says why, and the agent can go on with the next",
  OPTIONS,
  async () => {
    await using stage = await Stage.make();
    await using guest = await Guest.start(stage, "errors times=1 message=out-of-credit");
    await assert.rejects(
      guest.turn(),
      (error) =>
        error instanceof AgentError &&
        error.message === "the agent's turn failed: APIError: out-of-credit",
    );
    await using works = await Guest.start(stage, "talks");
    assert.equal((await works.turn()).stop, "end_turn");
  },
);

Deno.test(
  "an agent that refuses the handshake is for a person to mend, one that fails in it has failed",
  OPTIONS,
  async () => {
    await using stage = await Stage.make();
    await assert.rejects(
      Guest.start(stage, "errors at=initialize message=no-way code=-32602"),
      (error) => error instanceof UserError && error.message.includes("no-way"),
    );
    await assert.rejects(
      Guest.start(stage, "errors at=initialize message=no-way"),
      (error) => error instanceof AgentError && error.rpc?.message === "no-way",
    );
  },
);

Deno.test(
  "what fails is told as the agent's failure or as the user's, and closing is always safe",
  OPTIONS,
  async () => {
    await using stage = await Stage.make();
    await assert.rejects(
      Guest.start(stage, "crash at=initialize"),
      (error) => error instanceof AgentError && /told to crash/.test(error.lastWords),
    );
    await assert.rejects(
      Guest.start(stage, "works", { command: ["/no/such/agent"] }),
      (error) => error instanceof UserError && error.hints.length > 0,
    );
    await assert.rejects(
      Guest.start(stage, "works", { cwd: stage.join("nowhere") }),
      (error) => error instanceof UserError && error.message.includes(stage.join("nowhere")),
    );
    await using guest = await Guest.start(stage, "crash at=prompt");
    await assert.rejects(guest.turn(), AgentError);
    await assert.rejects(guest.turn(), AgentError);
    await guest.agent.close();
    await guest.agent.close();
    assert.deepEqual(stage.processes(), []);
  },
);

Deno.test(
  "the last lines of an agent's stderr are kept, the newest five of them",
  OPTIONS,
  async () => {
    await using stage = await Stage.make();
    const said = Array.from({ length: 9 }, (_, n) => `echo '  line ${n}' >&2`).join("; ");
    const chatty = await stage.writeProgram("chatty", `${said}; exec ${stage.agent("talks")}`);
    await using guest = await Guest.start(stage, "talks", { command: [chatty] });
    await guest.turn();
    assert.deepEqual(guest.agent.lastLines(), ["line 4", "line 5", "line 6", "line 7", "line 8"]);
  },
);

Deno.test(
  "what an agent prints of an error that it has answered with is none of its last lines",
  OPTIONS,
  async () => {
    await using stage = await Stage.make();
    await using silent = await Guest.start(stage, "errors at=prompt message=no-credit");
    await assert.rejects(silent.turn(), AgentError);
    assert.deepEqual(silent.agent.lastLines(), []);
    const before = "echo 'warning: an old key' >&2";
    const chatty = await stage.writeProgram(
      "chatty",
      `${before}; exec ${stage.agent("errors at=prompt message=no-credit")}`,
    );
    await using guest = await Guest.start(stage, "errors", { command: [chatty] });
    await assert.rejects(guest.turn(), AgentError);
    assert.deepEqual(guest.agent.lastLines(), ["warning: an old key"]);
  },
);

Deno.test("the last lines of an agent that has crashed are still there", OPTIONS, async () => {
  await using stage = await Stage.make();
  await using guest = await Guest.start(stage, "crash at=prompt message=out-of-memory");
  await assert.rejects(guest.turn(), AgentError);
  assert.deepEqual(guest.agent.lastLines(), ["out-of-memory"]);
});
