import { freshId } from "../ids.ts";
import { complain } from "../journal.ts";
import { parseJson } from "../json.ts";
import { RpcError } from "../peer.ts";
import { never, type Scenario, type World } from "../scenario.ts";
import { shell, write } from "../tool_calls.ts";
import type { Turn, TurnResult } from "../turn.ts";

const HOWS = ["crash", "killed", "error", "garbage", "silent", "deaf"] as const;
const STAGES = ["first", "text", "tool", "edits", "complete"] as const;

/**
 * Fails in a turn. `at=` says after what: `first` (nothing is seen of the turn), `text` (`says=`), `tool` (in a tool
 * call that stays open), `edits` (a task is planned and begun, a file written), `complete` (all tasks are
 * done and the session declared complete). `how=` says in which way: `crash` (its process exits, `code=3`),
 * `killed` (by a signal), `error` (the answer is a JSON-RPC error: `message=`, with `data=JSON`), `garbage`
 * (nonsense on the wire, whose end is then closed), `silent` (nothing more, until a cancel), or `deaf`
 * (nothing more, whatever comes). What it costs until then: `spends=0` US dollars, told at once.
 */
export function makeFails(world: World): Scenario {
  const { options, wire } = world;
  const how = options.word("how", HOWS, "crash");
  const at = options.word("at", STAGES, "first");
  const code = options.count("code", 3);
  const message = options.text("message", "Internal error: fake 500").replaceAll("_", " ");
  const data = parseJson(options.text("data", '{"errorName":"APIError"}'));
  const says = options.text("says", "Here is all of my answer.").replaceAll("_", " ");
  const spends = options.number("spends", 0);
  const fail = async (turn: Turn): Promise<TurnResult> => {
    // What was sent before belongs to the fault: a client must have seen it.
    await wire.flushed();
    switch (how) {
      case "crash":
        complain("starting up\nfatal: the fake agent was told to fail");
        return Deno.exit(code);
      case "killed":
        Deno.kill(Deno.pid, "SIGKILL");
        return await never();
      case "error":
        throw new RpcError(-32603, message, data);
      case "garbage":
        wire.push("\x00\x01{not json\n", '{"jsonrpc":"2.0","id":');
        await wire.flushed();
        closeOutput();
        return await never();
      case "silent":
        return await turn.untilCancelled();
      case "deaf":
        return await never();
    }
  };
  return {
    prompt: async (turn) => {
      await lead(world, turn, at, says);
      if (spends > 0) turn.spend(spends);
      return await fail(turn);
    },
  };
}

/** Closes stdout for good: Deno keeps copies of it, which its own `close` leaves open. */
function closeOutput(): void {
  const { symbols } = Deno.dlopen("libc.so.6", { close: { parameters: ["i32"], result: "i32" } });
  const output = Deno.readLinkSync("/proc/self/fd/1");
  for (const { name } of [...Deno.readDirSync("/proc/self/fd")]) {
    try {
      if (Deno.readLinkSync(`/proc/self/fd/${name}`) === output) symbols.close(Number(name));
    } catch {
      // The one that the directory was read with.
    }
  }
}

/** Goes on with a turn until the fault is due. */
async function lead(
  { works }: World,
  turn: Turn,
  at: (typeof STAGES)[number],
  says: string,
): Promise<void> {
  switch (at) {
    case "first":
      return;
    case "text":
      return turn.say(says);
    case "tool": {
      turn.say("I start with the tests.");
      const tool = { toolCallId: freshId("call"), title: "make test", kind: "execute" };
      const rawInput = { command: "make test", cwd: turn.session.cwd };
      return turn.update({ sessionUpdate: "tool_call", ...tool, status: "in_progress", rawInput });
    }
    case "edits":
      await shell(turn, "iteratr tool task-add --content 'Write the half'");
      await shell(turn, "iteratr tool task-status --id TAS-1 --status in_progress");
      await write(turn, "half.txt", "one half\n");
      return;
    case "complete":
      await works(turn);
      await shell(turn, "iteratr tool session-complete");
      return;
  }
}
