import { asNumber, asObject, asText } from "../../platform/json.ts";

/*
 * When a provider that takes nothing more will take something again, read out of what it has answered.
 * Every function here is total, gives epoch milliseconds, and `undefined` when there is no believable
 * time. A time that has passed is `now`: whoever waits for it need not wait.
 */

/** Further ahead than this no limit is reset: the number must mean something else. */
const FURTHEST_MS = 366 * 24 * 3_600_000;
/** Above it a number is a date in seconds, below it so many seconds from now (32 years). */
const FIRST_EPOCH_SECONDS = 1e9;
/** Above it a number is a date in milliseconds. */
const FIRST_EPOCH_MS = 1e11;
/** A number that is a date further back than this is no date: nobody tells of a limit that old. */
const STALEST_MS = 24 * 3_600_000;

const UNIT_MS: readonly (readonly [RegExp, number])[] = [
  [/^(ms|msecs?|milliseconds?|millis)$/, 1],
  [/^(s|secs?|seconds?)$/, 1_000],
  [/^(m|mins?|minutes?)$/, 60_000],
  [/^(h|hrs?|hours?)$/, 3_600_000],
  [/^(d|days?)$/, 86_400_000],
  [/^(w|weeks?)$/, 604_800_000],
];
const PART = String.raw`\d{1,9}(?:\.\d{1,9})?\s?[a-z]{1,12}`;
/** A duration as a pattern. */
export const DURATION = String.raw`${PART}(?:(?:\s?,)?\s?(?:and\s)?${PART}){0,5}`;
/** A date as a pattern. */
export const DATE = String
  .raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:\s?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)\b)?`;
const WHOLE_DURATION = new RegExp(`^${DURATION}$`, "i");
const WHOLE_DATE = new RegExp(`^${DATE}$`, "i");
const HTTP_DATE = /^(mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},? [\w :-]{10,40}$/i;

/** What a field or a header says, whose bare numbers count so many milliseconds each. */
export function timeOf(value: unknown, unit: number, now: number): number | undefined {
  const number = asNumber(value);
  if (number !== undefined) return timeOfNumber(number, unit, now);
  // A duration of Protocol Buffers, whose 64 bits are a text in JSON.
  const seconds = asObject(value)?.["seconds"];
  if (seconds !== undefined) {
    const count = asText(seconds);
    const isCount = count === undefined || /^\d{1,15}$/.test(count);
    const amount = isCount ? asNumber(count === undefined ? seconds : Number(count)) : undefined;
    return amount === undefined ? undefined : timeOfNumber(amount, 1_000, now);
  }
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
export function durationOf(text: string): number | undefined {
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
