import assert from "node:assert/strict";
import type { Finished } from "../build/_run.ts";
import { addUsage, NO_USAGE } from "../../src/session/usage.ts";
import { dataOf, type Seen } from "../build/_stage.ts";

/** What the end of a run has to tell. */
export interface ExpectedEnding {
  readonly reason: string;
  readonly code: number;
  /** What its one line explains. */
  readonly says: RegExp;
  /** What to do next; left out, nothing is to do. */
  readonly hint?: RegExp;
}

/** Looks at the code, at the last line, and at what is to be done next. */
export function checkTold(finished: Finished, expected: ExpectedEnding): void {
  const { code, stdout, stderr } = finished;
  const { reason, says, hint } = expected;
  const all = `--- stdout\n${stdout.slice(-2000)}\n--- stderr\n${stderr.slice(-2000)}`;
  assert.equal(code, expected.code, all);
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  const start = code === 0 ? `${reason}: ` : `${reason} (exit ${code}): `;
  assert.ok(last.startsWith(start), all);
  assert.match(last, says);
  if (code === 0) {
    assert.equal(stderr, "");
    return;
  }
  const [first, ...hints] = stderr.trimEnd().split("\n");
  assert.equal(first, last, all);
  assert.ok(hints.every((line) => line.startsWith("  ")), all);
  if (hint !== undefined) assert.match(hints.join("\n"), hint);
}

/** Looks at the record of the last run: reason, code, counters, usage and times. */
export function checkRecorded(seen: Seen, expected: Pick<ExpectedEnding, "reason" | "code">): void {
  const record = dataOf(seen, "run.ended").at(-1);
  assert.ok(record !== undefined, "no run.ended");
  const { reason, code, message, hints, iterations, ms, usage } = record;
  assert.deepEqual({ reason, code }, { reason: expected.reason, code: expected.code });
  assert.ok(typeof message === "string" && message !== "" && !message.includes("\n"), `${message}`);
  assert.ok(Array.isArray(hints), "no hints");
  assert.ok(Number.isInteger(ms) && Number(ms) >= 0, `${ms} ms`);
  const start = seen.events.findLastIndex(({ type }) => type === "run.started");
  const last = { ...seen, events: seen.events.slice(start) };
  const end = seen.events.at(-1);
  const begun = dataOf(last, "iteration.started").length;
  assert.equal(iterations, begun, "iterations that the run has begun");
  const spent = seen.iterations.filter(({ run }) => run === end?.run)
    .reduce((sum, iteration) => addUsage(sum, iteration.usage), NO_USAGE);
  assert.deepEqual(rounded(usage), rounded(spent), "usage");
  assert.equal(end?.type, "run.ended");
  assert.ok(!Number.isNaN(Date.parse(end.at)), end.at);
  assert.deepEqual([seen.head.run, seen.head.iteration, seen.head.stop], [null, null, null]);
}

/** Without what adding in another order changes. */
function rounded(usage: unknown): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(usage ?? {}).map(([key, value]) => [
      key,
      typeof value === "number" ? Math.round(value * 1e9) / 1e9 : value,
    ]),
  );
}
