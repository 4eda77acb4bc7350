import assert from "node:assert/strict";
import { join } from "node:path";
import type { Conversation } from "../../scripts/opencode/conversation.ts";
import type { Brain } from "../../scripts/opencode/scripted_model.ts";
import type { Step } from "../../scripts/opencode/step.ts";
import { openStore } from "../../src/store/open.ts";
import { readEvents, readHead, readIterations } from "../../src/store/read.ts";
import type { StoredEvent } from "../../src/session/event.ts";
import type { Head, Iteration } from "../../src/session/state.ts";
import { isObject } from "../build/_json.ts";
import { report } from "../faults/_faults.ts";
import { processesWith, until } from "./_processes.ts";
import { type Finished, onStage, type Stage } from "./_stage.ts";

const SPEC = "# One file\n\n- [ ] Write `one.txt`\n";
/** Of the model `m1`: US dollars for a token read, and for one written. */
const PRICE = { input: 1e-6, output: 2e-6 };

/** What a scene has to look at. */
interface Scene {
  readonly stage: Stage;
  readonly finished: Finished;
  readonly head: Head;
  readonly iterations: readonly Iteration[];
  readonly events: readonly StoredEvent[];
}

/** How a model fails, and how the run must end. */
interface Case {
  readonly name: string;
  readonly brain: Brain;
  /** Whether nobody listens where the provider should be. */
  readonly isClosed?: boolean;
  readonly flags?: readonly string[];
  readonly code: number;
  /** The run's last line. */
  readonly last: RegExp;
  /** Somewhere in what is printed. */
  readonly tells?: RegExp;
  readonly check?: (scene: Scene) => void;
}

function http(
  status: number,
  error: Readonly<Record<string, unknown>> = { message: `fake ${status}` },
  headers: Readonly<Record<string, string>> = {},
): Step {
  return { kind: "http", status, body: JSON.stringify({ error }), headers };
}

/** Does the work of the spec in one turn, and declares it done. */
const fine = ({ turn }: Conversation): Step => {
  const bash = (command: string): Step => ({
    kind: "tools",
    calls: [{ name: "bash", args: { command, description: "work" } }],
  });
  const steps: readonly Step[] = [
    bash(
      "iteratr tool task-add --content 'Write one.txt' && echo 1 >one.txt && " +
        "iteratr tool task-status --id TAS-1 --status completed && iteratr tool session-complete",
    ),
  ];
  return steps[turn.filter(({ role }) => role === "assistant").length] ??
    { kind: "text", text: "All is done." };
};

/** Takes the steps for its first calls, and does its work from then on. */
function first(steps: readonly Step[]): Brain {
  let calls = 0;
  return (conversation) => steps[calls++] ?? fine(conversation);
}

const always = (step: Step): Brain => () => step;

/** Hands its work to a sub-agent, and is done when that is. */
const delegates: Brain = (conversation) => {
  const { tools, turn } = conversation;
  if (!tools.some(({ name }) => name === "task")) return { kind: "text", text: "My part is done." };
  const args = { description: "a part", prompt: "Do a part.", ["subagent_type"]: "general" };
  if (turn.every(({ role }) => role !== "assistant")) {
    return { kind: "tools", calls: [{ name: "task", args }] };
  }
  const own = turn.filter(({ role }) => role === "assistant").length;
  return own > 1 ? { kind: "text", text: "All is done." } : {
    kind: "tools",
    calls: [{
      name: "bash",
      args: {
        command:
          "iteratr tool task-add --content a && iteratr tool task-status --id TAS-1 --status completed && iteratr tool session-complete",
        description: "work",
      },
    }],
  };
};

/** What the log says of one type of event. */
function data(events: readonly StoredEvent[], type: string): readonly Record<string, unknown>[] {
  return events.filter((event) => event.type === type)
    .map((event) => isObject(event.data) ? event.data : {});
}

async function look(stage: Stage): Promise<Omit<Scene, "stage" | "finished">> {
  const directory = join(stage.project, ".iteratr");
  await using store = await openStore({ directory, create: false });
  const head = await readHead(store, "job");
  assert.ok(head !== undefined);
  return {
    head,
    iterations: await readIterations(store, "job", head),
    events: await Array.fromAsync(readEvents(store, "job", head, 0)),
  };
}

/** Waits between attempts would only make the tests long. */
async function retryAtOnce(stage: Stage): Promise<void> {
  await Deno.writeTextFile(join(stage.project, "iteratr.yml"), "retry:\n  delays: [0s]\n");
}

async function play(
  { name, brain, isClosed = false, flags = [], code, last, tells, check }: Case,
): Promise<void> {
  await onStage({ brain, spec: SPEC }, async (stage) => {
    await retryAtOnce(stage);
    if (isClosed) await stage.model.close();
    const start = performance.now();
    const finished = await stage.build("--no-auto-commit", ...flags);
    const seconds = ((performance.now() - start) / 1_000).toFixed(1);
    const all = `${name}\n${finished.stdout}\n---\n${finished.stderr}`;
    assert.equal(finished.code, code, all);
    assert.match(finished.stdout.trimEnd().split("\n").at(-1) ?? "", last, all);
    if (tells !== undefined) assert.match(finished.stdout, tells, all);
    assert.deepEqual(processesWith("STAGE", stage.id), [], name);
    const seen = await look(stage);
    check?.({ stage, finished, ...seen });
    const retries = data(seen.events, "retry.scheduled").length;
    const { length } = stage.model.requests;
    report(`${name}: exit ${code}, ${seconds} s, model calls ${length}, retries ${retries}`);
  });
}

/** Plays several scenes at once: opencode waits most of the time. */
async function playAll(cases: readonly Case[], atOnce: number): Promise<void> {
  const waiting = [...cases];
  const errors: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await play(next).catch((error: unknown) => errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (errors.length > 0) throw errors[0];
}

const NO_RETRY = ["--no-retry"];
/** Retries of the run, in the log. */
const retried = (times: number) => ({ events }: Scene): void =>
  assert.equal(data(events, "retry.scheduled").length, times);

/** opencode tries these again by itself, for a minute and more in which nothing happens. */
const LONG: readonly Case[] = [
  {
    name: "500 for ever",
    brain: always(http(500)),
    flags: NO_RETRY,
    code: 2,
    last: /^agent-failed \(exit 2\): the agent's turn failed: fake 500 \(?.*in iteration 1\.$/,
    tells: /^wait {4}the agent asks its provider again at /m,
    check: ({ stage }) => assert.equal(stage.model.requests.length, 6),
  },
  {
    name: "dropped stream",
    brain: always({ kind: "drop", text: "partial " }),
    flags: NO_RETRY,
    code: 2,
    last: /^agent-failed \(exit 2\): the agent's turn failed: .*(reset|closed|terminated)/i,
  },
  {
    name: "429 without a time",
    brain: always(http(429, { message: "Rate limit reached" })),
    flags: NO_RETRY,
    code: 2,
    last: /^agent-failed \(exit 2\): the agent's turn failed: Rate limit reached \(HTTP 429\) in/,
  },
  {
    name: "connection refused",
    brain: fine,
    isClosed: true,
    flags: NO_RETRY,
    code: 2,
    last: /^agent-failed \(exit 2\): the agent's turn failed: Cannot connect to API/,
    tells: /^wait {4}the agent asks its provider again at /m,
  },
];

const SHORT: readonly Case[] = [
  {
    name: "500 twice, then fine",
    brain: first([http(500), http(500)]),
    code: 0,
    last: /^complete: /,
    check: retried(0),
  },
  {
    name: "401",
    brain: always(http(401, { message: "Incorrect API key provided" })),
    code: 1,
    last: /^config \(exit 1\): the provider refuses the login: Incorrect API key provided/,
    check: retried(0),
  },
  {
    name: "404 of the model",
    brain: always(
      http(404, { message: "The model `m1` does not exist", code: "model_not_found" }),
    ),
    code: 1,
    last: /^config \(exit 1\): the provider does not know the model: The model `m1` does not exi/,
    check: retried(0),
  },
  {
    name: "429 with retry-after 2, once",
    brain: first([http(429, { message: "Rate limit reached" }, { "retry-after": "2" })]),
    code: 0,
    last: /^complete: /,
    tells: /^wait {4}the agent asks its provider again at .*: Rate limit reached/m,
    check: (scene) => {
      retried(0)(scene);
      assert.deepEqual(data(scene.events, "quota.waiting"), []);
    },
  },
  {
    name: "a wait that is longer than silence may be, announced",
    brain: first([http(429, { message: "Rate limit reached" }, { "retry-after": "25" })]),
    flags: ["--silence", "20s"],
    code: 0,
    last: /^complete: /,
    check: (scene) => {
      retried(0)(scene);
      assert.deepEqual(data(scene.events, "watchdog.fired"), []);
      assert.equal(data(scene.events, "agent.waiting").length, 1);
    },
  },
  {
    name: "malformed stream, once",
    brain: first([{ kind: "raw", frames: ["data: {not json\n\n"] }]),
    code: 0,
    last: /^complete: /,
    check: retried(1),
  },
  {
    name: "context overflow, for ever",
    brain: always(http(400, {
      message: "This model's maximum context length is 200000 tokens",
      code: "context_length_exceeded",
    })),
    flags: ["--retries", "1"],
    code: 2,
    last:
      /^agent-failed \(exit 2\): .*(context|compact).* in iteration 1; 1 retry \(after 0s\) did/i,
    check: retried(1),
  },
  {
    name: "no finish reason, with text",
    brain: always({ kind: "text", text: "And again.", finish: null }),
    flags: NO_RETRY,
    code: 2,
    last: /^agent-failed \(exit 2\): the agent called its model more than 300 times in a turn/,
    check: ({ events }) =>
      assert.deepEqual(data(events, "watchdog.fired"), [{ kind: "messages", limit: 300 }]),
  },
  {
    name: "no finish reason, empty, once",
    brain: (() => {
      let calls = 0;
      return (conversation) =>
        calls++ < 20 ? { kind: "text", text: "", finish: null } : fine(conversation);
    })(),
    code: 0,
    last: /^complete: /,
    check: ({ events }) =>
      assert.deepEqual(data(events, "watchdog.fired"), [{ kind: "empty-messages", limit: 20 }]),
  },
  {
    name: "hang, once",
    brain: first([{ kind: "hang", text: "Let me think." }]),
    flags: ["--silence", "15s"],
    code: 0,
    last: /^complete: /,
    tells: /^guard {3}no sign of life for 15s: the turn is ended$/m,
    check: retried(1),
  },
  {
    name: "key refused after session-complete",
    brain: (conversation) => {
      const step = fine(conversation);
      return step.kind === "text" ? http(401, { message: "bad key" }) : step;
    },
    code: 0,
    last: /^complete: 1 task done, after 1 iteration/,
    check: retried(0),
  },
  {
    name: "sub-agent's usage",
    brain: delegates,
    flags: ["--max-cost", "1"],
    code: 0,
    last: /^complete: /,
    check: ({ stage, head }) => {
      const calls = stage.model.requests.filter(({ kind }) => kind === "chat").length;
      assert.ok(calls >= 4, `${calls} calls`);
      const expected = calls * (100 * PRICE.input + 20 * PRICE.output);
      assert.ok(Math.abs(head.usage.cost - expected) < 1e-9, `${head.usage.cost}, ${expected}`);
    },
  },
];

/** A quota of five minutes is waited for by the run, without an agent, until somebody resumes it. */
async function resumed(): Promise<void> {
  let refuses = true;
  const brain: Brain = (conversation) =>
    refuses
      ? http(429, { message: "Rate limit reached" }, { "retry-after": "300" })
      : fine(conversation);
  await onStage({ brain, spec: SPEC }, async (stage) => {
    const child = stage.spawn([...stage.buildArgs, "--no-auto-commit"]);
    const output = child.output();
    const waits = async (): Promise<boolean> => {
      const { stdout } = await stage.iteratr("status", "job");
      return /for its provider, until/.test(stdout);
    };
    const start = performance.now();
    await until("the run waits", waits);
    report(`quota of 300 s: known after ${((performance.now() - start) / 1_000).toFixed(1)} s`);
    assert.deepEqual(
      processesWith("STAGE", stage.id).filter((command) => !command.includes("main.ts")),
      [],
    );
    refuses = false;
    const resumed = await stage.iteratr("resume", "job");
    assert.equal(resumed.code, 0, resumed.stderr);
    const { code, stdout } = await output;
    const text = new TextDecoder().decode(stdout);
    assert.equal(code, 0, text);
    assert.match(text, /^quota {3}used up until .*, the run waits: Rate limit reached/m);
    assert.match(text, /^quota {3}the run goes on after .*, as asked$/m);
    const { iterations, events } = await look(stage);
    assert.deepEqual([iterations[0]?.outcome, iterations.length], ["progress", 1]);
    assert.deepEqual(data(events, "retry.scheduled"), []);
    assert.deepEqual(processesWith("STAGE", stage.id), []);
  });
}

Deno.test("a failing provider: what passes is passed over, what a person must mend ends with 1, a quota waits, the rest ends with 2", async () => {
  const results = await Promise.allSettled([
    playAll(LONG, LONG.length),
    playAll(SHORT, 2),
    resumed(),
  ]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
});
