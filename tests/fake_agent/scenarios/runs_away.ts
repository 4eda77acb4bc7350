import type { Scenario, World } from "../scenario.ts";

/**
 * Calls its model again and again: `messages=1000` times, each with a word, or with a mere thought
 * (`empty=1`), then works. Each call costs `each=0` US dollars, which is told at once; `every=5` ms apart.
 */
export function makeRunsAway({ options, works }: World): Scenario {
  const messages = options.count("messages", 1_000);
  const isEmpty = options.flag("empty");
  const each = options.number("each", 0);
  const every = options.count("every", 5);
  return {
    prompt: async (turn) => {
      for (let nth = 1; nth <= messages; nth++) {
        await turn.pause(every);
        await turn.nextCall();
        const kind = isEmpty ? "agent_thought_chunk" : "agent_message_chunk";
        turn.chunk(kind, `msg_${nth}`, "once more ");
        if (each > 0) turn.spend(each);
      }
      return await works(turn);
    },
  };
}
