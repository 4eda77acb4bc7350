import { asArray, asNumber, asObject, asText } from "../../platform/json.ts";
import { COMBINED, resetInHeaders, retryInHeaders } from "./headers.ts";
import { objectsIn, plainName } from "./json_objects.ts";
import { timeOf } from "./time_value.ts";

/** Names of fields, as letters and digits in lower case, and what one of their numbers is worth. */
const FIELDS: ReadonlyMap<string, number> = new Map([
  ...[
    "retryafter",
    "retryafterseconds",
    "retryaftersecs",
    "retryin",
    "retryinseconds",
    "retrydelay",
    "retryat",
    "resetat",
    "resetsat",
    "resettime",
    "resettimestamp",
    "resetin",
    "resetsin",
    "resetinseconds",
    "resetsinseconds",
    "resetafter",
    "resetafterseconds",
    "resetsafterseconds",
    "quotaresetdelay",
    "quotaresettimestamp",
  ].map((name) => [name, 1_000] as const),
  ...["retryafterms", "retryinms", "retrydelayms", "resetatms", "resetsatms", "resetinms"]
    .map((name) => [name, 1] as const),
  ["resetsinms", 1],
]);

/** The time in JSON of whatever shape: of the objects that name one, the outermost decides. */
export function resetInJson(value: unknown, now: number): number | undefined {
  return timeInJson(value, now, resetInHeaders, () => true);
}

/** The same, only where somebody asks for it in so many words: after which time to try again. */
export function retryInJson(value: unknown, now: number): number | undefined {
  return timeInJson(value, now, retryInHeaders, (name) => name.startsWith("retry"));
}

function timeInJson(
  value: unknown,
  now: number,
  inHeaders: typeof resetInHeaders,
  isMeant: (name: string) => boolean,
): number | undefined {
  for (const fields of objectsIn(value)) {
    const told = inHeaders(headersOf(fields), now);
    if (told !== undefined) return told;
    const times = Object.entries(fields).flatMap(([name, field]) => {
      const plain = plainName(name);
      const unit = isMeant(plain) ? FIELDS.get(plain) : undefined;
      const time = unit === undefined ? undefined : timeOf(field, unit, now);
      return time === undefined ? [] : [time];
    });
    if (times.length > 0) return Math.max(...times);
  }
  return undefined;
}

/** The fields that are spelled as headers are, and those of a list of headers. */
function headersOf(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const entries = Object.entries(fields);
  const listed = entries.filter(([name]) => plainName(name).endsWith("headers"))
    .flatMap(([, list]) => asArray(list).slice(0, MAX_LISTED)).flatMap(pairOf);
  return Object.fromEntries(
    [...listed, ...entries].flatMap(([name, field]) => {
      const value: unknown = Array.isArray(field) ? field[0] : field;
      const text = asText(value) ?? asNumber(value)?.toString();
      const plain = name.toLowerCase();
      return text !== undefined && (name.includes("-") || plain === COMBINED)
        ? [[plain, text]]
        : [];
    }),
  );
}

const MAX_LISTED = 2_000;

/** `["retry-after", "60"]` or `{ name: "retry-after", value: "60" }`. */
function pairOf(header: unknown): readonly (readonly [string, unknown])[] {
  const named = asObject(header);
  const [key, value] = named === undefined
    ? asArray(header)
    : [named["name"] ?? named["key"], named["value"]];
  const name = asText(key);
  return name === undefined ? [] : [[name, value]];
}
