import assert from "node:assert/strict";
import fc from "fast-check";
import { readValue, writeValue } from "../../src/config/kinds.ts";

const DURATION = { kind: "duration" } as const;

Deno.test("a duration is the sum of its parts, from days to seconds", () => {
  const durations: Readonly<Record<string, number>> = {
    "0": 0,
    "0s": 0,
    "1s": 1_000,
    "90s": 90_000,
    "5m": 300_000,
    "1h30m": 5_400_000,
    "24h": 86_400_000,
    "60d": 60 * 86_400_000,
    "1d2h3m4s": 93_784_000,
    "999999d": 999_999 * 86_400_000,
  };
  for (const [text, ms] of Object.entries(durations)) {
    assert.deepEqual(readValue(DURATION, text), { ok: true, value: ms }, text);
  }
});

Deno.test("what is no duration is refused, and never taken for unlimited", () => {
  const odd = [
    ...["", " ", "00", "08", "30", "-1s", "+1s", "1.5h", "1e3s", "08m", "abc", "NaN", "Infinity"],
    ...[
      "s",
      "1",
      "1ms",
      "1w",
      "1H",
      "1 h",
      "1h ",
      " 1h",
      "30m1h",
      "1h1h",
      "1h\n",
      "1234567s",
      "١s",
    ],
  ];
  for (const text of odd) {
    const reading = readValue(DURATION, text);
    assert.equal(reading.ok, false, JSON.stringify(text));
    assert.match(reading.ok ? "" : reading.must, /^must be a duration such as 90s, 5m or 1h30m/);
  }
});

Deno.test("a duration is read back as it was written", () => {
  fc.assert(fc.property(fc.nat({ max: 400 * 86_400 }), (seconds) => {
    const text = writeValue(DURATION, seconds * 1_000);
    assert.deepEqual(readValue(DURATION, text), { ok: true, value: seconds * 1_000 }, text);
  }));
});
