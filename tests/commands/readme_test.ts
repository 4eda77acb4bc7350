import assert from "node:assert/strict";
import { placeholder, writeValue } from "../../src/config/kinds.ts";
import { type KeySpec, SPECS } from "../../src/config/table.ts";
import { HOOK_VARIABLES } from "../../src/hooks/references.ts";
import { Place } from "../support/place.ts";
import { iteratr, printed } from "./_iteratr.ts";

const README = await Deno.readTextFile(new URL("../../README.md", import.meta.url));

const HEADING = ["Key", "Flag of `build`", "Variable", "Default", ""];

/** The cells of a key's row in the README's table. */
function cells({ key, flag, kind, variable, fallback, help }: KeySpec): readonly string[] {
  const value = flag?.value ?? placeholder(kind);
  const written = fallback === undefined ? "" : writeValue(kind, fallback);
  const short = flag?.short === undefined ? "" : `-${flag.short}, `;
  const usage = `${short}--${flag?.long}${value === undefined ? "" : ` <${value}>`}`;
  return [
    `\`${key}\``,
    flag === undefined ? "" : `\`${usage}\``,
    variable === undefined ? "" : `\`${variable}\``,
    written === "" ? "" : `\`${written}\``,
    help,
  ];
}

/** A table as `deno fmt` leaves it. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = HEADING.map((_, at) =>
    Math.max(3, ...[HEADING, ...rows].map((row) => row[at]?.length ?? 0))
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  return [line(HEADING), rule, ...rows.map(line)].join("\n");
}

const squeezed = (line: string): string => line.replaceAll(/\s+/g, " ").trim();

Deno.test("the README's table has every key with its flag, variable, default and help", () => {
  const there = new Set(README.split("\n").map(squeezed));
  const rows = SPECS.map(cells);
  const missing = rows.filter((row) => !there.has(squeezed(`| ${row.join(" | ")} |`)));
  assert.deepEqual(
    missing.map(([key]) => key),
    [],
    `README.md needs this table:\n\n${table(rows)}\n`,
  );
});

Deno.test("the README names no variable that is not there", () => {
  const known = new Set(["ITERATR_SESSION", "ITERATR_RUN"]);
  for (const { variable } of HOOK_VARIABLES.values()) known.add(variable);
  for (const name of ["ITERATR_REASON", "ITERATR_EXIT_CODE"]) known.add(name);
  for (const { variable } of SPECS) known.add(variable ?? "");
  const named = new Set(README.match(/\bITERATR_[A-Z_]+\b/g) ?? []);
  assert.deepEqual([...named].filter((name) => !known.has(name)), []);
});

Deno.test("the README tells of every command", async () => {
  await using place = await Place.make();
  const help = printed(await iteratr(place, ["--help"]));
  const names = help.slice(help.indexOf("\nCommands:")).match(/^ {2}[a-z][\w-]*/gm) ?? [];
  const missing = names.map((name) => name.trim())
    .filter((name) => name !== "help" && !new RegExp(`\\biteratr ${name}\\b`).test(README));
  assert.deepEqual(missing, [], `README.md does not tell of: ${missing.join(", ")}`);
});
