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
  if (minutes < 60) return within(minutes, 60, "m", (step) => `${every(step)} * * * *`);
  if (minutes % 60 !== 0) {
    const hours = Math.max(1, Math.round(minutes / 60));
    return { ok: false, must: `${RULE}; cron cannot do ${interval}, the nearest is ${hours}h` };
  }
  if (minutes === 24 * 60) return { ok: true, fields: "0 0 * * *" };
  return within(minutes / 60, 24, "h", (step) => `0 ${every(step)} * * *`);
}

function every(step: number): string {
  return step === 1 ? "*" : `*/${step}`;
}

function within(
  step: number,
  whole: number,
  unit: string,
  fields: (step: number) => string,
): Schedule {
  if (step < whole && whole % step === 0) return { ok: true, fields: fields(step) };
  const fitting = Array.from({ length: whole - 1 }, (_, index) => index + 1)
    .filter((candidate) => whole % candidate === 0);
  const nearest = fitting.reduce((best, candidate) =>
    Math.abs(candidate - step) < Math.abs(best - step) ? candidate : best
  );
  return {
    ok: false,
    must: `${RULE}; cron cannot do every ${step}${unit} evenly, the nearest is ${nearest}${unit}`,
  };
}
