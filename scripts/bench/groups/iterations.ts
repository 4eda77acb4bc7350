import type { Figure } from "../figure.ts";
import type { Group } from "../group.ts";
import { type Look, pauses } from "../processes/turns.ts";
import { makeProject, quickRun } from "../quick_run.ts";
import { median } from "../samples.ts";

const ITERATIONS = 1_000;

/** Early and late are so many looks each, at every 25th iteration; the first is left out. */
const LOOKS = 4;

/** Early and late are so many pauses each; the first ones are left out. */
const PAUSES = 200;
const WARM_UP = 50;

/** By how much memory and time may be more at the end than at the beginning. */
const FLAT = 1.25;

/** Whether a run that goes on for very long stays as it was. */
export const iterationsGroup: Group = {
  name: "iterations",
  about:
    `${ITERATIONS} iterations of one run: memory, descriptors, children and time, late by early`,
  measure: async (stage) => {
    const project = await makeProject(stage, "iterations", { files: 20, git: true });
    const { turns, looks } = await quickRun(stage, {
      project,
      turns: ITERATIONS,
      updates: 5,
      output: "pipe",
      client: "iteratr",
    });
    // At its end the agent looks once more, when its client is already shutting it down.
    const regular = looks.filter((_look, at) => at % 2 === 0);
    const early = regular.slice(1, 1 + LOOKS);
    const late = regular.slice(-LOOKS);
    const compare = (
      name: string,
      unit: Figure["unit"],
      most: number,
      value: (look: Look) => number,
    ): Figure => flat(name, unit, most, early.map(value), late.map(value));
    const between = pauses(turns);
    return [
      { name: "iterations", unit: "", values: [turns.length] },
      compare("memory", "bytes", FLAT, ({ rss }) => rss),
      compare("descriptors", "", 1, ({ descriptors }) => descriptors),
      compare("children", "", 1, ({ children }) => children),
      flat(
        "from one turn to the next",
        "ms",
        FLAT,
        between.slice(WARM_UP, WARM_UP + PAUSES),
        between.slice(-PAUSES),
      ),
    ];
  },
};

function flat(
  name: string,
  unit: Figure["unit"],
  most: number,
  early: readonly number[],
  late: readonly number[],
): Figure {
  const ratio = median(late) / median(early);
  return {
    name,
    unit,
    values: late,
    ratio,
    baseline: `early ones (${median(early).toPrecision(3)})`,
    target: { words: `flat (<= ${most})`, met: ratio <= most },
  };
}
