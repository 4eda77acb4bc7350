import { asObject, asText } from "../../platform/json.ts";

const MAX_DEPTH = 8;
/** Of all the JSON that stands in texts within one value. */
const MAX_JSON_CHARS = 256 * 1024;
const MAX_VALUES = 2_000;

/** A field whose text may be JSON: a provider's answer as it came, or an error within an error. */
const JSON_FIELD =
  /^(body|(raw)?response(body|text|data)?|data|details?|error|cause|message|metadata|raw)$/;
/** What was asked, with everything that was ever said: none of it is an answer. */
const REQUEST_FIELD = /^request(body|bodyvalues|data|headers|init|options)?$/;

/** A text's JSON, when it is that of an object or an array. */
export function jsonOf(text: string | undefined): unknown {
  if (text === undefined || text.length > MAX_JSON_CHARS || !/^\s*[[{]/.test(text)) {
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The objects in a JSON value, the outer ones first, also where the value or an answer within it is a
 * text of JSON; bounded, whatever the value is.
 */
export function objectsIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  const found: Readonly<Record<string, unknown>>[] = [];
  let charsLeft = MAX_JSON_CHARS;
  const opened = (member: unknown): unknown => {
    const text = asText(member);
    if (text === undefined) return member;
    if (text.length > charsLeft) return undefined;
    const json = jsonOf(text);
    if (json !== undefined) charsLeft -= text.length;
    return json;
  };
  let level: readonly unknown[] = [opened(value)];
  let left = MAX_VALUES;
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0 && left > 0; depth++) {
    const next: unknown[] = [];
    for (const item of level) {
      const fields = Array.isArray(item) ? undefined : asObject(item);
      if (fields !== undefined) found.push(fields);
      const inner = Array.isArray(item) ? item.slice(0, left) : membersOf(fields, left, opened);
      for (const member of inner) {
        if (typeof member !== "object" || member === null) continue;
        next.push(member);
        left -= 1;
      }
    }
    level = next;
  }
  return found;
}

function membersOf(
  fields: Readonly<Record<string, unknown>> | undefined,
  most: number,
  opened: (member: unknown) => unknown,
): readonly unknown[] {
  return Object.entries(fields ?? {}).slice(0, most).map(([name, member]) => {
    const plain = plainName(name);
    if (REQUEST_FIELD.test(plain)) return undefined;
    return JSON_FIELD.test(plain) ? opened(member) : member;
  });
}

/** A field's name as letters and digits in lower case. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}
