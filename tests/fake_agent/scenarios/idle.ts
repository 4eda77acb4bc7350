import type { Scenario } from "../scenario.ts";
import type { Turn } from "../turn.ts";

/** Ends each turn at once: no updates, no usage. A dropped prompt looks like this. */
export function makeEmpty(): Scenario {
  return { prompt: () => Promise.resolve({ stopReason: "end_turn", _meta: {} }) };
}

/** Claims that all is done, and has done nothing. */
export function makeTalks(): Scenario {
  const text = "I have implemented everything in the spec. All tasks are done and all tests pass.";
  return saying(text, "end_turn");
}

/** Asks a question that nobody is there to answer. */
export function makeAsks(): Scenario {
  return saying("Before I start: should the files be written in English or in French?", "end_turn");
}

/** Refuses, as when the model's provider filters its answer. */
export function makeRefuses(): Scenario {
  return saying("I cannot help with that.", "refusal");
}

function saying(text: string, stopReason: string): Scenario {
  const prompt = async (turn: Turn): Promise<ReturnType<Turn["finish"]>> => {
    await turn.nextCall();
    turn.say(text);
    return turn.finish(stopReason);
  };
  return { prompt };
}
