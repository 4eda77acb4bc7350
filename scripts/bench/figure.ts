import { summarize } from "./samples.ts";

/** What the values of a figure count. */
export type Unit = "ms" | "/s" | "bytes" | "";

/** One line of the table. */
export interface Figure {
  readonly name: string;
  readonly unit: Unit;
  /** Every single measurement. */
  readonly values: readonly number[];
  /** Time ÷ time of the baseline, so that more is slower; of sizes, size ÷ size. */
  readonly ratio?: number;
  /** What the ratio is to. */
  readonly baseline?: string;
  /** What is aimed at, and whether it is met. */
  readonly target?: { readonly words: string; readonly met: boolean };
}

const NAME = 42;
const NUMBER = 12;
const RANGE = 21;
const RATIO = 8;
const BASELINE = 28;

/** The line above the table. */
export const HEADING: string = line("", "median", "min..max", "ratio", "to", "target");

/** A group of the table: its name, and a line for each figure. */
export function table(group: string, figures: readonly Figure[]): string {
  return [group, ...figures.map(row)].join("\n");
}

function row({ name, unit, values, ratio, baseline, target }: Figure): string {
  const { median, min, max } = summarize(values);
  const words = target === undefined ? "" : `${target.words}: ${target.met ? "met" : "NOT MET"}`;
  return line(
    `  ${name}`,
    `${count(median)} ${unit}`.trim(),
    values.length < 2 ? "" : `${count(min)}..${count(max)}`,
    ratio === undefined ? "" : ratio.toFixed(2),
    baseline ?? "",
    words,
  );
}

function line(
  name: string,
  value: string,
  range: string,
  ratio: string,
  baseline: string,
  target: string,
): string {
  return [
    name.padEnd(NAME),
    value.padStart(NUMBER),
    range.padStart(RANGE),
    ratio.padStart(RATIO),
    ` ${baseline.padEnd(BASELINE)}`,
    target,
  ].join(" ").trimEnd();
}

/** Three digits that matter, and no more than the number has. */
function count(value: number): string {
  if (Number.isInteger(value) || value >= 1000) return Math.round(value).toLocaleString("en");
  return value.toPrecision(3);
}

/** A figure as it goes into the JSON. */
export function toJson(group: string, figure: Figure): Readonly<Record<string, unknown>> {
  const { name, unit, values, ratio, baseline, target } = figure;
  return { group, name, unit, runs: values.length, ...summarize(values), ratio, baseline, target };
}
