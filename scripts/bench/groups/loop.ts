import type { Figure } from "../figure.ts";
import type { Group } from "../group.ts";
import { pauses } from "../processes/turns.ts";
import { makeProject, type QuickRun, quickRun } from "../quick_run.ts";
import { median } from "../samples.ts";
import type { Stage } from "../stage.ts";

/** Milliseconds that iteratr may take between two turns, in a clean work tree of git. */
const MOST_MS = 20;

/** The first turns of a run are left out: there the program is still warming up. */
const WARM_UP = 5;

/** After so much time no further round is begun. */
const BOUND_MS = 40_000;

interface Place {
  readonly name: string;
  readonly files: number;
  readonly git: boolean;
  readonly turns: number;
  readonly rounds: number;
  readonly target?: number;
}

const PLACES: readonly Place[] = [
  { name: "a clean git tree", files: 20, git: true, turns: 60, rounds: 3, target: MOST_MS },
  { name: "git, 20,000 files", files: 20_000, git: true, turns: 30, rounds: 3 },
  { name: "outside git, 20 files", files: 20, git: false, turns: 60, rounds: 3 },
  { name: "outside git, 20,000 files", files: 20_000, git: false, turns: 12, rounds: 1 },
];

/** What the loop itself costs in each iteration. */
export const loopGroup: Group = {
  name: "loop",
  about: "from the end of one turn to the next prompt, with an agent that answers at once",
  measure: async (stage) => {
    const end = performance.now() + BOUND_MS;
    const figures: Figure[] = [];
    for (const [at, place] of PLACES.entries()) {
      figures.push(...await measure(stage, place, `loop-${at}`, end));
    }
    return figures;
  },
};

/** Runs iteratr and the bare client in turns. */
async function measure(
  stage: Stage,
  { name, files, git, turns, rounds, target }: Place,
  directory: string,
  end: number,
): Promise<readonly Figure[]> {
  const project = await makeProject(stage, directory, { files, git });
  const usual = { project, turns, updates: 0, output: "null" } as const;
  const of = async (client: QuickRun["client"]): Promise<readonly number[]> =>
    pauses((await quickRun(stage, { ...usual, client })).turns).slice(WARM_UP);
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round > 0 && performance.now() > end) break;
    ours.push(...await of("iteratr"));
    bare.push(...await of(git ? "bare with git" : "bare"));
  }
  const ms = median(ours);
  return [
    { name: `${name}: a bare client`, unit: "ms", values: bare },
    {
      name,
      unit: "ms",
      values: ours,
      ratio: ms / median(bare),
      baseline: git ? "a bare client and git status" : "a bare client",
      ...(target === undefined ? {} : { target: { words: `<= ${target} ms`, met: ms <= target } }),
    },
  ];
}
