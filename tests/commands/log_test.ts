import assert from "node:assert/strict";
import fc from "fast-check";
import { systemClock } from "../../src/platform/clock.ts";
import { asLogLevel, LOG_LEVELS, type LogLevel, NO_LOG, openLog } from "../../src/platform/log.ts";
import { makeMask } from "../../src/platform/mask.ts";
import { together } from "../build/_together.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { Place } from "../support/place.ts";
import { command, environment, run } from "./_iteratr.ts";
import { readLog } from "./_logfmt.ts";

/** Opens a log in a place, and reads what is written into it. */
function open(
  place: Place,
  level: LogLevel = "debug",
  mask = (text: string): string => text,
): ReturnType<typeof openLog> {
  return openLog({ file: place.join("log"), level, clock: new FakeClock(), mask });
}

function logged(place: Place): ReturnType<typeof readLog> {
  return readLog(Deno.readTextFileSync(place.join("log")));
}

Deno.test("a record is one line with time, level, module, message and fields", async () => {
  await using place = await Place.make();
  {
    using log = open(place);
    log.record("info", "loop", "iteration ended", {
      n: 3,
      outcome: "progress",
      stop: "two words",
      done: true,
      cost: null,
      left: undefined,
    });
  }
  assert.equal(
    Deno.readTextFileSync(place.join("log")),
    'time=1970-01-01T00:00:00.000Z level=info module=loop message="iteration ended" n=3 ' +
      'outcome=progress stop="two words" done=true cost=null\n',
  );
});

Deno.test("a record is one line that can be read again, whatever is in it", async () => {
  await using place = await Place.make();
  const text = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: fc.constantFrom(..."a =\"\\\n\r\t\0\x1b\x85\u2028'".split("")) }),
  );
  using log = open(place);
  fc.assert(
    fc.property(text, text, (message, value) => {
      Deno.truncateSync(place.join("log"));
      log.record("warn", "agent", message, { value });
      const file = Deno.readTextFileSync(place.join("log"));
      assert.equal(file.indexOf("\n"), file.length - 1, JSON.stringify(file));
      // Empty and other odd values are quoted, so that every field has one.
      const [record, ...more] = readLog(file);
      assert.deepEqual([record?.["message"], record?.["value"], more], [message, value, []]);
    }),
  );
});

Deno.test("a level keeps what is as important as it or more", async () => {
  for (const [at, level] of LOG_LEVELS.entries()) {
    await using place = await Place.make();
    using log = open(place, level);
    for (const wanted of LOG_LEVELS) log.record(wanted, "m", wanted);
    const kept = LOG_LEVELS.slice(at);
    assert.deepEqual(logged(place).map((record) => record["message"]), kept);
    assert.deepEqual(LOG_LEVELS.filter((wanted) => log.writes(wanted)), kept);
  }
});

Deno.test("the words for levels are the table's, and no log takes every record and keeps none", () => {
  for (const level of LOG_LEVELS) assert.equal(asLogLevel(level), level);
  assert.equal(asLogLevel("loud"), "info");
  assert.equal(NO_LOG.writes("error"), false);
  NO_LOG.record("error", "m", "x");
});

Deno.test("a log goes on where it ended, in a directory that it makes, for its owner alone", async () => {
  await using place = await Place.make();
  const file = place.join("deep", "er", "log");
  for (const n of [1, 2]) {
    using log = openLog({ file, level: "info", clock: systemClock, mask: (text) => text });
    log.record("info", "m", "x", { n });
  }
  assert.deepEqual(readLog(Deno.readTextFileSync(file)).map((record) => record["n"]), ["1", "2"]);
  assert.equal((Deno.statSync(file).mode ?? 0) & 0o777, 0o600);
});

Deno.test("a log that cannot be opened throws, and one that cannot be written does not", async () => {
  await using place = await Place.make();
  await Deno.mkdir(place.join("log"));
  assert.throws(() => open(place));
  using log = openLog({
    file: "/dev/full",
    level: "info",
    clock: systemClock,
    mask: (text) => text,
  });
  log.record("info", "m", "x");
});

Deno.test("of several processes that write into one log at once, none loses or cuts a record", async () => {
  await using place = await Place.make();
  const script = new URL("_log_writer.ts", import.meta.url).pathname;
  const [program] = command([]);
  const env = await environment(place);
  const labels = ["a", "b", "c", "d"];
  const count = 300;
  await together(labels, async (label) => {
    const args = ["run", "-A", "--quiet", script, place.join("log"), label, String(count)];
    const { code, stderr } = await run([program, ...args], { cwd: place.path, env });
    assert.equal(code, 0, stderr);
  });
  const records = logged(place);
  assert.equal(records.length, labels.length * count);
  for (const label of labels) {
    const mine = records.filter((record) => record["label"] === label);
    assert.deepEqual(
      mine.map((record) => Number(record["i"])),
      Array.from({ length: count }, (_, i) => i),
    );
    for (const { i, text } of mine) assert.equal(text, "x".repeat(Number(i) % 3 * 3000));
  }
});

/** Texts that a person may well have for a password. */
const SECRETS = [
  "tok-0123456789",
  'pa"ss\\wo rd',
  "line one\nline two\n",
  "ümlaut=#&<ß>",
  "a'b`c$d%e",
];

for (const secret of SECRETS) {
  Deno.test(`a log does not tell the secret ${JSON.stringify(secret)}, however it is quoted`, async () => {
    await using place = await Place.make();
    {
      using log = open(place, "debug", makeMask({ FOO_TOKEN: secret }));
      log.record("info", "m", secret, { field: `before ${secret} after` });
      // As it stands in a frame of the protocol.
      log.record("debug", "acp", JSON.stringify({ text: `before ${secret} after` }));
    }
    const file = Deno.readTextFileSync(place.join("log"));
    assert.equal(file.match(/\*\*\*/g)?.length, 3, file);
    // Neither does it in any form that a reader would undo.
    for (const record of readLog(file)) {
      for (const text of Object.values(record)) assert.ok(!text.includes(secret), text);
      if (record["module"] === "acp") {
        assert.ok(!String(JSON.parse(record["message"] ?? "").text).includes(secret), file);
      }
    }
  });
}
