import fc from "fast-check";
import { type KeySpec, SPECS } from "../../src/config/table.ts";
import { samplesOf } from "./_samples.ts";

/** A file of the configuration as a person may have written it. */
export interface Document {
  readonly text: string;
  /** Where the lines of each key begin and end. */
  readonly places: ReadonlyMap<string, readonly [from: number, to: number]>;
}

/** A key and a text that it takes. */
export interface Wish {
  readonly spec: KeySpec;
  readonly value: string;
}

const hasText = ({ kind }: KeySpec): boolean => kind.kind === "text" || kind.kind === "path";

/** Anything that a person may type, and some of what YAML stumbles over. */
const words = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
  fc.constantFrom(
    ..."true null ~ 08 1e9 - -- # : @x `x` 'x' \"x\" {x} [x] *x &x !x %x | > ? , <<".split(" "),
    ..."x:y|x: y|x #y|x,y|- x|? x| x |x\ty|x\ny|x\n|\n|\\|\\n|---|...|=|\u00e4\u6f22\u{1f600}"
      .split("|"),
  ),
  // Blanks that are none to YAML, or only to YAML.
  fc.constantFrom(..."\u00a0 \u2028 \u3000 \u0085 \ufeff \v".split(" ")).chain((blank) =>
    fc.constantFrom(blank, `x${blank}`, `${blank}x`, `x${blank}#y`, `x${blank}: y`)
  ),
);

/** A key with a value that is good for it. */
export const wish: fc.Arbitrary<Wish> = fc.constantFrom(...SPECS).chain((spec) =>
  fc.record({
    spec: fc.constant(spec),
    value: hasText(spec)
      ? words
      : fc.constantFrom(...samplesOf(spec.kind).good.map(({ text }) => text)),
  })
);

/** How an entry is written; those of several lines are for texts. */
type Style = "plain" | "single" | "double" | "below" | "literal" | "folded" | "empty";

interface Line {
  readonly spec: KeySpec;
  readonly value: string;
  readonly style: Style;
  readonly comment: string;
  readonly blank: readonly string[];
}

const line = (spec: KeySpec): fc.Arbitrary<Line> =>
  fc.record({
    spec: fc.constant(spec),
    value: hasText(spec)
      ? fc.constantFrom("acme/one", "x", "a-b.c", "0")
      : fc.constantFrom(...samplesOf(spec.kind).good.map(({ text }) => text)),
    style: fc.constantFrom<Style>(
      ..."plain plain plain single double below".split(" ") as Style[],
      ...hasText(spec) ? ["literal", "folded", "empty"] as const : [],
    ),
    comment: fc.constantFrom("", "", " # why", "   #x: y"),
    blank: fc.constantFrom([], [], [""], ["# --- model: x"], ["", " # in between", ""]),
  });

/** How a value is written behind its colon, without the last line's end. */
function written({ value, style, comment }: Line, indent: string, eol: string): string {
  const below = `${eol}${indent}  ${value}`;
  switch (style) {
    case "plain":
      return ` ${value}${comment}`;
    case "single":
      return ` '${value}'${comment}`;
    case "double":
      return ` "${value}"${comment}`;
    case "below":
      return `${below}${comment}`;
    case "literal":
      return ` |-${below}`;
    case "folded":
      return ` >-${comment}${below}`;
    case "empty":
      return ` ""${comment}`;
  }
}

interface Layout {
  readonly eol: string;
  readonly start: string;
  readonly lastEnd: boolean;
  /** Groups that are written as mappings, with their indentation. */
  readonly indents: readonly string[];
}

/** Files in many styles: dotted and nested keys, quotes, comments, line ends, values of several lines. */
export const documents: fc.Arbitrary<Document> = fc.tuple(
  fc.shuffledSubarray([...SPECS]).chain((specs) => fc.tuple(...specs.map(line))),
  fc.record({
    eol: fc.constantFrom("\n", "\n", "\r\n"),
    start: fc.constantFrom("", "", "# mine\n", "---\n", "\n\n"),
    lastEnd: fc.boolean(),
    indents: fc.array(fc.constantFrom("", "  ", "    ", "   "), { minLength: 9, maxLength: 9 }),
  }),
).map(([lines, layout]) => compose(lines, layout));

function compose(lines: readonly Line[], { eol, start, lastEnd, indents }: Layout): Document {
  const groupOf = ({ spec }: Line): string => spec.key.split(".")[0] ?? "";
  const groups = [...new Set(lines.map(groupOf))];
  const places = new Map<string, readonly [number, number]>();
  let text = start.replaceAll("\n", eol);
  const put = (entry: Line, key: string, indent: string): void => {
    for (const blank of entry.blank) text += `${blank}${eol}`;
    const from = text.length;
    text += `${indent}${key}:${written(entry, indent, eol)}${eol}`;
    places.set(entry.spec.key, [from, text.length]);
  };
  groups.forEach((group, at) => {
    const members = lines.filter((entry) => groupOf(entry) === group);
    const indent = indents[at % indents.length] ?? "";
    const isNested = indent !== "" && members.every(({ spec }) => spec.key !== group);
    if (isNested) text += `${group}:${eol}`;
    for (const entry of members) {
      const key = isNested ? entry.spec.key.slice(group.length + 1) : entry.spec.key;
      put(entry, key, isNested ? indent : "");
    }
  });
  return { text: lastEnd ? text : text.slice(0, text.length - eol.length), places };
}
