import { freshId } from "../ids.ts";
import type { Scenario, World } from "../scenario.ts";

/** What the client must put together again, character by character. */
export const SPLIT_TEXT = "Grüße 🎉 日本";

/**
 * Sends frames cut at awkward places, `delay=20` ms between the writes, then works: within the braces,
 * within a two-byte and a four-byte character, before the line's end, and with the head of one frame
 * glued to the end of the one before.
 */
export function makeSplit({ options, wire, works }: World): Scenario {
  const pause = options.count("delay", 20);
  return {
    prompt: async (turn) => {
      const frame = encodeChunk(turn.session.id, freshId("msg"));
      const umlaut = frame.indexOf(0xc3);
      const emoji = frame.indexOf(0xf0);
      const end = frame.length - 1;
      const twice = new Uint8Array([...frame.subarray(end), ...frame.subarray(0, emoji + 3)]);
      wire.push(
        frame.subarray(0, 5),
        { pause },
        frame.subarray(5, umlaut + 1),
        { pause },
        frame.subarray(umlaut + 1, emoji + 2),
        { pause },
        frame.subarray(emoji + 2, end),
        { pause },
        twice,
        { pause },
        frame.subarray(emoji + 3),
      );
      await wire.flushed();
      return works(turn);
    },
  };
}

function encodeChunk(sessionId: string, messageId: string): Uint8Array {
  const content = { type: "text", text: SPLIT_TEXT };
  const update = { sessionUpdate: "agent_message_chunk", messageId, content };
  const frame = { jsonrpc: "2.0", method: "session/update", params: { sessionId, update } };
  return new TextEncoder().encode(JSON.stringify(frame) + "\n");
}
