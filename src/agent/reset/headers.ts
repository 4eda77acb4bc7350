import { asText } from "../../platform/json.ts";
import { timeOf } from "./time_value.ts";

/** More headers than this no answer has. */
const MAX_HEADERS = 2_000;

/** The field in which a proposal of the IETF's has all of a limit (draft-ietf-httpapi-ratelimit-headers). */
export const COMBINED = "ratelimit";
const MAX_COMBINED_CHARS = 2_000;

/** A limit that is reset, and whether it is known to be what stands in the way. */
interface KnownLimit {
  readonly time: number;
  readonly isUsedUp: boolean | undefined;
}

/** The time in HTTP headers, by names in lower case. */
export function resetInHeaders(
  headers: Readonly<Record<string, string>>,
  now: number,
): number | undefined {
  const asked = retryInHeaders(headers, now);
  if (asked !== undefined) return asked;
  const limits = Object.entries(headers).slice(0, MAX_HEADERS).flatMap(([name, text]) => {
    if (name === COMBINED) return limitsIn(text, now);
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

/** `limit=100, remaining=0, reset=50`, or, since the eighth draft, `"burst";r=0;t=50, "day";r=7;t=3600`. */
function limitsIn(text: string, now: number): readonly KnownLimit[] {
  const field = text.slice(0, MAX_COMBINED_CHARS);
  const limits = /\breset\s*=/.test(field) ? [field] : field.split(",");
  return limits.flatMap((limit) => {
    const time = timeOf(/(?:^|[\s,;])(?:reset|t)\s*=\s*"?(\d+)/.exec(limit)?.[1], 1_000, now);
    const left = /(?:^|[\s,;])(?:remaining|r)\s*=\s*"?(\d+)/.exec(limit)?.[1];
    if (time === undefined) return [];
    return [{ time, isUsedUp: left === undefined ? undefined : Number(left) === 0 }];
  });
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
