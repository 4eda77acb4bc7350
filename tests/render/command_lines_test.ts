import assert from "node:assert/strict";
import fc from "fast-check";
import stringWidth from "string-width";
import {
  type CommandLineOptions,
  gateLines,
  hookLines,
  verifyEndedLine,
  verifyStartedLine,
} from "../../src/render/command_lines.ts";
import { QuietRenderer } from "../../src/render/quiet.ts";
import { COLOURED, PLAIN } from "../../src/render/style.ts";
import {
  type CommandFacts,
  event,
  EVENT_VERSION,
  type EventData,
  type NewEvent,
} from "../../src/session/event.ts";

type Hook = EventData["hook.ended"];
type Gate = EventData["gate.ended"];

const OPTIONS: CommandLineOptions = { width: 92, style: PLAIN };

function facts(change: Partial<CommandFacts> = {}): CommandFacts {
  return {
    ...{ command: "make lint", end: "exited", exit: 0, ms: 3_100, bytes: 4, sha256: "" },
    ...{ output: "fine", tail: "fine" },
    ...change,
  };
}

function hook(change: Partial<Hook> = {}): Hook {
  return { ...facts(change), hook: "pre_iteration", held: false, ...change };
}

function gate(change: Partial<Gate> = {}): Gate {
  const { exit = 0, end = "exited" } = change;
  return {
    ...facts(change),
    ...{ for: "judgement", name: change.command ?? "make lint", changed: [] },
    passed: exit === 0 && end === "exited",
    ...change,
  };
}

function verdict(change: Partial<EventData["verify.ended"]> = {}): EventData["verify.ended"] {
  return {
    ...{ for: "judgement", passed: true, failed: [], tolerated: [], gates: "mark" },
    ...{ commit: null, work: "w", dirty: false },
    ...change,
  };
}

const squeezed = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.replaceAll(/ {2,}/g, "  "));

Deno.test("a hook is a line with its moment, its command, what came of it and its time", () => {
  const [line = "", ...more] = hookLines(hook(), OPTIONS);
  assert.equal(line.replace(/ {9,}/, " | "), "hook    pre_iteration  make lint | ok  3.1s");
  assert.equal(line.length, 92);
  assert.deepEqual(more, []);
});

Deno.test("a hook whose output goes to the agent says so", () => {
  assert.deepEqual(squeezed(hookLines(hook({ held: true }), OPTIONS)), [
    "hook  pre_iteration  make lint  ok -> agent  3.1s",
  ]);
  assert.deepEqual(squeezed(hookLines(hook({ held: true, exit: 2, tail: "" }), OPTIONS)), [
    "hook  pre_iteration  make lint  failed (exit 2) -> agent  3.1s",
  ]);
});

Deno.test("the commands of hooks that come often stand below each other", () => {
  const at = (name: Hook["hook"]): number =>
    hookLines(hook({ hook: name }), OPTIONS)[0]?.indexOf("make") ?? -1;
  const often = (["pre_iteration", "post_iteration", "on_error", "session_start"] as const).map(at);
  assert.deepEqual(new Set(often), new Set([23]));
  assert.equal(at("on_task_complete"), 25);
});

Deno.test("a command that is too long is cut, and stands where the others do", () => {
  const [line = ""] = hookLines(hook({ command: "make ".repeat(40) }), OPTIONS);
  assert.ok(line.startsWith("hook    pre_iteration  make make "), line);
  assert.match(line, /m\.\.\. +ok {2}3\.1s$/);
  assert.ok(line.length <= 92, line);
});

Deno.test("each way in which a command ends has its words", () => {
  const ways: readonly (readonly [CommandFacts["end"], number | null, string])[] = [
    ["exited", 0, "ok"],
    ["exited", 1, "failed (exit 1)"],
    ["killed", null, "failed (ended by a signal)"],
    ["timed-out", null, "timed out"],
    ["stopped", null, "broken off"],
    ["not-started", null, "could not be started"],
  ];
  for (const [end, exit, words] of ways) {
    const [hookLine = ""] = hookLines(hook({ end, exit }), OPTIONS);
    assert.ok(hookLine.endsWith(`  ${words}  3.1s`), hookLine);
    const [gateLine = ""] = gateLines(gate({ end, exit }), OPTIONS);
    assert.ok(gateLine.endsWith(`  ${end === "exited" && exit === 0 ? "passed" : words}  3.1s`));
  }
});

Deno.test("a gate is a line with its command, and its name where it has one", () => {
  assert.deepEqual(squeezed(gateLines(gate(), OPTIONS)), ["gate  make lint  passed  3.1s"]);
  assert.deepEqual(squeezed(gateLines(gate({ name: "style" }), OPTIONS)), [
    "gate  style: make lint  passed  3.1s",
  ]);
});

Deno.test("what failed tells the end of what it printed, six lines at the most", () => {
  const tail = Array.from({ length: 9 }, (_, index) => `line ${index + 1}`).join("\n");
  const shown = [4, 5, 6, 7, 8, 9].map((n) => `        | line ${n}`);
  for (
    const lines of [
      hookLines(hook({ exit: 1, tail: `${tail}\n\n` }), OPTIONS),
      gateLines(gate({ exit: 1, tail: `${tail}\n\n` }), OPTIONS),
    ]
  ) assert.deepEqual(lines.slice(1), shown);
  assert.equal(hookLines(hook({ exit: 1, tail: "" }), OPTIONS).length, 1);
  assert.equal(hookLines(hook({ tail }), OPTIONS).length, 1);
});

Deno.test("a gate that has changed tracked files says which, although it passed", () => {
  const lines = gateLines(gate({ changed: ["src/a.ts", "b\nc"] }), OPTIONS);
  assert.deepEqual(lines.slice(1), ["        it has changed tracked files: src/a.ts, b c"]);
  const many = Array.from({ length: 20 }, (_, n) => `src/directory/file_${n}.ts`);
  const [, line = ""] = gateLines(gate({ changed: many }), OPTIONS);
  assert.ok(line.length <= 92 && line.endsWith("..."), line);
});

Deno.test("verifying says what for, and how many gates", () => {
  assert.equal(
    verifyStartedLine({ for: "baseline", gates: ["a"] }),
    "verify  before the session begins: 1 gate",
  );
  assert.equal(
    verifyStartedLine({ for: "judgement", gates: ["a", "b"] }),
    "verify  the session is declared done: 2 gates",
  );
});

Deno.test("a judgement says whether it passed, and names what failed or may fail", () => {
  assert.equal(verifyEndedLine(verdict(), PLAIN), "verify  passed");
  assert.equal(
    verifyEndedLine(verdict({ tolerated: ["lint", "docs"] }), PLAIN),
    "verify  passed, but for lint, docs as before the session",
  );
  assert.equal(
    verifyEndedLine(verdict({ passed: false, failed: ["a", "b"] }), PLAIN),
    "verify  failed: a, b",
  );
});

Deno.test("a baseline is worth a line when something fails", () => {
  assert.equal(verifyEndedLine(verdict({ for: "baseline" }), PLAIN), undefined);
  assert.equal(
    verifyEndedLine(verdict({ for: "baseline", passed: false, failed: ["lint"] }), PLAIN),
    "verify  fails before the session: lint",
  );
});

Deno.test("success is dim, and only failure is red", () => {
  const coloured = { width: 92, style: COLOURED };
  for (const lines of [hookLines, gateLines]) {
    const data = { ...gate(), ...hook() };
    assert.deepEqual(lines(data, coloured), lines(data, OPTIONS).map(COLOURED.dim));
  }
  const [line = "", tail] = gateLines(gate({ exit: 1, tail: "bad" }), coloured);
  assert.ok(line.startsWith("gate    make lint   "), line);
  assert.ok(line.endsWith(` ${COLOURED.bad("failed (exit 1)  3.1s")}`), line);
  assert.equal(tail, `        ${COLOURED.dim("| bad")}`);
  const failed = verdict({ passed: false, failed: ["a"] });
  assert.equal(verifyEndedLine(failed, COLOURED), COLOURED.bad("verify  failed: a"));
  assert.equal(verifyEndedLine(verdict(), COLOURED), "verify  passed");
});

Deno.test("the colour is on what came of a command, whatever the command is called", () => {
  const command = "echo failed (exit 1) \x00 3.1s";
  const [line = ""] = gateLines(gate({ command, exit: 1, tail: "" }), {
    width: 92,
    style: COLOURED,
  });
  assert.ok(line.startsWith("gate    echo failed (exit 1) 3.1s "), JSON.stringify(line));
  assert.ok(line.endsWith("\x1b[31mfailed (exit 1)  3.1s\x1b[39m"), JSON.stringify(line));
});

const hostile = fc.array(
  fc.oneof(
    fc.constantFrom("\x1b[31m", "\x1b[2J", "\x1b]0;t\x07", "\r", "\n", "\t", "\u202e", "\x9b1m"),
    fc.constantFrom("日本", "\u{1F600}", "a b", "complete: all done", "$&", "$1", "\u2028"),
    fc.string({ unit: "grapheme", maxLength: 6 }),
  ),
  { maxLength: 12 },
).map((parts) => parts.join(""));

Deno.test("whatever a command is called, it is one line, fits, and brings no control character", () => {
  fc.assert(
    fc.property(
      hostile,
      hostile,
      fc.integer({ min: 60, max: 200 }),
      fc.nat({ max: 1 }),
      (command, name, width, exit) => {
        const options = { width, style: PLAIN };
        for (
          const lines of [
            hookLines(hook({ command, exit, tail: "" }), options),
            gateLines(gate({ command, name, exit, tail: "" }), options),
            gateLines(gate({ command, exit, tail: "" }), options),
          ]
        ) {
          const [line = "", ...more] = lines;
          assert.deepEqual(more, []);
          assert.doesNotMatch(line, /[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
          assert.ok(stringWidth(line) <= width, `${stringWidth(line)} > ${width}: ${line}`);
        }
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("whatever a gate is called, the line of a verdict brings no control character and no line", () => {
  fc.assert(fc.property(fc.array(hostile, { maxLength: 3 }), fc.boolean(), (names, passed) => {
    const data = passed ? verdict({ tolerated: names }) : verdict({ passed, failed: names });
    assert.doesNotMatch(verifyEndedLine(data, PLAIN) ?? "", /[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
  }));
});

Deno.test("whatever a command has printed, it stays behind its bar, without control characters", () => {
  fc.assert(fc.property(hostile, (tail) => {
    for (const line of hookLines(hook({ exit: 1, tail }), OPTIONS).slice(1)) {
      assert.match(line, /^ {8}\| /);
      assert.doesNotMatch(line, /[\p{Cc}--\t]/v);
    }
  }));
});

function quiet(item: NewEvent): string {
  return new QuietRenderer().render({
    ...{ v: EVENT_VERSION, seq: 1, at: "", run: "r", iteration: 1, actor: "run" as const },
    ...item,
  });
}

Deno.test("a quiet run tells of hooks and gates that failed, as another one does, and of no other", () => {
  const bad = { exit: 1, tail: "one\ntwo\n" };
  const lines = (all: readonly string[]): string => `${all.join("\n")}\n`;
  assert.equal(quiet(event("hook.ended", hook(bad))), lines(hookLines(hook(bad), OPTIONS)));
  assert.equal(quiet(event("gate.ended", gate(bad))), lines(gateLines(gate(bad), OPTIONS)));
  assert.equal(quiet(event("hook.ended", hook())), "");
  assert.equal(quiet(event("hook.ended", hook({ held: true }))), "");
  assert.equal(quiet(event("gate.ended", gate())), "");
});

Deno.test("a quiet run says nothing of verifying itself, nor of output that was delivered", () => {
  for (
    const item of [
      event("verify.started", { for: "judgement", gates: ["a"] }),
      event("verify.ended", verdict()),
      event("hook.delivered", { through: 4 }),
    ]
  ) assert.equal(quiet(item), "");
});
