import assert from "node:assert/strict";
import {
  agentWaitingLine,
  budgetLine,
  quotaOverLine,
  quotaWaitingLine,
  retryLine,
  watchdogLine,
} from "../../src/render/guard_lines.ts";
import { timeOfDay } from "../../src/render/layout.ts";

const UNTIL = "2026-01-02T17:00:00.000Z";
const AT = timeOfDay(new Date(UNTIL));

Deno.test("a retry is told with its number, when it comes, and why", () => {
  const retry = { attempt: 2, max: 3, delayMs: 5_000, error: "it ended\nwith \x1b[31mcode 7" };
  assert.equal(retryLine(retry), "retry   2 of 3 in 5.0s: it ended with code 7");
  assert.equal(
    retryLine({ ...retry, attempt: 1, delayMs: 0 }),
    "retry   1 of 3 at once: it ended with code 7",
  );
  assert.equal(retryLine({ ...retry, error: "x".repeat(900) }).length < 250, true);
});

Deno.test("a guard tells what it has seen, and that the turn is ended", () => {
  assert.deepEqual([
    watchdogLine({ kind: "silence", limit: 300_000 }),
    watchdogLine({ kind: "tool-call", limit: 1_800_000 }),
    watchdogLine({ kind: "turn", limit: 3_600_000 }),
    watchdogLine({ kind: "messages", limit: 300 }),
    watchdogLine({ kind: "empty-messages", limit: 20 }),
    watchdogLine({ kind: "messages", limit: 1 }),
  ], [
    "guard   no sign of life for 5m00s: the turn is ended",
    "guard   a tool call has taken 30m00s: the turn is ended",
    "guard   the turn has taken 1h00m: the turn is ended",
    "guard   more than 300 model messages in the turn: the turn is ended",
    "guard   20 model messages in a row without text or tool: the turn is ended",
    "guard   more than 1 model message in the turn: the turn is ended",
  ]);
});

Deno.test("a wait for the provider is told with the time of day, whoever waits", () => {
  assert.equal(
    agentWaitingLine({ until: UNTIL, message: "rate\nlimit" }, UNTIL),
    `wait    the agent asks its provider again at ${AT}: rate limit`,
  );
  assert.equal(
    quotaWaitingLine({ until: UNTIL, error: "usage limit" }, UNTIL),
    `quota   used up until ${AT}, the run waits: usage limit`,
  );
  // What is no time is shown as it is, made harmless.
  const odd = quotaWaitingLine({ until: "so\x1b[2Jon", error: "x" }, UNTIL);
  assert.match(odd, /used up until soon, the/);
});

Deno.test("a wait that ends on another day is told with its date", () => {
  const local = (day: number, hour: number, minute: number): string =>
    new Date(2026, 0, day, hour, minute).toISOString();
  const seen = local(2, 23, 59);
  const line = (until: string): string => quotaWaitingLine({ until, error: "x" }, seen);
  assert.match(line(seen), /used up until 23:59:00, the/);
  assert.match(line(local(3, 0, 1)), /used up until 2026-01-03 00:01:00, the/);
  assert.match(
    agentWaitingLine({ until: local(31, 23, 59), message: "x" }, seen),
    /again at 2026-01-31 23:59:00: x$/,
  );
  // The same time of the same day in another month.
  assert.match(line(new Date(2026, 1, 2, 23, 59).toISOString()), /2026-02-02 23:59:00/);
});

Deno.test("the end of a wait is told with its length and its reason", () => {
  const lines = (["reset", "resumed", "stopped"] as const)
    .map((why) => quotaOverLine({ waitedMs: 3_660_000, why }));
  assert.deepEqual(lines, [
    "quota   the run goes on after 1h01m",
    "quota   the run goes on after 1h01m, as asked",
    "quota   the wait was ended after 1h01m",
  ]);
});

Deno.test("a budget is told in its own unit, as a warning and when it is reached", () => {
  const time = { budget: "time", used: 2_880_000, limit: 3_600_000 } as const;
  const tokens = { budget: "tokens", used: 812_345, limit: 1_000_000 } as const;
  const cost = { budget: "cost", used: 4.2, limit: 5 } as const;
  assert.deepEqual([time, tokens, cost].map((facts) => budgetLine(facts, false)), [
    "warning most of the time budget is used up: 48m00s of 1h00m",
    "warning most of the tokens budget is used up: 812.3k tokens of 1.0M tokens",
    "warning most of the cost budget is used up: $4.20 of $5.00",
  ]);
  assert.deepEqual([time, tokens, cost].map((facts) => budgetLine(facts, true)), [
    "budget  48m00s of the time budget of 1h00m is used: too little is left to go on",
    "budget  812.3k tokens of the tokens budget of 1.0M tokens is used: too little is left to go on",
    "budget  $4.20 of the cost budget of $5.00 is used: too little is left to go on",
  ]);
  assert.deepEqual([time, cost].map((facts) => budgetLine({ ...facts, used: 3_700_000 }, true)), [
    "budget  the time budget of 1h00m is used up: 1h01m",
    "budget  the cost budget of $5.00 is used up: $3700000.00",
  ]);
});
