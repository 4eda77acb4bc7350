import { readConfigText } from "../../src/config/file.ts";
import { writeValue } from "../../src/config/kinds.ts";
import { specOf } from "../../src/config/table.ts";

/** What a text sets a key to, as a person would write it; a text with mistakes sets nothing. */
export function valueOf(text: string, key: string): string | undefined {
  const { entries, problems } = readConfigText(text, "f");
  const value = entries.find((entry) => entry.key === key)?.value;
  const spec = specOf(key);
  if (problems.length > 0 || value === undefined || spec === undefined) return undefined;
  return writeValue(spec.kind, value);
}

/** All that a text sets. */
export function valuesOf(text: string): ReadonlyMap<string, unknown> {
  const { entries } = readConfigText(text, "f");
  return new Map(
    entries.flatMap(({ key, value }) => value === undefined ? [] : [[key, value] as const]),
  );
}

/** The lines that one text has and the other has not, between what both begin and end with. */
export function changedLines(
  before: string,
  after: string,
): { readonly gone: readonly string[]; readonly fresh: readonly string[] } {
  const [old, young] = [before.split("\n"), after.split("\n")];
  let head = 0;
  while (head < Math.min(old.length, young.length) && old[head] === young[head]) head++;
  let tail = 0;
  while (
    tail < Math.min(old.length, young.length) - head && old.at(-1 - tail) === young.at(-1 - tail)
  ) tail++;
  return {
    gone: old.slice(head, old.length - tail),
    fresh: young.slice(head, young.length - tail),
  };
}
