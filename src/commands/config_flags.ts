import { type Command, Option } from "commander";
import { placeholder, writeValue } from "../config/kinds.ts";
import type { FlagTexts } from "../config/resolve.ts";
import { UserError } from "../platform/failure.ts";
import { type Key, type KeySpec, SPECS } from "../config/table.ts";

/** Gives a command the flags of the configuration's keys, or of some of them. */
export function addConfigFlags(command: Command, keys?: readonly Key[]): Command {
  for (const spec of SPECS) {
    if (spec.flag === undefined) continue;
    if (keys !== undefined && !keys.some((key) => key === spec.key)) continue;
    for (const option of optionsFor(spec)) command.addOption(option);
  }
  return command;
}

function optionsFor(spec: KeySpec): readonly Option[] {
  const { flag, kind, help } = spec;
  if (flag === undefined) return [];
  const short = flag.short === undefined ? "" : `-${flag.short}, `;
  const text = `${help}${defaultNote(spec)}`;
  if (kind.kind === "switch") {
    // `--x`, `--x=true`, `--x=false`; the fourth way is an option of its own.
    return [
      new Option(`${short}--${flag.long} [true|false]`, text),
      new Option(`--no-${flag.long}`, `the same as --${flag.long}=false`).hideHelp(),
    ];
  }
  const option = new Option(`${short}--${flag.long} <${flag.value ?? placeholder(kind)}>`, text);
  if (isList(spec)) {
    option.argParser((value: string, before: readonly string[] = []) => [...before, value]);
  }
  return flag.off === undefined
    ? [option]
    : [option, new Option(`--${flag.off}`, `the same as --${flag.long} 0`)];
}

function isList({ kind }: KeySpec): boolean {
  return kind.kind === "gates";
}

function defaultNote({ fallback, kind }: KeySpec): string {
  return fallback === undefined || typeof fallback === "object"
    ? ""
    : ` (default: ${writeValue(kind, fallback)})`;
}

function optionName(long: string): string {
  return long.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The texts of the configuration's flags that were given, by their long names. */
export function configFlags(command: Command): FlagTexts {
  const values = command.opts<Readonly<Record<string, unknown>>>();
  const given = new Map<string, string | readonly string[]>();
  for (const spec of SPECS) {
    const { flag } = spec;
    if (flag === undefined) continue;
    const name = optionName(flag.long);
    const value = values[name];
    if (value !== undefined && command.getOptionValueSource(name) === "cli") {
      given.set(flag.long, Array.isArray(value) ? value.map(String) : String(value));
    }
    // Commander takes `--no-x` for the denial of an option x.
    const off = flag.off === undefined ? "" : optionName(flag.off.replace(/^no-/, ""));
    if (off === "" || command.getOptionValueSource(off) !== "cli") continue;
    if (given.has(flag.long)) {
      throw new UserError(`--${flag.off} and --${flag.long} cannot be used together`);
    }
    given.set(flag.long, "0");
  }
  return given;
}
