import assert from "node:assert/strict";
import { gateOf, type Kind, type Value, writeValue } from "../../src/config/kinds.ts";

/** A value as a person writes it, and what it means. */
export interface Sample {
  readonly text: string;
  readonly value: Value;
}

/** What a kind of value takes, and what it does not. */
export interface Samples {
  /** At least two that differ. */
  readonly good: readonly Sample[];
  readonly bad: readonly string[];
  /** What the message for a bad one says is allowed. */
  readonly must: string;
}

/** Numbers that are none of ours, whatever else may think that they are. */
const NO_NUMBERS = [
  ..."08 00 1e9 -1 +1 -0 1.0 1.5 .5 0x10 0o7 0b1 1_000 1,000 1k abc NaN Infinity".split(" "),
  "1 000",
  " 1",
  "1 ",
  "１",
  "99999999999999999999",
];

const texts = (...words: readonly string[]): readonly Sample[] =>
  words.map((text) => ({ text, value: text }));
const pairs = (...given: readonly (readonly [string, Value])[]): readonly Sample[] =>
  given.map(([text, value]) => ({ text, value }));

const BY_KIND: Readonly<Record<string, (kind: Kind) => Samples>> = {
  text: () => ({ good: texts("acme/one", "acme/two", "acme/three", "four"), bad: [], must: "" }),
  path: () => ({ good: texts("one", "sub/two", "./three", "../four"), bad: [], must: "" }),
  switch: () => ({
    good: pairs(["true", true], ["false", false]),
    bad: "yes no on off 1 0 True FALSE truee t".split(" "),
    must: "must be true or false",
  }),
  count: (kind) => {
    const min = kind.kind === "count" ? kind.min : 0;
    return {
      good: [min + 6, min, min + 41, 999_999_999_999_999].map((value) => ({
        text: String(value),
        value,
      })),
      bad: [...NO_NUMBERS, ...min > 0 ? [String(min - 1)] : []],
      must: `must be a whole number from ${min} up`,
    };
  },
  choice: (kind) => {
    const words = kind.kind === "choice" ? kind.of : [];
    return {
      good: texts(...words),
      bad: [...words.map((word) => word.toUpperCase()), `${words[0]}x`, "none", "1"],
      must: `must be one of ${words.join(", ")}`,
    };
  },
  duration: (kind) => {
    const min = kind.kind === "duration" ? kind.min ?? 0 : 0;
    const least = min === 0 ? "" : ` of at least ${writeValue({ kind: "duration" }, min)}`;
    return {
      good: pairs(
        ["90s", 90_000],
        ["5m", 300_000],
        ["2h", 7_200_000],
        ["1h30m", 5_400_000],
        ...min === 0 ? [["0", 0], ["0s", 0]] as const : [[`${min / 1_000}s`, min]] as const,
      ),
      bad: [
        ..."90 08m -5m 1e3s 1.5h 5M 5ms 30m1h 1h1h m h30m 5minutes soon".split(" "),
        "5 m",
        ...min === 0 ? [] : ["0", "0s", "0m"],
      ],
      must: `must be a duration${least} such as 90s, 5m or 1h30m`,
    };
  },
  // What is wrong with gates depends on where they are written: gates_test.ts has it.
  gates: () => ({
    good: ["npm test", "make -C lib check", "./verify.sh --all", "lint"].map((text) => ({
      text,
      value: [gateOf(text)],
    })),
    bad: [],
    must: "",
  }),
  size: () => ({
    good: pairs(
      ["64KiB", 65_536],
      ["2GiB", 2_147_483_648],
      ["3MiB", 3_145_728],
      ["7B", 7],
      ["0B", 0],
    ),
    bad: "64 064KiB -1KiB 1e3B 1.5GiB 64KB 64kib 64K KiB many 1_0B".split(" ").concat("64 KiB"),
    must: "must be a size such as 64KiB or 2GiB",
  }),
};

/** Samples of a kind; a new kind needs some here. */
export function samplesOf(kind: Kind): Samples {
  const make = BY_KIND[kind.kind];
  assert.ok(make !== undefined, `a new kind of value, ${kind.kind}: give samples of it here`);
  return make(kind);
}

/** A sample for a place in a row of places, so that neighbours differ. */
export function nth(kind: Kind, place: number): Sample {
  const { good } = samplesOf(kind);
  const sample = good[place % good.length];
  assert.ok(sample !== undefined, `no sample of the kind ${kind.kind}`);
  return sample;
}
