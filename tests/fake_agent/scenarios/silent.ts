import { freshId } from "../ids.ts";
import { never, type Scenario, type World } from "../scenario.ts";

/**
 * Never answers a prompt. `after=` says what is seen of the turn before the silence: `nothing`, `text`,
 * or `tool` (a tool call that stays open). With `cancel=0` not even session/cancel ends the turn.
 */
export function makeSilent({ options }: World): Scenario {
  const after = options.word("after", ["nothing", "text", "tool"], "nothing");
  const heedsCancel = options.flag("cancel", true);
  return {
    prompt: async (turn) => {
      if (after !== "nothing") turn.say("One moment, please.");
      if (after === "tool") {
        const tool = { toolCallId: freshId("call"), title: "sleep 300", kind: "execute" };
        const rawInput = { command: "sleep 300", cwd: turn.session.cwd };
        turn.update({ sessionUpdate: "tool_call", ...tool, status: "in_progress", rawInput });
      }
      return await (heedsCancel ? turn.untilCancelled() : never());
    },
  };
}

/** Reads `initialize` and never answers it. */
export function makeHangInitialize({ strikes }: World): Scenario {
  return { initialize: (usual) => strikes.next() ? never() : usual };
}

/** Answers `initialize`, but not `session/new`; `from=` and `times=` count sessions. */
export function makeHangNew({ strikes }: World): Scenario {
  return { newSession: (usual) => strikes.next() ? never() : usual };
}
