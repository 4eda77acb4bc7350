import assert from "node:assert/strict";
import fc from "fast-check";
import { cronFields } from "../../src/commands/schedule.ts";

/** All intervals that come at even distances in a crontab, in minutes. */
const EVEN: ReadonlyMap<number, string> = new Map([
  ...[1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30].map((n) => [n, `${n}m`] as const),
  ...[1, 2, 3, 4, 6, 8, 12, 24].map((n) => [60 * n, `${n}h`] as const),
]);

function minutesOf(interval: string): number {
  const count = Number.parseInt(interval, 10);
  return interval.endsWith("h") ? 60 * count : count;
}

const anyInterval = fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.constantFrom("m", "h"))
  .map(([count, unit]) => `${count}${unit}`);

/** The minutes of a day at which fields are due. */
function due(fields: string): readonly number[] {
  const [minute = "", hour = "", ...rest] = fields.split(" ");
  assert.deepEqual(rest, ["*", "*", "*"], fields);
  const fits = (field: string, value: number): boolean => {
    if (field === "*") return true;
    const [, step] = /^\*\/(\d+)$/.exec(field) ?? [];
    if (step !== undefined) return value % Number(step) === 0;
    assert.match(field, /^\d+$/);
    return value === Number(field);
  };
  return Array.from({ length: 24 * 60 }, (_, at) => at)
    .filter((at) => fits(minute, at % 60) && fits(hour, Math.floor(at / 60)));
}

Deno.test("an interval that cron can keep comes at even distances, around midnight too", () => {
  for (const [minutes, interval] of EVEN) {
    const schedule = cronFields(interval);
    assert.ok(schedule.ok, interval);
    const times = due(schedule.fields);
    assert.deepEqual(times, times.map((_, nth) => nth * minutes), interval);
    assert.equal(times.length * minutes, 24 * 60, interval);
  }
});

Deno.test("an hour is one however it is written", () => {
  assert.deepEqual(cronFields("60m"), cronFields("1h"));
  assert.deepEqual(cronFields("120m"), cronFields("2h"));
  assert.deepEqual(cronFields("1440m"), cronFields("24h"));
});

Deno.test("a time of the day is due once a day, at that time", () => {
  for (const [time, at] of [["00:00", 0], ["02:05", 125], ["23:59", 1439]] as const) {
    const schedule = cronFields(`daily@${time}`);
    assert.ok(schedule.ok);
    assert.deepEqual(due(schedule.fields), [at]);
  }
});

Deno.test("an interval that cron cannot keep is refused, and the one that is named can be used", () => {
  fc.assert(
    fc.property(anyInterval.filter((interval) => !EVEN.has(minutesOf(interval))), (interval) => {
      const schedule = cronFields(interval);
      assert.ok(!schedule.ok, interval);
      const named = /the nearest is (\S+)$/.exec(schedule.must)?.[1];
      assert.ok(named !== undefined, schedule.must);
      assert.ok(cronFields(named).ok, `${interval}: ${named} is named, and is refused as well`);
    }),
    { numRuns: 500, examples: [["300m"], ["280m"], ["90m"], ["61m"], ["25h"]] },
  );
});

Deno.test("the interval that is named in place of another one is the nearest that cron can keep", () => {
  const wrong = Array.from({ length: 59 }, (_, index) => `${index + 1}m`)
    .concat(Array.from({ length: 48 }, (_, index) => `${index + 1}h`))
    .filter((interval) => !EVEN.has(minutesOf(interval)))
    .flatMap((interval) => {
      const schedule = cronFields(interval);
      const named = schedule.ok ? "" : /the nearest is (\S+)$/.exec(schedule.must)?.[1] ?? "";
      const distance = (minutes: number): number => Math.abs(minutes - minutesOf(interval));
      const best = Math.min(...[...EVEN.keys()].map(distance));
      return distance(minutesOf(named)) === best ? [] : [`${interval} -> ${named}`];
    });
  assert.deepEqual(wrong, []);
});

Deno.test("what is no interval is refused, and the message shows some that are", () => {
  const odd = [
    ...["", "0m", "0h", "-5m", "05m", "1.5h", "30", "m", "30 m", "30M", "30s", "1d", "1e1m", "９m"],
    ...["daily", "daily@2:00", "daily@24:00", "daily@12:60", "daily@02:00:00", "Daily@02:00"],
    ...["* * * * *", "30m\n", "999999m", "daily@02:00 ", "hourly"],
  ];
  for (const interval of odd) {
    const schedule = cronFields(interval);
    assert.ok(!schedule.ok, JSON.stringify(interval));
    assert.match(schedule.must, /^must be like 15m, 2h or daily@02:00/, interval);
  }
});
