import { median } from "./samples.ts";

/** Does something once. @returns how long it took, in milliseconds. */
export type Timed = () => Promise<number>;

/** Something to measure, and what it is measured by. */
export interface Trial {
  readonly name: string;
  readonly baseline: Timed;
  readonly candidate: Timed;
}

/** What a trial has given. */
export interface Measured {
  readonly name: string;
  /** Milliseconds of each round. */
  readonly candidate: readonly number[];
  readonly baseline: readonly number[];
  /** The median of candidate ÷ baseline within a round. */
  readonly ratio: number;
}

/** How long to go on. */
export interface Limits {
  readonly rounds: number;
  /** After so many milliseconds no further round is begun, once there have been {@linkcode LEAST}. */
  readonly ms: number;
}

const LEAST = 3;

/**
 * Measures trials in turns, each right next to its baseline and in an order that swaps from round to
 * round, so that whatever else the machine does meets both alike. A first round warms up and is not
 * counted.
 */
export async function interleave(
  trials: readonly Trial[],
  { rounds, ms }: Limits,
): Promise<readonly Measured[]> {
  const series = trials.map((trial) => ({
    ...trial,
    candidates: new Array<number>(),
    baselines: new Array<number>(),
  }));
  const end = performance.now() + ms;
  for (let round = 0; round <= rounds; round++) {
    if (round > LEAST && performance.now() > end) break;
    for (const { baseline, candidate, candidates, baselines } of series) {
      const swapped = round % 2 === 1;
      const first = await (swapped ? candidate : baseline)();
      const second = await (swapped ? baseline : candidate)();
      if (round === 0) continue;
      candidates.push(swapped ? first : second);
      baselines.push(swapped ? second : first);
    }
  }
  return series.map(({ name, candidates, baselines }) => ({
    name,
    candidate: candidates,
    baseline: baselines,
    ratio: median(candidates.map((time, index) => time / (baselines[index] ?? NaN))),
  }));
}

/** Times some work. */
export async function stopwatch(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
