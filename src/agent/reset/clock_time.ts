import { believableTime } from "./time_value.ts";

/** A time of the day that has just passed is not that of tomorrow: the words were on their way. */
const JUST_PASSED_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const CLOCK_TIME = new RegExp(
  String.raw`\b(?:again|retry|resets?|available|until|renews?|refresh(?:es)?)(?: again)?` +
    String.raw`(?: (?:at|on|by|after|until))?:? ` +
    String.raw`(?:(?<month>${MONTHS.join("|")})[a-z]{0,6}\.? (?<day>\d{1,2})(?:st|nd|rd|th)?` +
    String.raw`(?:,? (?<year>\d{4}))?,? (?:at )?)?` +
    String
      .raw`(?<hour>\d{1,2})(?::(?<minute>\d\d)(?::(?<second>\d\d))?)?(?: ?(?<half>[ap])\.?m\b\.?)?` +
    String.raw`(?<rest>.{0,60})`,
  "i",
);
/** What may follow the time: a zone, in brackets or not, or the end of what is said of it. */
const ZONE =
  /^ ?\(?(?<zone>Z|[Uu][Tt][Cc]|[Gg][Mm][Tt]|[+-]\d\d:?\d\d|[A-Za-z]{2,20}(?:\/[A-Za-z_-]{2,30}){1,2})(?:\)|(?![\w/:+-]))/;
/** Another day than the next one with that time. */
const OTHER_DAY = new RegExp(
  String.raw`^[\s,]*(?:on\b|next\b|tomorrow|\d|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\b|` +
    String.raw`(?:${MONTHS.join("|")})[a-z]{0,6}\.? \d)`,
  "i",
);
/** A zone that is not the same everywhere, or no end of a time. */
const UNCLEAR = /^ ?\(?(?:[A-Z]{2,5}|[ecmp][sd]?t|cest|bst|[ij]st)\b|^ ?\(|^[:/%-]|^\.\d/;

/** How far a zone is ahead of UTC at a time, in milliseconds. */
type Offset = (time: number) => number;

/**
 * The time that a text names as that of a clock: `resets 3pm (UTC)`, `try again at 3:05 PM`, `resets Nov 25,
 * 9am (Europe/Berlin)`. Without a day it is the next such moment, without a zone that of this machine.
 */
export function clockTimeIn(text: string, now: number): number | undefined {
  const said = CLOCK_TIME.exec(text)?.groups;
  if (said === undefined) return undefined;
  const { month, year, half, minute, rest = "" } = said;
  // A bare number is no time of the day.
  if (half === undefined && minute === undefined) return undefined;
  const zoned = ZONE.exec(rest);
  const zone = zoned?.groups?.["zone"];
  if (zone === undefined && UNCLEAR.test(rest)) return undefined;
  if (OTHER_DAY.test(rest.slice(zoned?.[0].length ?? 0))) return undefined;
  const offset = zone === undefined ? localOffset : offsetOf(zone);
  const hour = hourOf(Number(said["hour"]), half);
  const minutes = Number(minute ?? 0);
  const seconds = Number(said["second"] ?? 0);
  if (offset === undefined || hour === undefined || minutes > 59 || seconds > 59) return undefined;
  const today = new Date(now + offset(now));
  const at = (y: number, m: number, d: number): number => {
    const wall = Date.UTC(y, m, d, hour, minutes, seconds);
    // The second look is for a change of the offset on the way there.
    return wall - offset(wall - offset(wall));
  };
  const y = today.getUTCFullYear();
  if (month !== undefined) {
    const m = MONTHS.indexOf(month.toLowerCase());
    const d = Number(said["day"]);
    const time = at(year === undefined ? y : Number(year), m, d);
    const isPast = year === undefined && time < now - DAY_MS;
    return d < 1 || d > 31 ? undefined : believableTime(isPast ? at(y + 1, m, d) : time, now);
  }
  const [m, d] = [today.getUTCMonth(), today.getUTCDate()];
  const time = at(y, m, d);
  return believableTime(time < now - JUST_PASSED_MS ? at(y, m, d + 1) : time, now);
}

/** The hour from 0 to 23; `half` is `a` or `p` on a clock of twelve hours. */
function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour <= 23 ? hour : undefined;
  if (hour < 1 || hour > 12) return undefined;
  return hour % 12 + (half.toLowerCase() === "p" ? 12 : 0);
}

function localOffset(time: number): number {
  return -new Date(time).getTimezoneOffset() * 60_000;
}

/** The offset of `UTC`, `+02:00` or a zone of the IANA's; `undefined` for one that is not known. */
function offsetOf(zone: string): Offset | undefined {
  if (/^(Z|UTC|GMT)$/i.test(zone)) return () => 0;
  const fixed = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (fixed !== null) {
    const ms = (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000;
    return () => fixed[1] === "-" ? -ms : ms;
  }
  try {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
    return (time) => {
      const name = format.formatToParts(time).find(({ type }) => type === "timeZoneName")?.value;
      const [, sign, hours = 0, minutes = 0] = /GMT([+-])(\d\d):(\d\d)/.exec(name ?? "") ?? [];
      const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
      return sign === "-" ? -ms : ms;
    };
  } catch {
    return undefined;
  }
}
