import { freshId } from "../ids.ts";
import type { Fields } from "../json.ts";
import { complain } from "../journal.ts";
import { never, type Scenario, type World } from "../scenario.ts";
import type { Turn } from "../turn.ts";

/**
 * Exits with `code=3` after a last line on stderr. `at=` says when: `start` (before reading anything),
 * `initialize` and `new` (instead of the answer), `prompt` (instead of anything), `mid` (after some
 * updates, with a tool call open). `from=N`, `times=K` count what `at` names: the N-th process start,
 * the N-th session/new, the N-th prompt; `mid` counts prompts.
 */
export function makeCrash({ options, wire, strikes }: World): Scenario {
  const at = options.word("at", ["start", "initialize", "new", "prompt", "mid"], "prompt");
  const code = options.count("code", 3);
  const message = options.text("message", "fatal: the fake agent was told to crash");
  const crash = async (): Promise<never> => {
    // What was sent before belongs to the fault: a client must have seen it.
    await wire.flushed();
    complain(message);
    Deno.exit(code);
    return never();
  };
  const crashIfDue = async (): Promise<void> => {
    if (strikes.next()) await crash();
  };
  const crashOrAnswer = async (usual: Fields): Promise<Fields> => {
    await crashIfDue();
    return usual;
  };
  switch (at) {
    case "start":
      return { start: crashIfDue };
    case "initialize":
      return { initialize: crashOrAnswer };
    case "new":
      return { newSession: crashOrAnswer };
    case "prompt":
      return { prompt: crash };
    case "mid":
      return {
        prompt: async (turn) => {
          await showSomeWork(turn);
          return crash();
        },
      };
  }
}

async function showSomeWork(turn: Turn): Promise<void> {
  await turn.nextCall();
  turn.think("I had better look around first.");
  turn.say("I start with the tests.");
  const tool = { toolCallId: freshId("call"), title: "make test", kind: "execute" };
  turn.update({ sessionUpdate: "tool_call", ...tool, status: "pending", rawInput: {} });
  const rawInput = { command: "make test", cwd: turn.session.cwd };
  turn.update({ sessionUpdate: "tool_call_update", ...tool, status: "in_progress", rawInput });
}
