/*
 * Looking into JSON that somebody else has made. Nothing here throws: what has another shape than
 * expected is `undefined`, and the caller says what that means.
 */

/** A JSON object's members by name. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The value as an object (no array, not null). */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as JsonObject
    : undefined;
}

/** The value as an array; anything else is an empty one. */
export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value as a text. */
export function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The value as a finite number. */
export function asNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** Far more than anybody will ever count; above it, numbers are nonsense. */
const MOST = 1e12;

/** A count or an amount that somebody tells: a number from 0 up that makes sense. */
export function asAmount(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number >= 0 && number <= MOST ? number : undefined;
}
