import assert from "node:assert/strict";
import { readUpdate } from "../../src/agent/update.ts";
import { mend } from "../../src/loop/mend.ts";
import { makeRecorder, type Recorder } from "../../src/loop/recorder.ts";
import { Transcript } from "../../src/loop/turn/transcript.ts";
import { systemClock } from "../../src/platform/clock.ts";
import {
  type Actor,
  type CommandFacts,
  event,
  type EventData,
  type NewEvent,
} from "../../src/session/event.ts";
import { type GatePurpose, gatesMark } from "../../src/session/gate.ts";
import { granted, type Ruling, type SessionView } from "../../src/session/ruling.ts";
import { addNote, completeSession, summarize } from "../../src/session/session_rules.ts";
import {
  addDependency,
  addTasks,
  removeDependency,
  setPriority,
  setStatus,
} from "../../src/session/task_rules.ts";
import { storeText } from "../../src/store/blob.ts";
import type { Store } from "../../src/store/open.ts";
import { readHead } from "../../src/store/read.ts";
import { transact } from "../../src/store/transact.ts";

/** What a long spec says; too long to be kept in an event. */
export const LONG_SPEC = Array.from(
  { length: 400 },
  (_, line) => `- item ${line + 1}: \u00e4\u00f6\u00fc, "quotes", \u{1F600}, \u2028, \\\n`,
).join("");

/** Carries out a rule on session `s`, which must grant it. */
export async function command(
  store: Store,
  decide: (view: SessionView) => Ruling,
  options: { readonly session?: string; readonly run?: string; readonly actor?: Actor } = {},
): Promise<void> {
  const outcome = await transact(store, {
    session: "s",
    actor: "agent",
    create: { spec: null },
    tasks: true,
    decide,
    ...options,
  });
  assert.equal(outcome.kind, "committed", JSON.stringify(outcome));
}

/** Adds a note to session `s`. */
export function note(store: Store, text: string): Promise<void> {
  return command(store, (view) => addNote(view, "tip", text));
}

/**
 * A session of three runs, the second of which is killed and mended, by the writers that iteratr itself
 * uses: together with {@linkcode writeTroubledRun} an event of every type, but for the one that only a
 * reset writes.
 */
export async function writeJob(store: Store, session = "s"): Promise<void> {
  const first = await beginRun(store, session, "run-1");
  await first.record(
    event("agent.started", { pid: 102, name: "OpenCode", version: "1.2.3", model: "fake/m1" }),
  );
  await recordSpec(first, "# Build it\n", false);
  await first.beginIteration(undefined);
  await plan(store, session);
  await talk(first);
  await first.record(event("iteration.usage", { n: 1, usage: usage(100) }));
  await command(store, (view) => summarize(view, "Planned, and built the first part."), {
    session,
  });
  await first.record(ended(1));
  await command(store, (view) => completeSession(view, false), { session });
  await first.record(event("run.ended", {
    reason: "complete",
    code: 0,
    message: "2 tasks done.",
    hints: [],
    iterations: 1,
    ms: 4321,
    usage: usage(100),
  }));

  const second = await beginRun(store, session, "run-2");
  await recordSpec(second, LONG_SPEC, true);
  await second.record(
    event("warning", { message: "the spec specs/job.md is not there any more" }),
  );
  await second.beginIteration(undefined);
  await command(store, (view) => addTasks(view, [{ text: "One more" }]), { session });
  await second.record(event("iteration.usage", { n: 2, usage: usage(7) }));
  await mend(store, session, undefined);
  await command(store, (view) => addNote(view, "stuck", "left \u{1F6A7} behind"), {
    session,
    actor: "user",
  });
  await writeGatedRun(store, session);
}

/** A run with hooks and gates: one of these fails, and passes when its cause is mended. */
async function writeGatedRun(store: Store, session: string): Promise<void> {
  const run = await beginRun(store, session, "run-3", {
    hooks: ["session_start", "on_task_complete"],
    gates: ["deno task test", "lint"],
  });
  await run.record(event("hook.ended", {
    ...ranCommand("./scripts/greet", 0, "welcome\n"),
    hook: "session_start",
    held: true,
  }));
  await writeVerification(run, "baseline", ["lint"]);
  await run.beginIteration(COMMIT);
  await run.record(event("hook.delivered", { through: await lastSeq(store, session) }));
  await command(store, (view) => setStatus(view, 3, "completed"), { session });
  await run.record(event("hook.ended", {
    ...ranCommand("./scripts/notify", 1, "nobody is there\n"),
    ...{ hook: "on_task_complete", held: false, task: 3 },
    completion: await lastSeq(store, session),
  }));
  await run.record(event("iteration.ended", {
    n: 3,
    ...iterationFacts(),
    commits: [COMMIT],
    files: { changed: 1, added: 2, removed: 3 },
  }));
  await command(store, (view) => completeSession(view, false), { session });
  await writeVerification(run, "judgement", ["deno task test", "lint"]);
  await command(store, (view) => completeSession(view, true), { session, actor: "run" });
  await writeVerification(run, "judgement", ["lint"]);
}

/** A run whose agent fails, whose provider has enough, and whose money runs out. */
export async function writeTroubledRun(store: Store, session = "s"): Promise<void> {
  const run = await beginRun(store, session, "run-1", {
    ...{ maxTokens: 1_000_000, maxCost: 2.5, off: ["watchdog.turn"] },
  });
  await run.beginIteration(undefined);
  const until = "2026-01-02T17:00:00.000Z";
  await run.record(event("commit.base", { commit: "c0ffee" }));
  await run.record(
    event("agent.waiting", { until, message: "Rate limited: try again at 17:00" }),
    event("watchdog.fired", { kind: "silence", limit: 300_000 }),
    event("agent.ended", { pid: 102, code: null, signal: "SIGTERM" }),
  );
  const error = "the agent gave no sign of life for 5m00s";
  await run.record(event("retry.scheduled", { attempt: 1, max: 3, delayMs: 0, error }));
  await run.record(event("quota.waiting", { until, error: "usage limit reached (HTTP 429)" }));
  await command(store, () => granted(event("run.resume", {})), { session, actor: "user" });
  await run.record(event("quota.over", { waitedMs: 60_000, why: "resumed" }));
  await run.record(event("budget.warned", { budget: "cost", used: 2.1, limit: 2.5 }));
  await run.record(event("iteration.ended", {
    ...{ n: 1, ...iterationFacts() },
    models: [{ model: "fake/m1", usage: usage(100) }],
  }));
  await run.record(event("budget.reached", { budget: "cost", used: 2.5, limit: 2.5 }));
  await run.record(event("run.ended", {
    reason: "budget",
    code: 6,
    message: "the cost budget of $2.50 is used up.",
    hints: [],
    iterations: 1,
    ms: 61_000,
    usage: usage(100),
  }));
  await run.record(event("commit.index", { from: "c0ffee" }));
  await run.record(event("commit.settled", { n: 1, refused: true }));
}

const COMMIT = "0123456789012345678901234567890123456789";

/** Runs two gates, of which some fail; `lint` is allowed to, once the session has begun. */
async function writeVerification(
  run: Recorder,
  purpose: GatePurpose,
  failures: readonly string[],
): Promise<void> {
  const gates = ["deno task test", "lint"];
  await run.record(event("verify.started", { for: purpose, gates }));
  for (const name of gates) {
    const passed = !failures.includes(name);
    await run.record(event("gate.ended", {
      ...ranCommand(name === "lint" ? "deno lint" : name, passed ? 0 : 1, `${name} was run\n`),
      ...{ for: purpose, name, passed, changed: name === "lint" ? ["src/user.ts"] : [] },
    }));
  }
  const isTolerated = (name: string): boolean => purpose === "judgement" && name === "lint";
  const failed = failures.filter((name) => !isTolerated(name));
  const passed = failed.length === 0;
  await run.record(
    event("verify.ended", {
      for: purpose,
      ...{ passed, failed, tolerated: failures.filter(isTolerated) },
      gates: gatesMark([
        { name: "deno task test", command: "deno task test", timeoutMs: null },
        { name: "lint", command: "deno lint", timeoutMs: 60_000 },
      ]),
      ...{ commit: COMMIT, work: "0123456789abcdef", dirty: false },
    }),
    ...(purpose === "judgement" && !passed
      ? [event("session.reopened", { why: `not proven: ${failed.join(", ")}` })]
      : []),
  );
}

function ranCommand(written: string, exit: number, output: string): CommandFacts {
  const sha256 = "0123456789abcdef".repeat(4);
  const bytes = output.length;
  return { command: written, end: "exited", exit, ms: 1500, bytes, sha256, output, tail: output };
}

/** The number of the event that was written last. */
async function lastSeq(store: Store, session: string): Promise<number> {
  const head = await readHead(store, session);
  assert.ok(head !== undefined);
  return head.seq;
}

async function beginRun(
  store: Store,
  session: string,
  run: string,
  checks: Pick<EventData["run.started"], "hooks" | "gates" | "maxTokens" | "maxCost" | "off"> = {},
): Promise<Recorder> {
  const started = event("run.started", {
    pid: 101,
    host: "host",
    version: "0.1.0",
    spec: "/project/specs/job.md",
    root: "/project",
    model: "fake/m1",
    command: ["opencode", "acp"],
    iterations: 0,
    timeMs: 0,
    ...checks,
  });
  const reopened = event("session.reopened", { why: "the spec has changed" });
  await command(
    store,
    ({ head }) => granted(...(head.complete ? [reopened] : []), started),
    { session, run, actor: "run" },
  );
  return makeRecorder(store, session, run);
}

async function recordSpec(recorder: Recorder, spec: string, changed: boolean): Promise<void> {
  const { text, blobs } = await storeText(spec);
  const path = "/project/specs/job.md";
  await recorder.recordWith(blobs, event("spec.recorded", { path, text, changed }));
}

async function plan(store: Store, session: string): Promise<void> {
  const rules: readonly ((view: SessionView) => Ruling)[] = [
    (view) => addTasks(view, [{ text: "Draw a plan" }, { text: "Build it", priority: 1 }]),
    (view) => addDependency(view, 2, 1),
    (view) => removeDependency(view, 2, 1),
    (view) => addDependency(view, 1, 2),
    (view) => setPriority(view, 1, 0),
    (view) => setStatus(view, 2, "in_progress"),
    (view) => setStatus(view, 2, "completed"),
    (view) => setStatus(view, 1, "cancelled"),
    (view) => addNote(view, "learning", 'two lines,\nand a "quoted" word'),
  ];
  for (const rule of rules) await command(store, rule, { session });
}

async function talk(recorder: Recorder): Promise<void> {
  let ms = 0;
  const clock = { ...systemClock, monotonic: () => ms += 250 };
  const transcript = new Transcript(recorder, clock, () => undefined);
  for (const update of UPDATES.map(readUpdate)) transcript.take(update);
  await transcript.finish();
  await recorder.record(event("agent.omitted", { kept: 1_500_000 }));
  await recorder.record(event("agent.question", { text: "Shall I go on?" }));
  await recorder.record(event("run.stop", { now: false }));
  await recorder.record(event("work.baseline", { files: "[]", count: 0 }));
  await recorder.record(
    event("commit.made", {
      id: "0123456789012345678901234567890123456789",
      subject: "feat: do it",
      by: "run",
      files: 1,
      added: 2,
      removed: 3,
    }),
    event("commit.refused", { why: "a merge is in progress" }),
  );
  await recorder.record(event("agent.renewed", { why: "after 25 iterations" }));
}

/** Parts of a turn, as the agent sends them. */
const UPDATES = [
  {
    sessionUpdate: "agent_thought_chunk",
    messageId: "m-1",
    content: { type: "text", text: "The model comes first." },
  },
  {
    sessionUpdate: "agent_message_chunk",
    messageId: "m-2",
    content: { type: "text", text: "I begin.\nThen I " },
  },
  {
    sessionUpdate: "agent_message_chunk",
    messageId: "m-2",
    content: { type: "text", text: "go on." },
  },
  {
    sessionUpdate: "plan",
    entries: [
      { content: "Read the spec", status: "completed", priority: "high" },
      { content: "Write the model", status: "in_progress", priority: "medium" },
    ],
  },
  {
    sessionUpdate: "tool_call_update",
    toolCallId: "call-1",
    status: "completed",
    kind: "edit",
    title: "write",
    rawInput: { filePath: "src/user.ts", content: "one\ntwo\n" },
    rawOutput: { output: "written" },
  },
  {
    sessionUpdate: "tool_call_update",
    toolCallId: "call-2",
    status: "completed",
    kind: "execute",
    title: "bash",
    rawInput: { command: "deno task test" },
    rawOutput: {
      output: `${"output of a test\n".repeat(1200)}1 failed\n`,
      metadata: { exit: 1 },
    },
  },
] as const;

function ended(n: number): NewEvent {
  return event("iteration.ended", { n, ...iterationFacts() });
}

function iterationFacts(): Omit<EventData["iteration.ended"], "n"> {
  return {
    outcome: "progress",
    stop: "end_turn",
    ms: 4000,
    usage: usage(100),
    state: { work: "0123456789abcdef", tasks: "fedcba9876543210" },
  };
}

function usage(tokens: number): Parameters<typeof event<"iteration.usage">>[1]["usage"] {
  return { inputTokens: tokens, outputTokens: 2, cachedTokens: 3, cost: 0.25, partial: false };
}
