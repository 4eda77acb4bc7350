import assert from "node:assert/strict";
import type { AgentMonitor } from "../../src/agent/monitor.ts";
import type { Attempt } from "../../src/loop/turn/attempt_end.ts";
import { NOT_SENT } from "../../src/loop/turn/attempt.ts";
import { Recount } from "../../src/loop/turn/recount.ts";
import { type ModelUsage, NO_USAGE, type Usage } from "../../src/session/usage.ts";

function usage(inputTokens: number, cost: number): Usage {
  return { ...NO_USAGE, inputTokens, cost };
}

/** What the next process tells of sessions. */
function knows(sessions: Readonly<Record<string, Usage>>): AgentMonitor {
  return {
    usage: (session) => Promise.resolve(sessions[session]),
    usageByModel: (session) => {
      const whole = sessions[session];
      return Promise.resolve(whole === undefined ? undefined : [{ model: "a/b", usage: whole }]);
    },
    lastError: () => Promise.resolve(undefined),
    follow: () => Promise.resolve(),
  };
}

function failed(session: string, told: Usage, models: readonly ModelUsage[] = []): Attempt {
  return { ...NOT_SENT, session, usage: { ...told, partial: true }, models };
}

Deno.test("of failed attempts counts once what was not told of them before", async () => {
  const recount = new Recount(knows({ one: usage(200, 0.5), two: usage(30, 0.25) }));
  recount.note(failed("one", usage(100, 0.25)));
  recount.note(failed("two", usage(30, 0.25), [{ model: "a/b", usage: usage(30, 0.25) }]));
  recount.note(NOT_SENT);
  assert.deepEqual(await recount.take(), {
    usage: usage(100, 0.25),
    models: [{ model: "a/b", usage: usage(200, 0.5) }],
  });
  assert.deepEqual(await recount.take(), { usage: NO_USAGE, models: [] });
});

Deno.test("where nobody knows more, or only less, nothing is added or taken back", async () => {
  for (const monitor of [undefined, knows({}), knows({ one: usage(5, 0.125) })]) {
    const recount = new Recount(monitor);
    recount.note(failed("one", usage(100, 0.25)));
    assert.deepEqual((await recount.take()).usage, NO_USAGE);
  }
});
