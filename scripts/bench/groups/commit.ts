import type { Figure } from "../figure.ts";
import type { Group } from "../group.ts";
import { pauses } from "../processes/turns.ts";
import { makeProject, type QuickRun, quickRun } from "../quick_run.ts";
import { median } from "../samples.ts";
import type { Stage } from "../stage.ts";

const FILES = 20_000;
const TURNS = 15;
const ROUNDS = 3;

/** The first turns of a run are left out: there the program is still warming up. */
const WARM_UP = 3;

/** What the agent does in each turn. */
const CASES: readonly { readonly name: string; readonly edits?: string }[] = [
  { name: "nothing changed" },
  { name: "one file changed", edits: "files-7/file-777.txt" },
];

/** The git work of an iteration in a large repository, commit and all. */
export const commitGroup: Group = {
  name: "commit",
  about: `from a turn to the next prompt in a repository of ${FILES.toLocaleString("en")} files, ` +
    "by a bare client that calls `git add -A` and `git commit`",
  measure: async (stage) => {
    const project = await makeProject(stage, "commit", { files: FILES, git: true });
    const figures: Figure[] = [];
    for (const { name, ...change } of CASES) {
      figures.push(...await measure(stage, name, { project, ...change }));
    }
    return figures;
  },
};

/** Runs iteratr and the bare client in turns. */
async function measure(
  stage: Stage,
  name: string,
  run: Pick<QuickRun, "project" | "edits">,
): Promise<readonly Figure[]> {
  const usual = { ...run, turns: TURNS, updates: 0, output: "null" } as const;
  const of = async (client: QuickRun["client"]): Promise<readonly number[]> =>
    pauses((await quickRun(stage, { ...usual, client })).turns).slice(WARM_UP);
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(...await of("iteratr"));
    bare.push(...await of("bare with commit"));
  }
  return [
    { name: `${name}: git add and commit`, unit: "ms", values: bare },
    {
      name,
      unit: "ms",
      values: ours,
      ratio: median(ours) / median(bare),
      baseline: "git add -A && git commit",
    },
  ];
}
