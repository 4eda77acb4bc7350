import assert from "node:assert/strict";
import fc from "fast-check";
import { type PlainOptions, PlainRenderer } from "../../src/render/plain.ts";
import {
  type CommandFacts,
  event,
  EVENT_VERSION,
  type EventData,
  type NewEvent,
  type SessionEvent,
} from "../../src/session/event.ts";
import type { Task } from "../../src/session/task.ts";
import { NO_USAGE } from "../../src/session/usage.ts";

const AT = "2026-11-20T10:00:00.000Z";

function task(n: number, change: Partial<Task> = {}): Task {
  const dates = { createdAt: AT, updatedAt: AT };
  const base = { n, text: `Write part ${n}`, status: "remaining", priority: 2 } as const;
  return { ...base, dependsOn: [], iteration: null, ...dates, ...change };
}

function renderer(tasks: readonly Task[] = []): PlainRenderer {
  return new PlainRenderer({ session: "user-auth", spec: "specs/a.md", root: "/w", tasks });
}

function stored(item: NewEvent, seq = 1): SessionEvent {
  return { v: EVENT_VERSION, seq, at: AT, run: "r", iteration: 1, actor: "run", ...item };
}

/** All that a renderer says to these events. */
function textOf(events: readonly NewEvent[], tasks: readonly Task[] = []): string {
  const plain = renderer(tasks);
  let iteration = 1;
  return events.map((item, index) => {
    if (item.type === "iteration.started") iteration = item.data.n;
    return plain.render({ ...stored(item, index + 1), iteration });
  }).join("");
}

/** The lines for these events, blanks squeezed: what is said, not where it stands. */
function said(events: readonly NewEvent[], tasks: readonly Task[] = []): readonly string[] {
  const text = textOf(events, tasks);
  assert.ok(text === "" || text.endsWith("\n"));
  return text.split("\n").slice(0, -1).map((line) => line.replaceAll(/ {2,}/g, "  ").trimEnd());
}

function message(text: string, id = "m"): NewEvent {
  return event("agent.message", { message: id, text });
}

function tool(change: Partial<EventData["agent.tool"]>): NewEvent {
  return event("agent.tool", {
    call: "c",
    kind: "execute",
    tool: "bash",
    argument: "make test",
    subagent: false,
    outcome: "ok",
    exit: 0,
    ms: 3100,
    lines: null,
    output: "",
    tail: "",
    ...change,
  });
}

const RUN_STARTED = event("run.started", {
  pid: 1,
  host: "h",
  version: "0.1.0",
  spec: "/w/specs/a.md",
  root: "/w",
  model: "fake/m1",
  command: ["opencode", "acp"],
  iterations: 0,
  timeMs: 0,
});
const AGENT_STARTED = event("agent.started", {
  pid: 2,
  name: "OpenCode",
  version: "1.18.33",
  model: "fake/m1",
});
const END = event("run.ended", {
  reason: "complete",
  code: 0,
  message: "done",
  hints: [],
  iterations: 1,
  ms: 1,
  usage: NO_USAGE,
});

function iterationEnded(change: Partial<EventData["iteration.ended"]> = {}): NewEvent {
  return event("iteration.ended", {
    n: 1,
    outcome: "progress",
    stop: "end_turn",
    ms: 72_000,
    usage: NO_USAGE,
    state: null,
    ...change,
  });
}

Deno.test("a run begins with what it works on, with whom, and how far", () => {
  const tasks = [
    task(1, { status: "completed" }),
    task(2),
    task(3, { status: "blocked" }),
    task(4, { status: "cancelled" }),
  ];
  assert.deepEqual(said([RUN_STARTED, AGENT_STARTED], tasks), [
    "iteratr 0.1.0  session user-auth  spec specs/a.md  model fake/m1",
    "tasks  2 open, 1 done  limits  unlimited iterations, no time limit",
    "agent  OpenCode 1.18.33",
  ]);
});

Deno.test("a run tells its gates in its first lines, by their names, and none when it has none", () => {
  const gated = (gates: readonly string[]): NewEvent => {
    assert.ok(RUN_STARTED.type === "run.started");
    return event("run.started", { ...RUN_STARTED.data, gates });
  };
  assert.equal(said([gated(["npm test", "lint"])]).at(-1), "gates  npm test, lint");
  assert.equal(said([gated([])]).length, 2);
});

Deno.test("an agent is told once, however often it is started", () => {
  const renewed = event("agent.renewed", { why: "after 25 iterations" });
  assert.deepEqual(said([AGENT_STARTED, renewed, AGENT_STARTED]), [
    "agent  OpenCode 1.18.33",
    "agent  is restarted: after 25 iterations",
  ]);
});

Deno.test("a limit of iterations is told in the first lines", () => {
  const limited = (iterations: number): NewEvent => {
    assert.ok(RUN_STARTED.type === "run.started");
    return event("run.started", { ...RUN_STARTED.data, iterations });
  };
  assert.match(textOf([limited(1), AGENT_STARTED]), /limits {2}1 iteration, no time limit\n/);
  assert.match(textOf([limited(10), AGENT_STARTED]), /limits {2}10 iterations, no time limit\n/);
});

Deno.test("an iteration begins with a rule that tells its number and the time", () => {
  const text = textOf([event("iteration.started", { n: 12 })]);
  assert.match(text, /^\n== iteration 12 =+ \d\d:\d\d:\d\d\n$/);
  assert.equal(text.trim().length, 92);
});

Deno.test("a task that is added as completed counts as done in the receipt", () => {
  const added = { n: 1, text: "Look around", status: "completed", priority: 2 } as const;
  const events = [event("task.added", added), iterationEnded({})];
  assert.match(said(events).at(-1) ?? "", / 1 task done, 0 open$/);
});

Deno.test("the receipt of an iteration of an earlier run counts what was completed in it", () => {
  const tasks = [
    task(1, { status: "completed", iteration: 1 }),
    task(2, { status: "completed", iteration: null }),
    task(3, { iteration: 1 }),
  ];
  const killed = iterationEnded({ outcome: "interrupted", stop: "the run was killed" });
  assert.deepEqual(said([killed], tasks), [
    "-- iteration 1: interrupted (the run was killed)  1m12s  1 task done, 1 open",
  ]);
});

Deno.test("an iteration ends with its receipt", () => {
  const usage = { inputTokens: 200, outputTokens: 2100, cachedTokens: 18_000, cost: 0.09 };
  const events = [
    event("task.status", { n: 1, status: "completed" }),
    iterationEnded({ usage: { ...usage, partial: false } }),
  ];
  assert.equal(
    said(events, [task(1), task(2)]).at(-1),
    "-- iteration 1: progress  1m12s  200 in, 18.0k cached, 2.1k out, $0.09  1 task done, 1 open",
  );
  assert.deepEqual(said([iterationEnded({ usage: { ...usage, partial: true } })]), [
    "-- iteration 1: progress  1m12s  200 in, 18.0k cached, 2.1k out, $0.09 (at least)  0 tasks done, 0 open",
  ]);
});

Deno.test("a receipt adds several commits up, and says nothing of one", () => {
  const files = { changed: 3, added: 40, removed: 2 };
  const receiptOf = (commits: readonly string[]) =>
    said([iterationEnded({ outcome: "progress", commits, files })]);
  assert.deepEqual(receiptOf(["a", "b"]), [
    "-- iteration 1: progress  1m12s  0 tasks done, 0 open  2 commits, 3 files, +40 -2",
  ]);
  assert.deepEqual(receiptOf(["a"]), ["-- iteration 1: progress  1m12s  0 tasks done, 0 open"]);
});

Deno.test("a receipt leaves out tokens and cost that nobody told", () => {
  assert.deepEqual(said([iterationEnded({ outcome: "idle" })]), [
    "-- iteration 1: idle  1m12s  0 tasks done, 0 open",
  ]);
});

Deno.test("the receipt of an iteration that failed tells why, on the same line", () => {
  const stop = "the agent's process ended\nwith code 3";
  assert.deepEqual(said([iterationEnded({ outcome: "failed", stop })]), [
    "-- iteration 1: failed: the agent's process ended with code 3  1m12s  0 tasks done, 0 open",
  ]);
});

Deno.test("a receipt counts the tasks of its own iteration", () => {
  const done = (n: number): NewEvent => event("task.status", { n, status: "completed" });
  const lines = said([
    done(1),
    iterationEnded(),
    event("iteration.started", { n: 2 }),
    done(2),
    done(3),
    iterationEnded({ n: 2 }),
  ], [task(1), task(2), task(3), task(4)]);
  assert.deepEqual(lines.filter((line) => line.startsWith("--")), [
    "-- iteration 1: progress  1m12s  1 task done, 3 open",
    "-- iteration 2: progress  1m12s  2 tasks done, 1 open",
  ]);
});

Deno.test("each change of a task is a line with its id, its text and what changed", () => {
  assert.deepEqual(
    said([
      event("task.added", { n: 3, text: "Write the parser", status: "remaining", priority: 2 }),
      event("task.status", { n: 3, status: "in_progress" }),
      event("task.priority", { n: 3, priority: 0 }),
      event("task.depends", { n: 3, on: 1 }),
      event("task.independent", { n: 3, of: 1 }),
      event("task.status", { n: 1, status: "completed" }),
    ], [task(1)]),
    [
      "task  TAS-3 Write the parser  added",
      "task  TAS-3 Write the parser  in progress",
      "task  TAS-3 Write the parser  priority 0",
      "task  TAS-3 Write the parser  waits for TAS-1",
      "task  TAS-3 Write the parser  no longer waits for TAS-1",
      "task  TAS-1 Write part 1  completed",
    ],
  );
});

Deno.test("notes, summaries, warnings and the session's state are a line each", () => {
  assert.deepEqual(
    said([
      event("note.added", { n: 1, type: "learning", text: "Models validate\nthemselves." }),
      event("note.added", { n: 2, type: "tip", text: "Be quick." }),
      event("iteration.summary", { n: 1, text: "Did\nit." }),
      event("warning", { message: "the disk is nearly full" }),
      event("agent.omitted", { kept: 5 }),
      event("spec.recorded", { path: "/w/specs/a.md", text: "x", changed: true }),
      event("session.completed", { assumed: false }),
      event("session.completed", { assumed: true }),
      event("session.reopened", { why: "a task was added" }),
    ]),
    [
      "note  learning  Models validate themselves.",
      "note  tip  Be quick.",
      "summary Did it.",
      "warning the disk is nearly full",
      "output  limit reached: from here on only the end is kept",
      "spec  it has changed; the new text counts",
      "session declared complete",
      "session all tasks are closed",
      "session reopened: a task was added",
    ],
  );
});

Deno.test("what is not worth a line has none", () => {
  assert.equal(
    textOf([
      event("session.created", { spec: "/w/specs/a.md" }),
      event("agent.thought", { message: "t", text: "a piece of a long thought", ms: 0 }),
      event("agent.thought", { message: "t", text: "a short thought", ms: 900 }),
      event("spec.recorded", { path: "/w/specs/a.md", text: "x", changed: false }),
      event("iteration.usage", { n: 1, usage: NO_USAGE }),
      event("hook.delivered", { through: 1 }),
      event("work.baseline", { files: "[]", count: 0 }),
      END,
    ]),
    "",
  );
});

Deno.test("a thought is told by its time, not by its text", () => {
  assert.deepEqual(
    said([event("agent.thought", { message: "t", text: "secret idea", ms: 2200 })]),
    ["thought 2.2s"],
  );
});

Deno.test("events of unknown types and later versions are passed over", () => {
  const plain = renderer();
  const strange = { ...stored(END), type: "mood.changed", data: { mood: 1 } };
  assert.equal(plain.render(strange), "");
  assert.equal(plain.render({ ...stored(event("warning", { message: "x" })), v: 2 }), "");
});

Deno.test("a tool call is a line with its argument, its time and how it went", () => {
  assert.deepEqual(
    said([
      tool({}),
      tool({ tool: "read", kind: "read", argument: "/w/src/a.ts", exit: null, ms: 12_000 }),
      tool({ tool: "edit", kind: "edit", argument: "/etc/b", lines: { added: 42, removed: 0 } }),
    ]),
    [
      "tool  bash  make test  ok  3.1s",
      "tool  read  src/a.ts  ok  12s",
      "tool  edit  /etc/b  +42 -0",
    ],
  );
});

Deno.test("a call of a sub-agent and the agent's own plan are told as such", () => {
  const steps = [
    { text: "Look around", status: "completed" as const },
    { text: "Write it\nall", status: "in_progress" as const },
    { text: "Check it", status: "pending" as const },
    { text: "Ship it", status: "cancelled" as const },
  ];
  assert.deepEqual(
    said([
      tool({ subagent: true, argument: "explore: find tests" }),
      event("agent.plan", { steps }),
    ]),
    [
      "sub  explore: find tests  ok  3.1s",
      "plan  [x] Look around",
      "  [~] Write it all",
      "  [ ] Check it",
      "  [-] Ship it",
    ],
  );
});

Deno.test("a tool call that failed tells its exit code and the end of what it printed", () => {
  const tail = Array.from({ length: 9 }, (_, index) => `line ${index + 1}`).join("\n");
  assert.deepEqual(said([tool({ outcome: "failed", exit: 2, tail: `${tail}\n\n` })]), [
    "tool  bash  make test  failed (exit 2)  3.1s",
    ...[4, 5, 6, 7, 8, 9].map((n) => `  | line ${n}`),
  ]);
  assert.deepEqual(said([tool({ outcome: "failed", exit: null, tail: " \n" })]), [
    "tool  bash  make test  failed  3.1s",
  ]);
});

Deno.test("a call of iteratr tool shows by what it does, and only when it failed as itself", () => {
  const argument = "iteratr tool task-next";
  assert.deepEqual(said([tool({ argument })]), []);
  assert.deepEqual(
    said([tool({ argument: "iteratr tool note-add --type tip --content 'a b'" })]),
    [],
  );
  assert.deepEqual(
    said([tool({ argument, outcome: "failed", exit: 1, tail: "iteratr: no such session\n" })]),
    [
      "tool  bash  iteratr tool task-next  failed (exit 1)  3.1s",
      "  | iteratr: no such session",
    ],
  );
});

Deno.test("a command that does more than call iteratr tool is shown", () => {
  const other = "iteratr tool task-next";
  for (
    const argument of [
      `${other} && rm -r build`,
      `${other}; rm -r build`,
      `${other} | tee log`,
      `${other}\nrm -r build`,
      'iteratr tool note-add --type tip --content "$(rm -r build)"',
      "iteratr tool note-add --type tip --content `rm -r build`",
      "iteratr tool note-list > src/a.ts",
      "iteratr build",
      "iteratr toolbox",
    ]
  ) {
    assert.equal(said([tool({ argument })]).length, 1, argument);
  }
});

Deno.test("text of the agent has its label on its first line that says something, the others below", () => {
  assert.equal(
    textOf([message("\n \none\ntwo\n\n    three\n")]),
    "agent   one\n        two\n\n            three\n",
  );
});

Deno.test("text that comes in pieces reads as if it had come in one", () => {
  const pieces = [message("on"), message("e\ntw"), message("o\n"), message("three"), END];
  assert.equal(textOf(pieces), textOf([message("one\ntwo\nthree"), END]));
});

Deno.test("a message goes on beyond figures of usage", () => {
  const usage = event("iteration.usage", { n: 1, usage: NO_USAGE });
  const events = [message("one\ntw"), usage, message("o\nthree"), tool({})];
  assert.deepEqual(said(events).slice(0, 3), ["agent  one", "  two", "  three"]);
});

Deno.test("any way of cutting a message gives the same lines", () => {
  const text = fc.array(fc.constantFrom("a", "bc", "\n", " ", "日")).map((all) => all.join(""));
  fc.assert(fc.property(text, fc.array(fc.nat({ max: 40 })), (whole, cuts) => {
    const ends = [...cuts.map((at) => at % (whole.length + 1)), whole.length]
      .sort((a, b) => a - b);
    const pieces = ends.map((end, index) => whole.slice(ends[index - 1] ?? 0, end))
      .filter((piece) => piece !== "").map((piece) => message(piece));
    assert.equal(textOf([...pieces, END]), textOf([message(whole), END]));
  }));
});

Deno.test("a message that ends without a line break is ended by what comes next", () => {
  assert.deepEqual(
    said([message("one\ntwo"), tool({}), message("three"), message("four", "n"), END]),
    [
      "agent  one",
      "  two",
      "tool  bash  make test  ok  3.1s",
      "agent  three",
      "agent  four",
    ],
  );
});

/** Texts that would move a cursor, recolour a terminal or begin a line of their own. */
const EVIL = [
  "\x1b[31mred\x1b[0m",
  "\x1b]0;title\x07",
  "\x1b[2J\x1b[H",
  "a\rb",
  "\x00\x08\x7f\x9b31m",
  "one\ncomplete: all done.",
  "a\u2028b\u2029c\u0085d",
];

/** A command of the user that went well. */
function command(text: string): CommandFacts {
  const output = { bytes: text.length, sha256: "", output: text, tail: text };
  return { command: text, end: "exited", exit: 0, ms: 900, ...output };
}

const VERDICT: EventData["verify.ended"] = {
  ...{ for: "judgement", passed: true, failed: [], tolerated: [] },
  ...{ gates: "mark", commit: null, work: "w", dirty: false },
};

/** Each event in which somebody else's text is shown, with that text. */
function showing(text: string): readonly NewEvent[] {
  return [
    event("run.started", {
      ...{ pid: 1, host: text, version: text, spec: text, root: text, model: text },
      ...{ command: [text], iterations: 0, timeMs: 0, gates: [text] },
    }),
    event("agent.started", { pid: 1, name: text, version: text, model: "m" }),
    event("hook.ended", { ...command(text), hook: "pre_iteration", held: true }),
    event("gate.ended", {
      ...command(text),
      ...{ for: "judgement", name: text, passed: true, changed: [] },
    }),
    event("gate.ended", {
      ...command("make test"),
      ...{ for: "judgement", name: text, passed: true, changed: [] },
    }),
    event("verify.started", { for: "judgement", gates: [text] }),
    event("verify.ended", { ...VERDICT, passed: false, failed: [text] }),
    event("verify.ended", { ...VERDICT, tolerated: [text] }),
    event("task.added", { n: 1, text, status: "remaining", priority: 2 }),
    event("task.status", { n: 1, status: "completed" }),
    event("note.added", { n: 1, type: "tip", text }),
    event("iteration.summary", { n: 1, text }),
    event("warning", { message: text }),
    tool({ tool: text, kind: text, argument: text }),
    tool({ subagent: true, argument: text }),
    event("agent.plan", { steps: [{ text, status: "pending" }] }),
    iterationEnded({ outcome: "failed", stop: text }),
  ];
}

Deno.test("no text of somebody else brings control characters or lines of its own", () => {
  for (const evil of EVIL) {
    for (const item of showing(evil)) {
      const text = textOf([item]);
      assert.doesNotMatch(text, /[\p{Cc}--\n]/v, `${item.type} ${JSON.stringify(evil)}`);
      const lines = item.type === "run.started" ? 3 : 1;
      assert.equal(text.split("\n").length - 1, lines, `${item.type} ${JSON.stringify(evil)}`);
    }
  }
});

Deno.test("text of the agent and output of its tools keep their lines and tabs, and nothing else", () => {
  const all = EVIL.join("\n\t");
  for (const item of [message(all), tool({ outcome: "failed", tail: all })]) {
    const text = textOf([item, END]);
    assert.doesNotMatch(text, /[\p{Cc}--[\n\t]]/v);
    assert.ok(text.includes("\tab\n"));
    for (const line of text.trimEnd().split("\n").slice(1)) {
      assert.match(line, /^ {8}/, "a line that looks like one of iteratr's own");
    }
  }
});

Deno.test("an escape sequence that is cut over two events has no effect either", () => {
  fc.assert(fc.property(fc.constantFrom(...EVIL), fc.nat({ max: 12 }), (evil, at) => {
    const text = textOf([message(evil.slice(0, at)), message(evil.slice(at)), END]);
    assert.doesNotMatch(text, /[\p{Cc}--[\n\t]]/v);
  }));
});

Deno.test("iteratr's own words are ASCII", () => {
  const events = [
    RUN_STARTED,
    AGENT_STARTED,
    event("iteration.started", { n: 1 }),
    event("task.status", { n: 1, status: "cancelled" }),
    event("task.independent", { n: 1, of: 2 }),
    event("session.completed", { assumed: true }),
    event("agent.thought", { message: "t", text: "x", ms: 5000 }),
    event("agent.plan", { steps: [{ text: "x", status: "completed" }] }),
    message("x\ny\n"),
    tool({ outcome: "failed", exit: 1, tail: "x" }),
    ...showing("x".repeat(300)),
    END,
  ];
  assert.match(textOf(events), /^[\x20-\x7e\n]*$/);
});

Deno.test("a long text is cut, so that a line stays a line", () => {
  const cut = showing("word ".repeat(200)).filter(({ type }) =>
    /^(hook|gate|task|note|iteration\.summary)/.test(type)
  );
  assert.equal(cut.length, 7);
  for (const item of cut) {
    for (const line of textOf([item]).trimEnd().split("\n")) assert.ok(line.length <= 92, line);
  }
});

Deno.test("a long warning is broken between words on a terminal, and stays a line in a pipe", () => {
  const message = "the session was begun with gates, and this run has none: nothing will be proven";
  const options: PlainOptions = { session: "s", tasks: [], spec: "a.md", root: "/p" };
  const warned = stored(event("warning", { message }));
  const wide = new PlainRenderer(options).render(warned);
  assert.equal(wide, `warning ${message}\n`);
  const narrow = new PlainRenderer({ ...options, columns: () => 40 }).render(warned);
  assert.ok(narrow.split("\n").every((line) => line.length <= 40), narrow);
  assert.equal(narrow.replaceAll(/\s+/g, " ").trim(), `warning ${message}`);
});
