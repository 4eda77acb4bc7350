import assert from "node:assert/strict";
import { EVENT_TYPES } from "../../src/session/event.ts";

const PAGE = new URL("../../docs/events.md", import.meta.url);

/** Types that have a row, with what stands in it. */
async function rows(): Promise<ReadonlyMap<string, string>> {
  const lines = (await Deno.readTextFile(PAGE)).split("\n");
  return new Map(lines.flatMap((line) => {
    const [, type, data] = /^\| `([a-z]+\.?[a-z]*)` +\| (.*)\|$/.exec(line) ?? [];
    return type === undefined || data === undefined ? [] : [[type, data] as const];
  }));
}

Deno.test("the page on events has a row for every type, and for no other", async () => {
  assert.deepEqual([...(await rows()).keys()].toSorted(), [...EVENT_TYPES].toSorted());
});

Deno.test("the page on events names every field of the samples in the golden logs", async () => {
  const known = await rows();
  const golden = new URL("../golden/", import.meta.url);
  let checked = 0;
  for await (const { name } of Deno.readDir(golden)) {
    for (const line of (await Deno.readTextFile(new URL(name, golden))).split("\n")) {
      if (line === "") continue;
      const { type, data } = JSON.parse(line) as { type?: string; data?: Record<string, unknown> };
      const row = type === undefined ? undefined : known.get(type);
      if (row === undefined || data === undefined || row.includes("command facts")) continue;
      for (const field of Object.keys(data)) {
        assert.ok(row.includes(`\`${field}\``), `${type} has a field ${field}: ${row}`);
        checked++;
      }
    }
  }
  assert.ok(checked > 50, `only ${checked} fields were found`);
});
