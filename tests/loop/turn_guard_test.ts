import assert from "node:assert/strict";
import fc from "fast-check";
import type { AgentUpdate, ToolSnapshot } from "../../src/agent/update.ts";
import {
  type Breach,
  breachText,
  type GuardLimits,
  TurnGuard,
} from "../../src/loop/turn/turn_guard.ts";
import { FakeClock } from "../support/fake_clock.ts";

const OFF: GuardLimits = { silenceMs: 0, toolCallMs: 0, turnMs: 0, messages: 0, emptyMessages: 0 };
const SAID: AgentUpdate = { kind: "message", message: "m", text: "x" };

function tool(call: string, status: ToolSnapshot["status"], begins = false): AgentUpdate {
  return {
    kind: "tool",
    tool: {
      ...{
        call,
        begins,
        status,
        kind: undefined,
        title: undefined,
        argument: undefined,
        subagent: false,
      },
      ...{ steps: undefined, exit: undefined, lines: undefined, output: undefined },
    },
  };
}

/** A guard, and the clock that it goes by. */
function watch(
  limits: Partial<GuardLimits>,
): { readonly guard: TurnGuard; readonly clock: FakeClock } {
  const clock = new FakeClock();
  return { guard: new TurnGuard(clock, { ...OFF, ...limits }), clock };
}

function check(guard: TurnGuard, breach: Breach | undefined): void {
  assert.deepEqual(guard.breach, breach);
  assert.equal(guard.fired.aborted, breach !== undefined);
}

Deno.test("a turn without a sign of life is ended when the silence has lasted so long, not before", async () => {
  const { guard, clock } = watch({ silenceMs: 300_000 });
  using _ = guard;
  await clock.pass(299_999);
  check(guard, undefined);
  await clock.pass(1);
  check(guard, { kind: "silence", limit: 300_000 });
});

Deno.test("every update is a sign of life, and so is a call of the model", async () => {
  const signs: readonly ((guard: TurnGuard) => void)[] = [
    (guard) => guard.note(SAID),
    (guard) => guard.note({ kind: "thought", message: "", text: "" }),
    (guard) => guard.note({ kind: "plan", steps: [] }),
    (guard) => guard.note({ kind: "usage", cost: undefined }),
    (guard) => guard.note({ kind: "other" }),
    (guard) => guard.note(tool("a", "completed")),
    (guard) => guard.countMessage(true),
  ];
  for (const sign of signs) {
    const { guard, clock } = watch({ silenceMs: 1_000 });
    using _ = guard;
    await clock.pass(999);
    sign(guard);
    await clock.pass(999);
    check(guard, undefined);
    await clock.pass(1);
    check(guard, { kind: "silence", limit: 1_000 });
  }
});

Deno.test("while a tool call is open, silence is no fault; once it is closed, it counts from there", async () => {
  for (const end of ["completed", "failed"] as const) {
    const { guard, clock } = watch({ silenceMs: 1_000 });
    using _ = guard;
    await clock.pass(500);
    guard.note(tool("a", "pending"));
    await clock.pass(60_000);
    guard.note(tool("a", "in_progress"));
    await clock.pass(60_000);
    check(guard, undefined);
    guard.note(tool("a", end));
    await clock.pass(999);
    check(guard, undefined);
    await clock.pass(1);
    check(guard, { kind: "silence", limit: 1_000 });
  }
});

Deno.test("a tool call that was closed is not opened again by what comes late", async () => {
  const { guard, clock } = watch({ silenceMs: 1_000, toolCallMs: 10_000 });
  using _ = guard;
  guard.note(tool("a", "completed"));
  guard.note(tool("a", undefined));
  await clock.pass(1_000);
  check(guard, { kind: "silence", limit: 1_000 });
});

Deno.test("a call that begins with the id of one that has ended is open", async () => {
  const { guard, clock } = watch({ silenceMs: 1_000, toolCallMs: 10_000 });
  using _ = guard;
  for (let round = 0; round < 3; round++) {
    guard.note(tool("call_0", "pending", true));
    await clock.pass(6_000);
    guard.note(tool("call_0", "in_progress"));
    await clock.pass(2_000);
    check(guard, undefined);
    guard.note(tool("call_0", "completed"));
    await clock.pass(999);
  }
  check(guard, undefined);
  await clock.pass(1);
  check(guard, { kind: "silence", limit: 1_000 });
});

Deno.test("a call whose beginning is its end is not open", async () => {
  const { guard, clock } = watch({ silenceMs: 1_000 });
  using _ = guard;
  guard.note(tool("a", "completed", true));
  guard.note(tool("a", "completed", true));
  await clock.pass(1_000);
  check(guard, { kind: "silence", limit: 1_000 });
});

Deno.test("a tool call that takes too long ends the turn, whatever else the agent does meanwhile", async () => {
  const { guard, clock } = watch({ silenceMs: 1_000, toolCallMs: 10_000 });
  using _ = guard;
  await clock.pass(700);
  guard.note(tool("a", "pending"));
  for (let passed = 0; passed < 9_000; passed += 500) {
    await clock.pass(500);
    guard.note(passed % 1_000 === 0 ? SAID : tool("a", "in_progress"));
  }
  await clock.pass(999);
  check(guard, undefined);
  await clock.pass(1);
  check(guard, { kind: "tool-call", limit: 10_000 });
});

Deno.test("of several tool calls each counts by itself, the oldest that is open first", async () => {
  const { guard, clock } = watch({ toolCallMs: 10_000 });
  using _ = guard;
  guard.note(tool("a", "pending"));
  await clock.pass(4_000);
  guard.note(tool("b", "pending"));
  await clock.pass(5_000);
  guard.note(tool("a", "completed"));
  await clock.pass(4_999);
  check(guard, undefined);
  await clock.pass(1);
  check(guard, { kind: "tool-call", limit: 10_000 });
});

Deno.test("150,000 open calls, or ended ones, break nothing: the oldest that is open counts", async () => {
  const { guard, clock } = watch({ silenceMs: 1_000, toolCallMs: 10_000 });
  using _ = guard;
  for (let n = 0; n < 150_000; n++) guard.note(tool(`ended ${n}`, "completed"));
  guard.note(tool("first", "pending"));
  await clock.pass(4_000);
  for (let n = 0; n < 150_000; n++) guard.note(tool(`open ${n}`, "pending"));
  await clock.pass(5_999);
  check(guard, undefined);
  await clock.pass(1);
  check(guard, { kind: "tool-call", limit: 10_000 });
  await guard.finish();
});

Deno.test("a time in which we were stopped is none of the agent's silence, call or turn", async () => {
  const limits = { silenceMs: 4_000, toolCallMs: 40_000, turnMs: 400_000 };
  const acts: readonly ((guard: TurnGuard) => void)[] = [
    () => undefined,
    (guard) => guard.note(tool("a", "pending")),
  ];
  for (const act of acts) {
    for (const isReadFirst of [false, true]) {
      const { guard, clock } = watch(limits);
      using _ = guard;
      act(guard);
      await clock.pass(3_900);
      clock.stop(3_600_000);
      if (isReadFirst) guard.note(SAID);
      await clock.pass(50);
      // It was in the pipe.
      guard.note(SAID);
      await clock.pass(3_000);
      check(guard, undefined);
    }
  }
});

Deno.test("an agent that stays silent after a time in which we were stopped is ended as ever", async () => {
  const limits = { silenceMs: 4_000, toolCallMs: 40_000, turnMs: 400_000 };
  const cases: readonly (readonly [(guard: TurnGuard) => void, Breach])[] = [
    [() => undefined, { kind: "silence", limit: 4_000 }],
    [(guard) => guard.note(tool("a", "pending")), { kind: "tool-call", limit: 40_000 }],
  ];
  for (const [act, breach] of cases) {
    const { guard, clock } = watch(limits);
    using _ = guard;
    act(guard);
    await clock.pass(500);
    clock.stop(3_600_000);
    // Of the stop, what was left of a beat may count.
    await clock.pass(breach.limit - 500 - 1_000 - 1);
    check(guard, undefined);
    await clock.pass(1_001);
    check(guard, breach);
  }
});

Deno.test("a watch that breaks ends the turn, and says so at its end", async () => {
  const clock = new FakeClock();
  clock.sleep = () => Promise.reject(new Error("no timers are left"));
  const guard = new TurnGuard(clock, { ...OFF, silenceMs: 1_000 });
  await clock.pass(0);
  assert.deepEqual([guard.fired.aborted, guard.breach], [true, undefined]);
  await assert.rejects(guard.finish(), /no timers are left/);
});

Deno.test("a turn that takes too long is ended, however busy it is", async () => {
  const { guard, clock } = watch({ silenceMs: 300, turnMs: 3_600 });
  using _ = guard;
  for (let at = 0; at < 3_500; at += 100) {
    await clock.pass(100);
    guard.note(SAID);
  }
  await clock.pass(99);
  check(guard, undefined);
  await clock.pass(1);
  check(guard, { kind: "turn", limit: 3_600 });
});

Deno.test("a wait that the agent has announced is no silence; what comes after it is", async () => {
  const { guard, clock } = watch({ silenceMs: 1_000 });
  using _ = guard;
  await clock.pass(900);
  guard.excuse(clock.now().getTime() + 5_000);
  // A shorter one, or one that is over, takes nothing back; nor does a sign of life.
  guard.excuse(clock.now().getTime() + 1);
  guard.excuse(clock.now().getTime() - 5_000);
  guard.note(SAID);
  await clock.pass(5_999);
  check(guard, undefined);
  await clock.pass(1);
  check(guard, { kind: "silence", limit: 1_000 });
});

Deno.test("an announced wait excuses neither a long turn nor a long tool call", async () => {
  const first = watch({ turnMs: 1_000 });
  using _first = first.guard;
  first.guard.excuse(60_000);
  await first.clock.pass(1_000);
  check(first.guard, { kind: "turn", limit: 1_000 });
  const second = watch({ toolCallMs: 1_000 });
  using _second = second.guard;
  second.guard.note(tool("a", "pending"));
  second.guard.excuse(60_000);
  await second.clock.pass(1_000);
  check(second.guard, { kind: "tool-call", limit: 1_000 });
});

Deno.test("a turn may have 300 model messages, and is ended by the next one", () => {
  const { guard } = watch({ messages: 300, emptyMessages: 20 });
  using _ = guard;
  for (let n = 0; n < 300; n++) guard.countMessage(false);
  check(guard, undefined);
  guard.countMessage(false);
  check(guard, { kind: "messages", limit: 300 });
});

Deno.test("the 20th model message in a row without text or tool ends the turn", () => {
  const { guard } = watch({ messages: 300, emptyMessages: 20 });
  using _ = guard;
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 19; n++) guard.countMessage(true);
    check(guard, undefined);
    guard.countMessage(false);
  }
  for (let n = 0; n < 20; n++) guard.countMessage(true);
  check(guard, { kind: "empty-messages", limit: 20 });
});

Deno.test("with 0 nothing is watched, and nobody sleeps", async () => {
  const { guard, clock } = watch({});
  using _ = guard;
  assert.equal(clock.sleeping, 0);
  for (let n = 0; n < 1_000; n++) guard.countMessage(true);
  guard.note(tool("a", "pending"));
  await clock.pass(100 * 86_400_000);
  check(guard, undefined);
});

Deno.test("the first breach counts, and none comes after the turn's end", async () => {
  const { guard, clock } = watch({ silenceMs: 1_000, turnMs: 1_500, messages: 1 });
  await clock.pass(1_000);
  guard.countMessage(false);
  guard.countMessage(false);
  await clock.pass(1_000);
  check(guard, { kind: "silence", limit: 1_000 });
  guard[Symbol.dispose]();
  const over = watch({ silenceMs: 1_000, messages: 1 });
  over.guard[Symbol.dispose]();
  for (let n = 0; n < 5; n++) over.guard.countMessage(false);
  await over.clock.pass(5_000);
  check(over.guard, undefined);
  assert.equal(over.clock.sleeping, 0);
});

interface Act {
  readonly after: number;
  readonly what: "said" | "begin" | "open" | "close" | "wait";
  readonly call: "a" | "b";
}

/** When something is exceeded, by a plain look at each millisecond. */
function expected(
  limits: GuardLimits,
  acts: readonly Act[],
  end: number,
): { readonly at: number; readonly kind: string } | undefined {
  let alive = 0;
  const open = new Map<string, number>();
  const closed = new Set<string>();
  const due = acts.map((act, index) => ({
    ...act,
    at: acts.slice(0, index + 1).reduce((sum, { after }) => sum + after, 0),
  }));
  for (let now = 0; now <= end; now++) {
    const exceeded: string[] = [];
    if (limits.turnMs > 0 && now >= limits.turnMs) exceeded.push("turn");
    if (limits.silenceMs > 0 && open.size === 0 && now >= alive + limits.silenceMs) {
      exceeded.push("silence");
    }
    const since = Math.min(...open.values(), Infinity);
    if (limits.toolCallMs > 0 && now >= since + limits.toolCallMs) exceeded.push("tool-call");
    if (exceeded[0] !== undefined) return { at: now, kind: exceeded[0] };
    for (const { what, call } of due.filter(({ at }) => at === now)) {
      alive = Math.max(alive, what === "wait" ? now + 40 : now);
      if (what === "begin") closed.delete(call);
      const opens = what === "begin" || what === "open";
      if (opens && !closed.has(call) && !open.has(call)) open.set(call, now);
      if (what === "close") {
        open.delete(call);
        closed.add(call);
      }
    }
  }
  return undefined;
}

Deno.test("a turn is ended at the very moment at which a limit is exceeded, whatever happens before", async () => {
  const limit = fc.oneof(fc.constant(0), fc.integer({ min: 5, max: 60 }));
  const act = fc.record<Act>({
    after: fc.integer({ min: 1, max: 30 }),
    what: fc.constantFrom("said", "begin", "open", "close", "wait"),
    call: fc.constantFrom("a", "b"),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.record({ silenceMs: limit, toolCallMs: limit, turnMs: limit }),
      fc.array(act, { maxLength: 8 }),
      async (given, acts) => {
        const limits = { ...OFF, ...given };
        const { guard, clock } = watch(limits);
        using _ = guard;
        let firedAt: number | undefined;
        guard.fired.addEventListener("abort", () => firedAt = clock.monotonic());
        for (const { after, what, call } of acts) {
          await clock.pass(after);
          if (what === "said") guard.note(SAID);
          else if (what === "wait") guard.excuse(clock.now().getTime() + 40);
          else {guard.note(
              tool(call, what === "close" ? "completed" : "in_progress", what === "begin"),
            );}
        }
        await clock.pass(200);
        const want = expected(limits, acts, clock.monotonic());
        assert.deepEqual(
          { at: firedAt, kind: guard.breach?.kind },
          { at: want?.at, kind: want?.kind },
        );
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("each breach is told in words that follow the agent's name", () => {
  const texts: readonly (readonly [Breach, string])[] = [
    [{ kind: "silence", limit: 300_000 }, "gave no sign of life for 5m00s"],
    [{ kind: "tool-call", limit: 1_800_000 }, "had a tool call open for 30m00s"],
    [{ kind: "turn", limit: 3_600_000 }, "took more than 1h00m for a turn"],
    [{ kind: "messages", limit: 300 }, "called its model more than 300 times in a turn"],
    [
      { kind: "empty-messages", limit: 20 },
      "got 20 model messages in a row without text or tool",
    ],
  ];
  for (const [breach, text] of texts) assert.equal(breachText(breach), text);
});
