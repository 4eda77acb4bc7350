import type { Figure } from "../figure.ts";
import type { Group } from "../group.ts";
import { interleave } from "../interleave.ts";
import { makeProject, type QuickRun, quickRun } from "../quick_run.ts";
import type { Stage } from "../stage.ts";

const SIZES = [10_000, 100_000];
const OUTPUTS = ["pipe", "file"] as const;

/** How fast a flood of text goes through to the reader, and what memory that takes. */
export const streamGroup: Group = {
  name: "stream",
  about: "a flood of text from the agent into the log and to a pipe or a file, by a bare reader",
  measure: async (stage) => {
    const project = await makeProject(stage, "stream", { files: 20, git: true });
    const figures: Figure[] = [];
    for (const updates of SIZES) figures.push(...await measure(stage, project, updates));
    return figures;
  },
};

async function measure(
  stage: Stage,
  project: string,
  updates: number,
): Promise<readonly Figure[]> {
  const peaks = new Map<string, number[]>(OUTPUTS.map((output) => [output, []]));
  const timed = (client: QuickRun["client"], output: "pipe" | "file") => async () => {
    const { ms, looks } = await quickRun(stage, { project, turns: 1, updates, output, client });
    if (client === "iteratr") peaks.get(output)?.push(looks.at(-1)?.peak ?? NaN);
    return ms;
  };
  const measured = await interleave(
    OUTPUTS.map((output) => ({
      name: output,
      baseline: timed("bare", output),
      candidate: timed("iteratr", output),
    })),
    { rounds: 5, ms: 20_000 },
  );
  return measured.flatMap(({ name, candidate, ratio }): readonly Figure[] => [
    {
      name: `${updates.toLocaleString("en")} updates to a ${name}`,
      unit: "ms",
      values: candidate,
      ratio,
      baseline: "a bare reader",
    },
    {
      name: "  updates per second",
      unit: "/s",
      values: candidate.map((ms) => Math.round(updates / (ms / 1000))),
    },
    { name: "  most memory of iteratr", unit: "bytes", values: peaks.get(name) ?? [] },
  ]);
}
