/** An interval as the five fields of a crontab, or why cron cannot have it. */
export type Schedule =
  | { readonly ok: true; readonly fields: string }
  | { readonly ok: false; readonly must: string };

const RULE = "must be like 15m, 2h or daily@02:00";

/**
 * Turns `15m`, `2h` or `daily@02:00` into the fields of a crontab. cron counts minutes within an hour and
 * hours within a day, so only intervals that divide these come at even distances; for others the nearest
 * ones that do are named.
 */
export function cronFields(interval: string): Schedule {
  const daily = /^daily@([01]\d|2[0-3]):([0-5]\d)$/.exec(interval);
  if (daily !== null) {
    return { ok: true, fields: `${Number(daily[2])} ${Number(daily[1])} * * *` };
  }
  const [, digits, unit] = /^([1-9]\d{0,4})([mh])$/.exec(interval) ?? [];
  if (digits === undefined || unit === undefined) return { ok: false, must: RULE };
  const count = Number(digits);
  const minutes = unit === "h" ? count * 60 : count;
  const found = EVEN.find((even) => even.minutes === minutes);
  if (found !== undefined) return { ok: true, fields: found.fields };
  const nearest = EVEN.reduce((best, even) =>
    Math.abs(even.minutes - minutes) < Math.abs(best.minutes - minutes) ? even : best
  );
  return {
    ok: false,
    must: `${RULE}; cron cannot do every ${interval} evenly, the nearest is ${nearest.name}`,
  };
}

/** The intervals that come at even distances: those that divide an hour, and those that divide a day. */
const EVEN: readonly {
  readonly minutes: number;
  readonly name: string;
  readonly fields: string;
}[] = [
  ...divisors(60).map((step) => ({
    minutes: step,
    name: `${step}m`,
    fields: `${every(step)} * * * *`,
  })),
  ...divisors(24).map((step) => ({
    minutes: step * 60,
    name: `${step}h`,
    fields: `0 ${every(step)} * * *`,
  })),
  { minutes: 24 * 60, name: "24h", fields: "0 0 * * *" },
];

/** The numbers below a whole that divide it. */
function divisors(whole: number): readonly number[] {
  return Array.from({ length: whole - 1 }, (_, index) => index + 1)
    .filter((candidate) => whole % candidate === 0);
}

function every(step: number): string {
  return step === 1 ? "*" : `*/${step}`;
}
