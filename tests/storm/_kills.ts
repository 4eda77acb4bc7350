import type { Run } from "../build/_run.ts";
import type { Stage } from "../build/_stage.ts";

/** At which point of a run it is killed. */
export type Phase = "before the turn" | "in a turn" | "in a tool call" | "between iterations";

/** Waits until a run is in a phase, and then for a random while that does not lead out of it by far. */
export async function reach(
  phase: Phase,
  stage: Stage,
  run: Run,
  random: () => number,
): Promise<void> {
  const prompts = stage.prompts().length;
  switch (phase) {
    case "before the turn":
      return await pause(random() * 600);
    case "in a turn":
      await run.until(() => stage.prompts().length > prompts);
      return await pause(random() * 500);
    case "in a tool call": {
      const nth = 1 + Math.floor(random() * 4);
      const before = new Set(toolCalls(stage));
      const since = new Set<number>();
      await run.until(() => {
        for (const pid of toolCalls(stage)) if (!before.has(pid)) since.add(pid);
        return since.size >= nth;
      });
      return await pause(random() * 100);
    }
    case "between iterations":
      await run.until(() => /^-- iteration \d+: /m.test(run.stdout));
      return await pause(random() * 20);
  }
}

/** The processes of `iteratr tool` that are going on. */
function toolCalls(stage: Stage): readonly number[] {
  return stage.processes().filter((pid) => {
    try {
      return Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0").includes("tool");
    } catch {
      return false;
    }
  });
}

/** Waits, a bounded while. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
