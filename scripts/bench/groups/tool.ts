import type { Figure } from "../figure.ts";
import type { Group } from "../group.ts";
import { interleave, type Measured, type Trial } from "../interleave.ts";
import { median } from "../samples.ts";
import type { Stage } from "../stage.ts";
import { type Call, emptyCommand, type Source, toolCalls } from "../tool_call.ts";

const SIZES = [10, 10_000, 100_000];
const SOURCES: readonly Source[] = ["source", "bundle"];
const CALLS: readonly Call[] = ["task-next", "task-status"];

/** What a call may cost, in empty runs of Deno. */
const MOST = 1.8;

/** By how much a call may be slower on the largest store than on the smallest. */
const FLAT = 1.1;

/** What the agent pays dozens of times in an iteration. */
export const toolGroup: Group = {
  name: "tool",
  about: "calls of `iteratr tool` as whole processes, by source, call and size of the store",
  measure: async (stage) => {
    const measured = await interleave(await trials(stage), { rounds: 30, ms: 40_000 });
    const empty: Figure = {
      name: "an empty file",
      unit: "ms",
      values: measured.flatMap(({ baseline }) => baseline),
    };
    return [empty, ...measured.map(toFigure), ...growth(measured)];
  },
};

async function trials(stage: Stage): Promise<readonly Trial[]> {
  const empty = await emptyCommand(stage);
  const made: Trial[] = [];
  for (const source of SOURCES) {
    const stores: Trial[][] = [];
    for (const size of SIZES) {
      const command = await toolCalls(stage, source, await stage.store(size));
      stores.push(CALLS.map((call) => ({
        name: nameOf(source, call, size),
        baseline: () => stage.run(empty),
        candidate: () => stage.run(command(call)),
      })));
    }
    made.push(...stores.flat());
  }
  return made;
}

function nameOf(source: Source, call: Call, size: number): string {
  return `${call}, ${source}, ${size.toLocaleString("en")} events`;
}

function toFigure({ name, candidate, ratio }: Measured): Figure {
  return {
    name,
    unit: "ms",
    values: candidate,
    ratio,
    baseline: "an empty file",
    target: { words: `<= ${MOST}`, met: ratio <= MOST },
  };
}

/** How much slower calls are on the largest store than on the smallest. */
function growth(measured: readonly Measured[]): readonly Figure[] {
  const [small = 0, large = 0] = [SIZES.at(0), SIZES.at(-1)];
  const of = (name: string): Measured | undefined => measured.find((one) => one.name === name);
  return SOURCES.flatMap((source) =>
    CALLS.flatMap((call) => {
      const a = of(nameOf(source, call, small));
      const b = of(nameOf(source, call, large));
      if (a === undefined || b === undefined) return [];
      const ratio = median(b.candidate.map((ms, round) => ms / (a.candidate[round] ?? NaN)));
      return [{
        name: `${call}, ${source}, growth`,
        unit: "ms" as const,
        values: b.candidate,
        ratio,
        baseline: `${small.toLocaleString("en")} events`,
        target: { words: `flat (<= ${FLAT})`, met: ratio <= FLAT },
      }];
    })
  );
}
