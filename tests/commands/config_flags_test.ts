import assert from "node:assert/strict";
import { Command } from "commander";
import { addConfigFlags, configFlags } from "../../src/commands/config_flags.ts";
import { writeValue } from "../../src/config/kinds.ts";
import { type KeySpec, SPECS } from "../../src/config/table.ts";
import { nth } from "../config/_samples.ts";

const FLAGGED = SPECS.flatMap((spec) =>
  spec.flag === undefined ? [] : [{ ...spec, flag: spec.flag }]
);

/** The flags of the configuration on a command line, as `long=text`. */
function read(
  args: readonly string[],
  command = addConfigFlags(new Command("c")),
): readonly string[] {
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  command.allowExcessArguments(false).parse([...args], { from: "user" });
  return [...configFlags(command)].map(([long, text]) => `${long}=${text}`);
}

const isSwitch = ({ kind }: KeySpec): boolean => kind.kind === "switch";

Deno.test("every flag of a value is read with a blank and with =, long and short, as it is", () => {
  for (const { flag: { long, short }, kind } of FLAGGED.filter((spec) => !isSwitch(spec))) {
    for (const text of [nth(kind, 0).text, "08", "-1", "", "a b", "--x", "=x"]) {
      const ways = [[`--${long}=${text}`], [`--${long}`, text]];
      if (short !== undefined) ways.push([`-${short}`, text]);
      if (short !== undefined && /^\w/.test(text)) ways.push([`-${short}${text}`]);
      for (const args of ways) assert.deepEqual(read(args), [`${long}=${text}`], args.join(" "));
    }
    assert.throws(() => read([`--${long}`]), /argument missing/);
  }
});

Deno.test("a flag that may be repeated has all its texts, in their order; of any other the last counts", () => {
  for (const { flag: { long }, kind } of FLAGGED.filter((spec) => !isSwitch(spec))) {
    const texts = ["a, b", "c", "", "a, b"];
    const command = addConfigFlags(new Command("c")).exitOverride();
    command.parse(texts.map((text) => `--${long}=${text}`), { from: "user" });
    const expected = kind.kind === "gates" ? texts : texts.at(-1);
    assert.deepEqual(configFlags(command).get(long), expected, long);
  }
});

Deno.test("a flag that switches something off means 0, and does not go with the one that sets it", () => {
  const pairs = FLAGGED.flatMap(({ flag: { long, off } }) =>
    off === undefined ? [] : [{ long, off }]
  );
  assert.deepEqual(pairs, [{ long: "retries", off: "no-retry" }, {
    long: "max-wait",
    off: "no-wait",
  }]);
  for (const { long, off } of pairs) {
    assert.deepEqual(read([`--${off}`]), [`${long}=0`]);
    assert.deepEqual(read([`--${off}`, `--${off}`]), [`${long}=0`]);
    for (const text of ["0", "2", ""]) {
      const both = [`--${off}`, `--${long}=${text}`];
      for (const args of [both, both.toReversed()]) {
        assert.throws(() => read(args), {
          name: "UserError",
          message: `--${off} and --${long} cannot be used together`,
        });
      }
    }
    assert.throws(() => read([`--${off}=true`]), /unknown option/);
    // The name without `no-` is none.
    assert.throws(() => read([`--${off.slice("no-".length)}`]), /unknown option/);
  }
  assert.deepEqual(read(["--no-wait", "--no-retry"]), [
    "retries=0",
    "max-wait=0",
  ]);
});

Deno.test("every switch is read as --x, --no-x, --x=true and --x=false; the last one counts", () => {
  const switches = FLAGGED.filter(isSwitch);
  assert.ok(switches.length > 0);
  for (const { flag: { long } } of switches) {
    const ways = [
      [`--${long}`, "true"],
      [`--no-${long}`, "false"],
      [`--${long}=true`, "true"],
      [`--${long}=false`, "false"],
      // What is wrong is judged where all values are.
      [`--${long}=maybe`, "maybe"],
      [`--${long}=`, ""],
    ] as const;
    for (const [word, text] of ways) {
      assert.deepEqual(read([word]), [`${long}=${text}`], word);
      assert.deepEqual(read([`--no-${long}`, word]), [`${long}=${text}`], word);
      assert.deepEqual(read([`--${long}`, word]), [`${long}=${text}`], word);
    }
    assert.throws(() => read([`--no-${long}=true`]), /unknown option/);
  }
});

Deno.test("a flag that was not given is not there, so that the layers below count", () => {
  assert.deepEqual(read([]), []);
});

Deno.test("a command has the flags of the keys that it asks for, and no other", () => {
  const some = (): Command => addConfigFlags(new Command("c"), ["data_dir"]);
  assert.deepEqual(read(["--data-dir", "x"], some()), ["data-dir=x"]);
  assert.throws(() => read(["--model", "x"], some()), /unknown option/);
});

Deno.test("the help of every flag is the table's, with the default", () => {
  const command = addConfigFlags(new Command("c"));
  for (const { flag: { long, short }, kind, fallback, help } of FLAGGED) {
    const option = command.options.find((candidate) => candidate.long === `--${long}`);
    const written = fallback === undefined ? "" : writeValue(kind, fallback);
    const note = written === "" ? "" : ` (default: ${written})`;
    assert.equal(option?.description, `${help}${note}`, long);
    assert.equal(option?.short, short === undefined ? undefined : `-${short}`);
  }
});
