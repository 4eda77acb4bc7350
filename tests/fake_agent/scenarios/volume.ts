import { freshId } from "../ids.ts";
import type { Scenario, World } from "../scenario.ts";
import { textContent } from "../tool_calls.ts";
import type { Turn } from "../turn.ts";

/** Sends `updates=10000` as fast as the pipe takes them, text and snapshots of one tool call, then works. */
export function makeFlood({ options, wire, works }: World): Scenario {
  const updates = options.count("updates", 10_000);
  return {
    prompt: async (turn) => {
      const tool = openTool(turn, "make check");
      const messageId = freshId("msg");
      for (let nth = 1; nth <= updates; nth++) {
        if (nth % 2 === 1) turn.chunk("agent_message_chunk", messageId, `word ${nth} `);
        else turn.update({ ...tool, status: "in_progress", content: [textContent(`line ${nth}`)] });
        if (nth % 100 === 0) {
          await wire.flushed();
          turn.signal.throwIfAborted();
        }
      }
      closeTool(turn, tool, "done");
      return works(turn);
    },
  };
}

/** Sends one frame of about `mib=20`, as message text or (`as=tool`) as a tool's output, then works. */
export function makeBigFrame({ options, works }: World): Scenario {
  const size = options.number("mib", 20) * 2 ** 20;
  const as = options.word("as", ["text", "tool"], "text");
  return {
    prompt: (turn) => {
      const text = "x".repeat(size);
      if (as === "text") turn.chunk("agent_message_chunk", freshId("msg"), text);
      else closeTool(turn, openTool(turn, "cat big.txt"), text);
      return works(turn);
    },
  };
}

/** One tool call whose output grows by a line per snapshot: `snapshots=500`, `delay=0` ms apart. */
export function makeSlowTool({ options, wire, works }: World): Scenario {
  const snapshots = options.count("snapshots", 500);
  const delay = options.count("delay", 0);
  return {
    prompt: async (turn) => {
      const tool = openTool(turn, "make all");
      let output = "";
      for (let nth = 1; nth <= snapshots; nth++) {
        output += `[${nth}/${snapshots}] `.padEnd(95, ".") + "\n";
        turn.update({ ...tool, status: "in_progress", content: [textContent(output)] });
        await turn.pause(delay);
        await wire.flushed();
      }
      closeTool(turn, tool, output);
      return works(turn);
    },
  };
}

interface OpenTool {
  readonly sessionUpdate: "tool_call_update";
  readonly toolCallId: string;
  readonly kind: "execute";
  readonly title: string;
  readonly rawInput: { readonly command: string; readonly cwd: string };
}

function openTool(turn: Turn, command: string): OpenTool {
  const toolCallId = freshId("call");
  const rawInput = { command, cwd: turn.session.cwd };
  const kind = "execute";
  const pending = { toolCallId, title: "bash", kind, status: "pending", rawInput: {} };
  turn.update({ sessionUpdate: "tool_call", ...pending });
  return { sessionUpdate: "tool_call_update", toolCallId, kind, title: command, rawInput };
}

function closeTool(turn: Turn, tool: OpenTool, output: string): void {
  const content = [textContent(output)];
  const rawOutput = { output, metadata: { output, exit: 0, truncated: false } };
  turn.update({ ...tool, status: "completed", content, rawOutput });
}
