import type { Scenario } from "../scenario.ts";
import { quote } from "../shell.ts";
import { edit, shell } from "../tool_calls.ts";

/** Changes `edits.txt` in each turn, always to something new, and never touches a task. */
export function makeEdits(): Scenario {
  return {
    prompt: async (turn) => {
      const before = await read(`${turn.session.cwd}/edits.txt`);
      const line = `edit ${before.split("\n").length}\n`;
      turn.say("I improve the file.");
      await edit(turn, "edits.txt", before, before + line);
      return turn.finish();
    },
  };
}

/** Turns `toggle.txt` to and fro between two contents: busy, and getting nowhere. */
export function makeToggles(): Scenario {
  return {
    prompt: async (turn) => {
      const before = await read(`${turn.session.cwd}/toggle.txt`);
      turn.say("I found a better way to write this.");
      await edit(turn, "toggle.txt", before, before === "heads\n" ? "tails\n" : "heads\n");
      return turn.finish();
    },
  };
}

/** Records a new note in each turn, and does nothing else. */
export function makeNotesOnly(): Scenario {
  let turns = 0;
  return {
    prompt: async (turn) => {
      const note = `Observation ${++turns}: the spec is interesting.`;
      turn.say("I write down what I learnt.");
      await shell(turn, `iteratr tool note-add --content ${quote(note)} --type learning`);
      return turn.finish();
    },
  };
}

async function read(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
