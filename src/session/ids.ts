/** The letters in front of a task's or a note's number, as people and agents write it. */
export type IdPrefix = "TAS" | "NOT";

/** `formatId("TAS", 3)` is `TAS-3`. */
export function formatId(prefix: IdPrefix, n: number): string {
  return `${prefix}-${n}`;
}

/**
 * Reads an id in any of the spellings a person or a model uses: `TAS-3`, `tas-3`, `3`.
 *
 * @returns the number, from 1 up, or `undefined` when the text is no such id.
 */
export function parseId(prefix: IdPrefix, text: string): number | undefined {
  const match = /^(?:([a-z]+)-)?([1-9][0-9]{0,8})$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, letters, digits] = match;
  if (letters !== undefined && letters.toUpperCase() !== prefix) return undefined;
  return Number(digits);
}
