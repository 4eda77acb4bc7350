import { EXPANDED, type Word } from "../shell/parts.ts";
import { assignmentUses } from "./assignments.ts";
import { beforeEqual, type Use } from "./use.ts";

const ARITHMETIC = /^(let|exit|return|shift|break|continue|ulimit|wait)$/;
const NAMING = /^(unset|read|export|readonly|local|declare|typeset|getopts)$/;
const DECLARING = /^(readonly|local|declare|typeset)$/;
const COMPARISON = /^-(eq|ne|lt|le|gt|ge)$/;

/** What a shell does with the arguments of its own commands, where that is more than passing them on. */
export function builtinUses(name: string, args: readonly Word[]): readonly Use[] {
  if (ARITHMETIC.test(name)) return args.map(asArithmetic);
  if (NAMING.test(name)) return namingUses(name, args);
  if (/^(test|\[|\[\[)$/.test(name)) return testUses(args);
  if (name === "printf") return printfUses(args);
  return name === "." || name === "source"
    ? args.slice(0, 1).map((word) => ({ kind: "run", word }))
    : [];
}

function asArithmetic(word: Word): Use {
  return { kind: "arithmetic", word };
}

function namingUses(name: string, args: readonly Word[]): readonly Use[] {
  const option = (letters: RegExp): boolean => args.some(({ text }) => letters.test(text));
  // What is assigned with this is computed.
  if (option(/^-[A-Za-z]*i/)) return args.map(asArithmetic);
  const named = args.filter(({ text }) => beforeEqual(text).includes(EXPANDED))
    .map((word): Use => ({ kind: "name", word }));
  const uses = [...assignmentUses(args), ...named];
  // What is assigned to an array bash reads as a list, `$(...)` included, unless it was one as written.
  if (!DECLARING.test(name) || !option(/^-[A-Za-z]*[aA]/)) return uses;
  const values = args.filter(({ text, isPlain }) => !(isPlain && text.includes("(")));
  return [...uses, ...values.map((word): Use => ({ kind: "code", reader: `${name} -a`, word }))];
}

/** Shells take what is compared as a number for arithmetic, and the index in `-v a[...]` too. */
function testUses(args: readonly Word[]): readonly Use[] {
  return args.filter((_, index) =>
    /^-[vR]$/.test(args[index - 1]?.text ?? "") ||
    [index - 1, index + 1].some((beside) => COMPARISON.test(args[beside]?.text ?? ""))
  ).map(asArithmetic);
}

/** Some shells compute what `%d` is given, and the width in `%*s`. */
function printfUses(args: readonly Word[]): readonly Use[] {
  if (args[0]?.text === "-v") return args.slice(1, 2).map((word) => ({ kind: "name", word }));
  const [format, ...values] = args;
  const conversions = format?.text.match(/%%|%[-+ #0]*[0-9.]*\*?[0-9.]*\*?[A-Za-z]/g) ?? [];
  // The format is used again for as long as there are values.
  const takers = conversions.flatMap((one) => one.match(/[*A-Za-z]/g) ?? []);
  return values.filter((_, index) => /[^sbcqQ]/.test(takers[index % takers.length] ?? ""))
    .map(asArithmetic);
}
