import { clockTimeIn } from "./clock_time.ts";
import { believableTime, DATE, DURATION, durationOf, timeOf } from "./time_value.ts";

const MAX_TEXT_CHARS = 4_000;

/** Whether a text speaks of a limit of usage, and not of something else that has gone wrong. */
export function speaksOfLimit(text: string): boolean {
  return /rate.?limit|usage.?limit|limit (was |has been |is )?(reached|exceeded|hit)|\b(hit|reached|exceeded|used up) (your|the|its|our|this) (\S{1,40} ){0,3}limits?\b|quota|too many requests|\b429\b|resource.?exhausted/i
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
  return clockTimeIn(words, now);
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
