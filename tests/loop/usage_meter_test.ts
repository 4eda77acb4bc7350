import assert from "node:assert/strict";
import type { AgentMonitor } from "../../src/agent/monitor.ts";
import type { PromptResult } from "../../src/agent/turn.ts";
import { UsageMeter } from "../../src/loop/turn/usage_meter.ts";
import { NO_USAGE, type Usage } from "../../src/session/usage.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeRecorder } from "./_fake_recorder.ts";

const ENDED: PromptResult = {
  stop: "end_turn",
  usage: { inputTokens: 10, outputTokens: 2, cachedTokens: 3 },
};
const BEFORE: Usage = { ...NO_USAGE, inputTokens: 1_000, cost: 1 };

function usage(tokens: number, cost: number): Usage {
  return { ...NO_USAGE, inputTokens: tokens, cost };
}

/** A monitor that tells these figures, one after the other, the last one for ever. */
function telling(...figures: readonly (Usage | undefined)[]): AgentMonitor {
  let at = 0;
  return {
    usage: () => Promise.resolve(figures[Math.min(at++, figures.length - 1)]),
    usageByModel: () => Promise.resolve(undefined),
    lastError: () => Promise.resolve(undefined),
    follow: () => Promise.resolve(),
  };
}

function stage(monitor?: AgentMonitor): {
  readonly meter: UsageMeter;
  readonly clock: FakeClock;
  readonly recorder: FakeRecorder;
  readonly heard: Usage[];
} {
  const clock = new FakeClock();
  const recorder = new FakeRecorder();
  const heard: Usage[] = [];
  const onFigures = (figures: Usage): void => {
    heard.push(figures);
  };
  const options = { monitor, before: BEFORE, agentSession: "a", iteration: 3, onFigures };
  return { meter: new UsageMeter(options, recorder, clock), clock, recorder, heard };
}

Deno.test("what an iteration has spent so far is told and recorded with its earlier attempts", async () => {
  const { meter, clock, recorder, heard } = stage(telling(usage(5, 0.5), usage(7, 0.75)));
  meter.note(undefined);
  meter.note(undefined);
  assert.equal(clock.sleeping, 1, "it is looked at once for several signs");
  await clock.pass(500);
  meter.note(undefined);
  await clock.pass(500);
  assert.deepEqual(heard, [usage(1_005, 1.5), usage(1_007, 1.75)]);
  assert.deepEqual(recorder.of("iteration.usage"), heard.map((each) => ({ n: 3, usage: each })));
  // The attempt's own figures are without those before.
  assert.deepEqual(await meter.finish(ENDED, 1_000), usage(7, 0.75));
  assert.deepEqual(meter.known, { tokens: true, cost: true });
});

Deno.test("figures of before the end of a turn are not taken for all, when nobody tells them at its end", async () => {
  const rich = { ...ENDED, usage: { inputTokens: 900, outputTokens: 1, cachedTokens: 0 } };
  for (const late of [false, true]) {
    const monitor = telling(usage(5, 0.5), undefined);
    const silent = { ...monitor, usage: () => new Promise<undefined>(() => undefined) };
    let asked = 0;
    const first: AgentMonitor = {
      ...monitor,
      usage: (session) => asked++ > 0 && late ? silent.usage() : monitor.usage(session),
    };
    const { meter, clock } = stage(first);
    meter.note(0.75);
    await clock.pass(500);
    const finished = meter.finish(rich, 1_000);
    await clock.pass(1_000);
    const expected = { ...usage(900, 0.75), outputTokens: 1, partial: true };
    assert.deepEqual(await finished, expected, `late: ${late}`);
  }
});

Deno.test("figures that are the same as before are neither told nor recorded again", async () => {
  const { meter, clock, recorder, heard } = stage(telling(usage(5, 0.5)));
  for (let look = 0; look < 3; look++) {
    meter.note(undefined);
    await clock.pass(500);
  }
  assert.deepEqual([heard.length, recorder.events.length], [1, 1]);
  await meter.finish(ENDED, 1_000);
});

Deno.test("without a monitor the protocol's figures count, and are known to miss something", async () => {
  const { meter, clock, heard } = stage();
  meter.note(0.25);
  meter.note(undefined);
  await clock.pass(500);
  assert.deepEqual(heard, [{ ...usage(1_000, 1.25), partial: true }]);
  assert.deepEqual(await meter.finish(ENDED, 1_000), {
    ...{ inputTokens: 10, outputTokens: 2, cachedTokens: 3, cost: 0.25, partial: true },
  });
  assert.deepEqual(meter.known, { tokens: true, cost: true });
});

Deno.test("a cost that falls takes back nothing of what was told before", async () => {
  const { meter, clock, heard } = stage();
  for (const cost of [0.9, 0.1, undefined, 0]) {
    meter.note(cost);
    await clock.pass(500);
  }
  assert.deepEqual(heard.map(({ cost }) => cost), [1.9]);
  assert.equal((await meter.finish(ENDED, 1_000)).cost, 0.9);
  const monitored = stage(telling(usage(7, 0.75), usage(5, 0.5)));
  monitored.meter.note(undefined);
  await monitored.clock.pass(500);
  assert.deepEqual(await monitored.meter.finish(ENDED, 1_000), usage(7, 0.75));
});

Deno.test("an agent that tells nothing has no figures", async () => {
  const { meter, clock } = stage();
  meter.note(undefined);
  await clock.pass(500);
  const nothing = { stop: "end_turn", usage: undefined };
  assert.deepEqual(await meter.finish(nothing, 1_000), { ...NO_USAGE, partial: true });
  assert.deepEqual(meter.known, { tokens: false, cost: false });
});

Deno.test("what an agent tells of tokens says nothing of money, and the other way round", async () => {
  const priced = stage().meter;
  priced.note(0.25);
  await priced.finish({ stop: "end_turn", usage: undefined }, 1_000);
  assert.deepEqual(priced.known, { tokens: false, cost: true });
  const counted = stage().meter;
  await counted.finish(ENDED, 1_000);
  assert.deepEqual(counted.known, { tokens: true, cost: false });
});

Deno.test("the figures of a turn that was cut short are known to miss something", async () => {
  for (const result of [undefined, { stop: "cancelled", usage: undefined }]) {
    const { meter } = stage(telling(usage(5, 0.5)));
    assert.deepEqual(await meter.finish(result, 1_000), { ...usage(5, 0.5), partial: true });
  }
});

Deno.test("a monitor that does not answer is not waited for: what was said before has to do, as a part", async () => {
  const never: AgentMonitor["usage"] = () => new Promise(() => undefined);
  const speaking = telling(usage(5, 0.5));
  let isMute = false;
  const { meter, clock } = stage({
    ...speaking,
    usage: (session) => isMute ? never(session) : speaking.usage(session),
  });
  meter.note(undefined);
  await clock.pass(500);
  isMute = true;
  const work = meter.finish(ENDED, 1_000);
  await clock.passUntilSettled(work);
  const told = { inputTokens: 10, outputTokens: 2, cachedTokens: 3, cost: 0.5, partial: true };
  assert.deepEqual(await work, told);
});
