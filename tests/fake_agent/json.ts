/** An object as it comes out of `JSON.parse`: nothing is known of its fields. */
export type Fields = Readonly<Record<string, unknown>>;

/** True for a JSON object; arrays, scalars and null are none. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value itself when it is a JSON object, else an empty one: lookups then find nothing. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** The parsed text, or `undefined` when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
