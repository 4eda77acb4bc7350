/** How a check of the surroundings came out. */
export type Verdict = "ok" | "warning" | "failed";

/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  readonly verdict: Verdict;
  /** What was found. */
  readonly detail: string;
  /** What to do about it; empty when nothing is to be done. */
  readonly mend: string;
}

/** All is well with it. */
export function fine(name: string, detail: string): Finding {
  return { name, verdict: "ok", detail, mend: "" };
}

/** It works, but somebody should know. */
export function dubious(name: string, detail: string, mend: string): Finding {
  return { name, verdict: "warning", detail, mend };
}

/** A run would fail over it. */
export function wrong(name: string, detail: string, mend: string): Finding {
  return { name, verdict: "failed", detail, mend };
}

/** Findings as lines for a person: name, verdict, detail, and the mend below. */
export function findingLines(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  return findings.flatMap(({ name, verdict, detail, mend }) => [
    `${name.padEnd(width)}  ${verdict.padEnd(7)}  ${detail}\n`,
    ...(mend === "" ? [] : [`${" ".repeat(width + 11)}${mend}\n`]),
  ]).join("");
}
