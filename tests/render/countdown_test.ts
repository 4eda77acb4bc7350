import assert from "node:assert/strict";
import { Countdown, type CountdownPlace } from "../../src/render/countdown.ts";
import { timeOfDay } from "../../src/render/layout.ts";
import { FakeClock } from "../support/fake_clock.ts";

const ERASE = "\r\x1b[2K";

/** A countdown, and all that it has written. */
function stage(isTerminal: boolean, more: Partial<CountdownPlace> = {}): {
  readonly clock: FakeClock;
  readonly countdown: Countdown;
  readonly written: string[];
} {
  const clock = new FakeClock();
  const written: string[] = [];
  const write = (text: string): void => {
    written.push(text);
  };
  return { clock, written, countdown: new Countdown({ clock, isTerminal, write, ...more }) };
}

Deno.test("on a terminal one line is rewritten in place, each second", async () => {
  const { clock, written, countdown } = stage(true);
  using _ = countdown;
  countdown.set(62_400);
  assert.deepEqual(written, [`${ERASE}quota   1m03s left`]);
  await clock.pass(400);
  await clock.pass(1_000);
  await clock.pass(1_000);
  assert.deepEqual(written.slice(1), [
    `${ERASE}quota   1m02s left`,
    `${ERASE}quota   1m01s left`,
    `${ERASE}quota   1m00s left`,
  ]);
  assert.ok(written.every((text) => !text.includes("\n")));
});

Deno.test("in a pipe there is a line of its own each full minute, and none at the end", async () => {
  const { clock, written, countdown } = stage(false);
  using _ = countdown;
  countdown.set(3 * 60_000 + 20_000);
  await clock.pass(20_000);
  await clock.pass(10 * 60_000);
  assert.deepEqual(written, [
    "quota   3m00s left\n",
    "quota   2m00s left\n",
    "quota   1m00s left\n",
  ]);
  assert.equal(clock.sleeping, 0);
  assert.equal(countdown.clear(), "");
});

Deno.test("a wait of less than a minute has no line in a pipe", async () => {
  const { clock, written, countdown } = stage(false);
  using _ = countdown;
  countdown.set(59_000);
  await clock.pass(120_000);
  assert.deepEqual(written, []);
});

Deno.test("the line is taken away once before another one is written", async () => {
  const { clock, countdown } = stage(true);
  using _ = countdown;
  assert.equal(countdown.clear(), "");
  countdown.set(10_000);
  assert.equal(countdown.clear(), ERASE);
  assert.equal(countdown.clear(), "");
  await clock.pass(1_000);
  assert.equal(countdown.clear(), ERASE);
});

Deno.test("nothing more is written once nothing is waited for; the line is left to be taken away", async () => {
  for (const isTerminal of [true, false]) {
    const { clock, written, countdown } = stage(isTerminal);
    countdown.set(600_000);
    await clock.pass(60_000);
    const before = written.length;
    if (isTerminal) countdown.set(undefined);
    else countdown[Symbol.dispose]();
    await clock.pass(600_000);
    assert.equal(written.length, before);
    assert.equal(clock.sleeping, 0);
    assert.equal(countdown.clear(), isTerminal ? ERASE : "");
    countdown[Symbol.dispose]();
  }
});

Deno.test("the same time again changes nothing, another one begins anew", async () => {
  const { clock, written, countdown } = stage(true);
  using _ = countdown;
  countdown.set(10_000);
  countdown.set(10_000);
  assert.equal(written.length, 1);
  countdown.set(90_000);
  await clock.pass(1_000);
  assert.deepEqual(written.slice(1), [
    `${ERASE}quota   1m30s left`,
    `${ERASE}quota   1m29s left`,
  ]);
  countdown.set(undefined);
  countdown.set(90_000);
  assert.equal(written.at(-1), `${ERASE}quota   1m29s left`);
});

Deno.test("a time that is over has no line", () => {
  const { written, countdown } = stage(true);
  using _ = countdown;
  countdown.set(0);
  assert.deepEqual(written, []);
});

Deno.test("with timestamps each line has the time in front of it, as every other line has", async () => {
  for (const isTerminal of [true, false]) {
    const { clock, written, countdown } = stage(isTerminal, { timestamps: true });
    using _ = countdown;
    countdown.set(120_000);
    await clock.pass(60_000);
    const line = `${timeOfDay(clock.now())} quota   1m00s left`;
    assert.equal(written.at(-1), isTerminal ? `${ERASE}${line}` : `${line}\n`);
  }
});

Deno.test("on a terminal that is narrower than the line, the line is cut, so that it stays one", async () => {
  const { clock, written, countdown } = stage(true, { columns: () => 12 });
  using _ = countdown;
  countdown.set(10_000);
  await clock.pass(1_000);
  assert.deepEqual(written, [`${ERASE}quota   10s`, `${ERASE}quota   9.0`]);
  const tiny = stage(true, { columns: () => 0 });
  using _tiny = tiny.countdown;
  tiny.countdown.set(10_000);
  assert.deepEqual(tiny.written, [ERASE]);
});
