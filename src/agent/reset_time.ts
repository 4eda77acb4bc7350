import { asNumber, asObject, asText } from "../platform/json.ts";

/*
 * When a provider that takes nothing more will take something again, read out of what it has answered.
 * Every function is total, gives epoch milliseconds, and `undefined` when there is no believable time. A
 * time that has passed is `now`: whoever waits for it need not wait.
 */

/** Further ahead than this no limit is reset: the number must mean something else. */
const FURTHEST_MS = 366 * 24 * 3_600_000;
/** Above it a number is a date in seconds, below it so many seconds from now (32 years). */
const FIRST_EPOCH_SECONDS = 1e9;
/** Above it a number is a date in milliseconds. */
const FIRST_EPOCH_MS = 1e11;
/** A number that is a date further back than this is no date: nobody tells of a limit that old. */
const STALEST_MS = 24 * 3_600_000;
const MAX_DEPTH = 8;
/** Of all the JSON that stands in texts within one value. */
const MAX_JSON_CHARS = 256 * 1024;
const MAX_VALUES = 2_000;
const MAX_TEXT_CHARS = 4_000;

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

/** A field whose text may be JSON: a provider's answer as it came, or an error within an error. */
const JSON_FIELD =
  /^(body|(raw)?response(body|text|data)?|data|details?|error|cause|message|metadata|raw)$/;
/** What was asked, with everything that was ever said: none of it is an answer. */
const REQUEST_FIELD = /^request(body|bodyvalues|data|headers|init|options)?$/;

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

/** The fields that are spelled as headers are. */
function headersOf(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) => {
      const value: unknown = Array.isArray(field) ? field[0] : field;
      const text = asText(value) ?? asNumber(value)?.toString();
      return text !== undefined && name.includes("-") ? [[name.toLowerCase(), text]] : [];
    }),
  );
}

function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

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

/** The time in HTTP headers, by names in lower case. */
export function resetInHeaders(
  headers: Readonly<Record<string, string>>,
  now: number,
): number | undefined {
  const asked = retryInHeaders(headers, now);
  if (asked !== undefined) return asked;
  const limits = Object.entries(headers).slice(0, MAX_VALUES).flatMap(([name, text]) => {
    if (!/rate-?limit/.test(name) || !/reset/.test(name)) return [];
    const time = timeOf(text, 1_000, now);
    return time === undefined ? [] : [{ time, isUsedUp: isUsedUp(headers, name) }];
  });
  const usedUp = limits.filter((limit) => limit.isUsedUp === true);
  const unclear = limits.filter((limit) => limit.isUsedUp === undefined);
  const times = (usedUp.length > 0 ? usedUp : unclear).map(({ time }) => time);
  return times.length === 0 ? undefined : Math.max(...times);
}

/** The time after which the headers ask to try again. */
export function retryInHeaders(
  headers: Readonly<Record<string, string>>,
  now: number,
): number | undefined {
  return timeOf(headers["retry-after-ms"], 1, now) ?? timeOf(headers["retry-after"], 1_000, now);
}

/** Whether a limit is used up, by the headers beside that of its reset; `undefined`: they say nothing. */
function isUsedUp(
  headers: Readonly<Record<string, string>>,
  reset: string,
): boolean | undefined {
  const remaining = asText(headers[reset.replace("reset", "remaining")])?.trim();
  if (remaining !== undefined && /^-?\d+(\.\d+)?$/.test(remaining)) return Number(remaining) <= 0;
  const status = asText(headers[reset.replace("reset", "status")])?.trim().toLowerCase();
  if (status !== undefined && status !== "") return !/^allowed/.test(status);
  return undefined;
}

const UNIT_MS: readonly (readonly [RegExp, number])[] = [
  [/^(ms|msecs?|milliseconds?|millis)$/, 1],
  [/^(s|secs?|seconds?)$/, 1_000],
  [/^(m|mins?|minutes?)$/, 60_000],
  [/^(h|hrs?|hours?)$/, 3_600_000],
  [/^(d|days?)$/, 86_400_000],
  [/^(w|weeks?)$/, 604_800_000],
];
const PART = String.raw`\d{1,9}(?:\.\d{1,9})?\s?[a-z]{1,12}`;
const DURATION = String.raw`${PART}(?:(?:\s?,)?\s?(?:and\s)?${PART}){0,5}`;
const WHOLE_DURATION = new RegExp(`^${DURATION}$`, "i");
const DATE = String
  .raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:\s?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)\b)?`;
const WHOLE_DATE = new RegExp(`^${DATE}$`, "i");
const HTTP_DATE = /^(mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},? [\w :-]{10,40}$/i;

/** Whether a text speaks of a limit of usage, and not of something else that has gone wrong. */
export function speaksOfLimit(text: string): boolean {
  return /rate.?limit|usage.?limit|limit (was |has been |is )?(reached|exceeded|hit)|quota|too many requests|\b429\b|resource.?exhausted/i
    .test(text.slice(0, MAX_TEXT_CHARS));
}

/** The time in an error's words, when these speak of a limit at all. */
export function resetInText(text: string, now: number): number | undefined {
  const words = text.slice(0, MAX_TEXT_CHARS).replaceAll(/\s+/g, " ");
  if (!speaksOfLimit(words)) return undefined;
  const date = IN_WORDS.date.exec(words)?.[1] ?? IN_WORDS.epoch.exec(words)?.[1];
  const dated = date === undefined ? undefined : timeOf(date, 1_000, now);
  if (dated !== undefined) return dated;
  for (const [, duration = ""] of words.matchAll(IN_WORDS.duration)) {
    const ms = durationOf(duration);
    const time = believableTime(ms === undefined ? ms : now + ms, now);
    if (time !== undefined) return time;
  }
  return undefined;
}

const IN_WORDS = {
  date: new RegExp(
    String.raw`(?:reset|retry|again|until|available|after|renew)\D{0,40}(${DATE})`,
    "i",
  ),
  epoch: /(?:\||resets? (?:at|on) |retry (?:at|after) )(\d{10}|\d{13})\b/i,
  duration: new RegExp(
    String.raw`\b(?:again|retry|retrying|resets?|available|wait|renews?|refresh(?:es)?)` +
      String.raw`(?: (?:again|in|after|for|within|about|another|at least)){0,3}:? (${DURATION})`,
    "gi",
  ),
};

/** What a field or a header says, whose bare numbers count so many milliseconds each. */
function timeOf(value: unknown, unit: number, now: number): number | undefined {
  const number = asNumber(value);
  if (number !== undefined) return timeOfNumber(number, unit, now);
  const seconds = asNumber(asObject(value)?.["seconds"]);
  if (seconds !== undefined) return timeOfNumber(seconds, 1_000, now);
  const text = asText(value)?.trim() ?? "";
  if (text === "" || text.length > 100) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return timeOfNumber(Number(text), unit, now);
  if (WHOLE_DATE.test(text)) return believableTime(dateOf(text), now);
  if (HTTP_DATE.test(text)) return believableTime(Date.parse(text), now);
  const ms = WHOLE_DURATION.test(text) ? durationOf(text) : undefined;
  return believableTime(ms === undefined ? ms : now + ms, now);
}

function timeOfNumber(number: number, unit: number, now: number): number | undefined {
  if (number < 0) return undefined;
  if (number < FIRST_EPOCH_SECONDS || unit === 1 && number < FIRST_EPOCH_MS) {
    return believableTime(now + number * unit, now);
  }
  const date = number >= FIRST_EPOCH_MS ? number : number * 1_000;
  return date < now - STALEST_MS ? undefined : believableTime(date, now);
}

/** A date without a zone is one of UTC: a provider does not know where the person is. */
function dateOf(text: string): number {
  const zoned = text.replace(/\s?(UTC|GMT)$/i, "Z").replace(/ (?=[+-]\d\d:?\d\d$)/, "")
    .replace(
      /([+-]\d\d)(\d\d)$/,
      (whole, hours: string, minutes: string, at: number) =>
        at > 10 ? `${hours}:${minutes}` : whole,
    )
    .replace(" ", "T");
  return Date.parse(/(Z|[+-]\d\d:\d\d)$/i.test(zoned) ? zoned : `${zoned}Z`);
}

/** `6m0s`, `2h 5m`, `1.5 seconds`, `1 day and 3 hours`; `undefined` for units that are none. */
function durationOf(text: string): number | undefined {
  let sum: number | undefined;
  for (const [, count, word = ""] of text.matchAll(/(\d+(?:\.\d+)?)\s?([a-z]+)/gi)) {
    const unit = UNIT_MS.find(([pattern]) => pattern.test(word.toLowerCase()));
    // What follows the last unit belongs to the sentence, not to the time.
    if (unit === undefined) return sum;
    sum = (sum ?? 0) + Number(count) * unit[1];
  }
  return sum;
}

/** A time as it is to be used: none in the past, and none that is absurd. */
export function believableTime(time: number | undefined, now: number): number | undefined {
  if (time === undefined || !Number.isFinite(time) || time < 0 || time > now + FURTHEST_MS) {
    return undefined;
  }
  return Math.ceil(Math.max(time, now));
}
