import assert from "node:assert/strict";
import fc from "fast-check";
import { FRESH } from "../../src/loop/decide.ts";
import {
  type EndingFacts,
  endingFor,
  type IdleFacts,
  nothingToDo,
} from "../../src/loop/ending_text.ts";
import type { Ending } from "../../src/session/ending.ts";
import type { Judgement } from "../../src/session/gate.ts";
import { emptyHead, type Head } from "../../src/session/state.ts";
import type { Task, TaskStatus } from "../../src/session/task.ts";
import { NO_USAGE } from "../../src/session/usage.ts";

function task(n: number, status: TaskStatus, dependsOn: readonly number[] = []): Task {
  return {
    n,
    text: `Write part ${n}`,
    status,
    priority: 2,
    dependsOn,
    createdAt: "2026-11-20T10:00:00.000Z",
    updatedAt: "2026-11-20T10:00:00.000Z",
    iteration: null,
  };
}

function facts(tasks: readonly Task[], change: Partial<EndingFacts> = {}): EndingFacts {
  const counts = { ...emptyHead(1).counts };
  for (const { status } of tasks) counts[status]++;
  const head: Head = { ...emptyHead(1), counts, tasks: tasks.length };
  return {
    session: "user-auth",
    spec: "specs/user-auth.md",
    limits: {
      ...{ iterations: 10, stall: 3, withoutTask: 20, timeMs: 0, gates: "" },
      spending: { tokens: 0, cost: 0 },
    },
    tally: { ...FRESH, iterations: 4, idle: 3, withoutTask: 4 },
    head,
    tasks,
    ms: 368_000,
    usage: { ...NO_USAGE, cost: 0.41 },
    ...change,
  };
}

Deno.test("a complete run tells its tasks, iterations, time and cost", () => {
  const ending = endingFor("complete", facts([task(1, "completed"), task(2, "completed")]));
  assert.deepEqual(ending, {
    reason: "complete",
    message: "2 tasks done, after 4 iterations, 6m08s, $0.41.",
    hints: [],
  });
});

Deno.test("one of a kind is told in the singular, and no cost is told where there is none", () => {
  const tally = { ...FRESH, iterations: 1 };
  const ending = endingFor(
    "complete",
    facts([task(1, "completed")], { tally, usage: NO_USAGE, ms: 900 }),
  );
  assert.equal(ending.message, "1 task done, after 1 iteration, 0.9s.");
});

Deno.test("a stalled run tells how long it brought nothing, what is open, and how to go on", () => {
  const tasks = [task(1, "completed"), task(3, "blocked"), task(4, "remaining", [1, 3])];
  assert.deepEqual(endingFor("stalled", facts(tasks)), {
    reason: "stalled",
    message: "no task or file changed in 3 iterations. " +
      "Open: TAS-3 Write part 3 (blocked), TAS-4 Write part 4 (waits for TAS-3).",
    hints: [
      "Look: iteratr tool task-list --name user-auth",
      "Go on: iteratr build --name user-auth --spec specs/user-auth.md",
    ],
  });
});

Deno.test("a run that stalled before the first task says so", () => {
  assert.equal(
    endingFor("stalled", facts([])).message,
    "no task or file changed in 3 iterations. No task has been added yet.",
  );
});

Deno.test("a run in which no task was closed for long ends as stalled, and says so", () => {
  const { reason, message } = endingFor("no-task-closed", facts([task(1, "in_progress")]));
  assert.equal(reason, "stalled");
  assert.equal(message, "no task was closed in 4 iterations in a row. Open: TAS-1 Write part 1.");
});

Deno.test("a run with only blocked tasks left ends as stalled, names them, and says how to unblock", () => {
  const { reason, message, hints } = endingFor(
    "only-blocked",
    facts([task(1, "completed"), task(2, "blocked")]),
  );
  assert.equal(reason, "stalled");
  assert.equal(message, "only blocked tasks are left. Open: TAS-2 Write part 2 (blocked).");
  assert.ok(hints.some((hint) => hint.startsWith("Unblock: iteratr tool task-status")));
});

Deno.test("a run at its limit tells the limit and what is left, the first three by name", () => {
  const tasks = [1, 2, 3, 4, 5].map((n) => task(n, "remaining"));
  assert.deepEqual(endingFor("iterations", facts(tasks)), {
    reason: "iterations",
    message:
      "the limit of 10 iterations is reached with 5 tasks open, after 4 iterations, 6m08s, " +
      "$0.41. Open: TAS-1 Write part 1, TAS-2 Write part 2, TAS-3 Write part 3, and 2 more.",
    hints: ["Go on: iteratr build --name user-auth --spec specs/user-auth.md"],
  });
});

/** What gates have said of the session. */
function judged(session: EndingFacts, change: Partial<Judgement>): EndingFacts {
  const judgement: Judgement = {
    ...{ at: "", passed: true, failed: [], tolerated: [], gates: "mark", iteration: 4 },
    ...{ commit: null, dirty: false, inARow: 0 },
    ...change,
  };
  const limits = { ...session.limits, gates: "mark" };
  return { ...session, limits, head: { ...session.head, judgement } };
}

Deno.test("a complete run with gates tells that they pass, and at which commit", () => {
  const done = facts([task(1, "completed")], { usage: NO_USAGE });
  const told = (change: Partial<Judgement>): string =>
    endingFor("complete", judged(done, change)).message.replace(/^.*6m08s/, "");
  const commit = "0123456789abcdef";
  assert.equal(told({}), "; gates pass.");
  assert.equal(told({ commit: "" }), "; gates pass.");
  assert.equal(told({ commit }), "; gates pass at 0123456.");
  assert.equal(
    told({ commit, dirty: true }),
    "; gates pass at 0123456, with changes that are not committed.",
  );
  assert.equal(
    told({ commit, tolerated: ["lint", "docs"] }),
    '; gates pass at 0123456, but for "lint", "docs", which failed before the session began.',
  );
});

Deno.test("without gates a complete run tells of none, although another run had some", () => {
  const before = judged(facts([task(1, "completed")], { usage: NO_USAGE }), {});
  const { message } = endingFor("complete", { ...before, limits: facts([]).limits });
  assert.equal(message, "1 task done, after 4 iterations, 6m08s.");
});

Deno.test("an unverified run tells which gates fail, and how often they did", () => {
  const done = facts([task(1, "completed")], { usage: NO_USAGE });
  const at = (failed: readonly string[], inARow: number): string =>
    endingFor("unverified", judged(done, { passed: false, failed, inARow })).message;
  assert.equal(
    at(["npm test"], 2),
    'everything is declared done, but "npm test" fails, after 4 iterations, 6m08s.',
  );
  assert.equal(
    at(["npm test", "a\nb"], 5),
    'everything is declared done, but "npm test", "a b" fail in 5 judgements in a row, ' +
      "after 4 iterations, 6m08s.",
  );
  const ending = endingFor("unverified", judged(done, { passed: false, failed: ["a"] }));
  assert.equal(ending.reason, "unverified");
  assert.deepEqual(ending.hints, [
    "Look: iteratr status user-auth",
    "Go on: iteratr build --name user-auth --spec specs/user-auth.md",
  ]);
});

Deno.test("a run whose budget is used up tells what the session has taken, and how to give it more", () => {
  const tasks = [task(1, "remaining")];
  const base = facts(tasks);
  const spending = { tokens: 2_000_000, cost: 5 };
  const used = { ...NO_USAGE, inputTokens: 1_500_000, cachedTokens: 600_000, cost: 5.25 };
  const spent = {
    ...base,
    limits: { ...base.limits, spending },
    head: { ...base.head, usage: used },
  };
  const rest = "with 1 task open, after 4 iterations, 6m08s, $0.41. Open: TAS-1 Write part 1.";
  assert.deepEqual(endingFor("tokens", spent), {
    reason: "budget",
    message: "the tokens budget of 2.0M tokens is used up: the session has taken 2.1M tokens, " +
      rest,
    hints: [
      "Go on: iteratr build --name user-auth --spec specs/user-auth.md --max-tokens 4200k",
      "Or give it more for good: budget.tokens in iteratr.yml",
    ],
  });
  const { message, hints } = endingFor("cost", spent);
  assert.equal(
    message,
    `the cost budget of $5.00 is used up: the session has taken $5.25, ${rest}`,
  );
  assert.match(hints[0] ?? "", / --max-cost 10\.50$/);
});

Deno.test("a run that another iteration would take over its budget tells what the last one took", () => {
  const base = facts([task(1, "remaining")]);
  const { message } = endingFor("cost", {
    ...base,
    limits: { ...base.limits, spending: { tokens: 0, cost: 5 } },
    head: { ...base.head, usage: { ...NO_USAGE, cost: 4 } },
    tally: { ...base.tally, last: { ...NO_USAGE, cost: 1.5 } },
  });
  assert.ok(
    message.startsWith(
      "the cost budget of $5.00 would not do for another iteration like the last: " +
        "the session has taken $4.00, the last iteration $1.50, with 1 task open, ",
    ),
    message,
  );
});

function idle(head: Head, change: Partial<IdleFacts> = {}): Ending {
  return nothingToDo("user-auth", { head, hadGates: false, isUncommitted: false, ...change });
}

Deno.test("a session that was complete before is nothing to do", () => {
  assert.deepEqual(idle({ ...emptyHead(1), tasks: 3 }), {
    reason: "complete",
    isIdle: true,
    message: "nothing to do: all 3 tasks of session user-auth are done.",
    hints: [],
  });
  assert.equal(
    idle({ ...emptyHead(1), tasks: 1 }).message,
    "nothing to do: the only task of session user-auth is done.",
  );
  assert.equal(
    idle({ ...emptyHead(1), tasks: 1 }, { isUncommitted: true }).message,
    "nothing to do: the only task of session user-auth is done; its last work is not committed: " +
      "commit it yourself.",
  );
});

Deno.test("that there is nothing to do is told with its proof, and with the lack of it", () => {
  const judgement: Judgement = {
    ...{ at: "", passed: true, failed: [], tolerated: [], gates: "x", iteration: 2, inARow: 0 },
    ...{ commit: "0123456789abcdef", dirty: false },
  };
  const head: Head = { ...emptyHead(1), tasks: 1, iterations: 2, judgement };
  const told = (head: Head): string => idle(head, { hadGates: true }).message;
  assert.match(told(head), /is done; gates passed at 0123456\.$/);
  assert.match(
    told({ ...head, judgement: { ...judgement, dirty: true } }),
    /is done; gates passed at 0123456, with changes that are not committed\.$/,
  );
  const outsideGit = { ...judgement, commit: null };
  assert.match(told({ ...head, judgement: outsideGit }), /is done; gates passed\.$/);
  const lacking = /is done; not proven, since this run has no gates\.$/;
  assert.match(told({ ...emptyHead(1), tasks: 1 }), lacking);
  assert.match(told({ ...head, judgement: { ...judgement, iteration: 1 } }), lacking);
  assert.match(told({ ...head, judgement: { ...judgement, passed: false } }), lacking);
});

Deno.test("a hint can be pasted into a shell, whatever the spec is called", async () => {
  const spec = "specs/it's my spec; rm.md";
  for (const why of ["stalled", "no-task-closed", "only-blocked", "iterations"] as const) {
    const { hints } = endingFor(why, facts([task(1, "blocked")], { spec }));
    const command = hints.find((hint) => hint.startsWith("Go on: "))?.slice("Go on: ".length);
    assert.ok(command !== undefined);
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", `iteratr() { printf '%s\\n' "$@"; }; ${command}`],
    }).output();
    const words = new TextDecoder().decode(stdout).trimEnd().split("\n");
    assert.deepEqual(words, ["build", "--name", "user-auth", "--spec", spec]);
  }
});

Deno.test("an ending is one line, whatever the tasks are called", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1 });
  fc.assert(fc.property(fc.array(text, { maxLength: 4 }), (texts) => {
    const tasks = texts.map((each, index) => ({ ...task(index + 1, "blocked"), text: each }));
    for (const why of ["stalled", "no-task-closed", "only-blocked", "iterations"] as const) {
      const { message } = endingFor(why, facts(tasks));
      assert.doesNotMatch(message, /\p{Cc}/u);
    }
  }));
  const tasks = [{ ...task(1, "blocked"), text: "first\nsecond \x1b[31mred" }];
  assert.doesNotMatch(endingFor("stalled", facts(tasks)).message, /\p{Cc}/u);
});
