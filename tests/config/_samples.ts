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
        // As many days as there may be, which are written in hours.
        ["999999d", 86_399_913_600_000],
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
  durations: () => ({
    good: pairs(
      ["0s, 5s, 15s", [0, 5_000, 15_000]],
      ["1h30m", [5_400_000]],
      ["0s", [0]],
      ["2m,2m,36h", [120_000, 120_000, 129_600_000]],
    ),
    bad: [
      ..."5 08s -1s 1.5s ,5s 5s, 5s,,5s 5s;6s 5s6s 1e3s [5s] soon".split(" "),
      "5s 6s",
      "5s, 6",
      " ",
    ],
    must: "must be durations such as 0s, 5s, 15s",
  }),
  tokens: () => ({
    good: pairs(
      ["800000", 800_000],
      ["500k", 500_000],
      ["2M", 2_000_000],
      ["1.5M", 1_500_000],
      ["0", 0],
      // Numbers that binary fractions miss.
      ["1.005k", 1_005],
      ["4.35k", 4_350],
      ["2.001M", 2_001_000],
      ["999999999999", 999_999_999_999],
    ),
    bad: [
      ..."08 08k -1 +1 1e9 1_000 1,5M 0x10 .5M 5.M 1.5 1.0 800.000 0.0001k 2m 500K 2Mk M".split(
        " ",
      ),
      ..."many NaN Infinity 1.2345M 99999999999999999999".split(" "),
      ...["2 M", " 1", "1 ", "999999999999M"],
    ],
    must: "must be a number of tokens such as 800000, 500k or 2M",
  }),
  dollars: () => ({
    good: pairs(["5", 5], ["0.50", 0.5], ["0.0001", 0.0001], ["0", 0], ["19.99", 19.99], [
      "999999999.9999",
      999_999_999.9999,
    ]),
    bad: [
      ..."08 00.5 -1 +1 1e3 .5 5. 1,50 1_000 $5 5$ 5USD 0x10 0.00001 1000000000 free NaN".split(
        " ",
      ),
      ...["5 ", " 5", "1 000"],
    ],
    must: "must be an amount of US dollars such as 5 or 0.50",
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
