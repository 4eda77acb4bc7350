/**
 * `deno task readme`: writes the tables of the README anew, from the table of keys and from the commands'
 * own help. A test compares them with what stands there.
 */
import { placeholder, writeValue } from "../src/config/kinds.ts";
import { type KeySpec, SPECS } from "../src/config/table.ts";

const README = new URL("../README.md", import.meta.url);

function flagOf({ flag, kind }: KeySpec): string {
  if (flag === undefined) return "";
  const short = flag.short === undefined ? "" : `-${flag.short}, `;
  const value = flag.value ?? placeholder(kind);
  return `\`${short}--${flag.long}${value === undefined ? "" : ` <${value}>`}\``;
}

/** The configuration's keys as lines of a Markdown table. */
export function configTable(): string {
  const rows = SPECS.map((spec) => {
    const { key, kind, fallback, variable, help } = spec;
    const text = fallback === undefined ? "" : writeValue(kind, fallback);
    const value = text === "" ? "" : `\`${text}\``;
    const name = variable === undefined ? "" : `\`${variable}\``;
    return `| \`${key}\` | ${flagOf(spec)} | ${name} | ${value} | ${help} |`;
  });
  return [
    "| Key | Flag of `build` | Variable | Default | |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** Puts a table between its marks in a text. */
export function withTable(text: string, name: string, table: string): string {
  const [begin, end] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(end);
  if (from < begin.length || to < from) throw new Error(`the README lacks the marks of ${name}`);
  return `${text.slice(0, from)}\n${table}\n${text.slice(to)}`;
}

if (import.meta.main) {
  const text = await Deno.readTextFile(README);
  await Deno.writeTextFile(README, withTable(text, "configuration", configTable()));
}
