import { type Command, Option } from "commander";
import { placeholder, writeValue } from "../config/kinds.ts";
import type { FlagTexts } from "../config/resolve.ts";
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
  return [
    isList(spec)
      ? option.argParser((value: string, before: readonly string[] = []) => [...before, value])
      : option,
  ];
}

function isList({ kind }: KeySpec): boolean {
  return kind.kind === "gates";
}

function defaultNote({ fallback, kind }: KeySpec): string {
  return fallback === undefined || typeof fallback === "object"
    ? ""
    : ` (default: ${writeValue(kind, fallback)})`;
}

/** The texts of the configuration's flags that were given, by their long names. */
export function configFlags(command: Command): FlagTexts {
  const values = command.opts<Readonly<Record<string, unknown>>>();
  const given = new Map<string, string | readonly string[]>();
  for (const spec of SPECS) {
    const { flag } = spec;
    if (flag === undefined) continue;
    const name = flag.long.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const value = values[name];
    if (value !== undefined && command.getOptionValueSource(name) === "cli") {
      given.set(flag.long, Array.isArray(value) ? value.map(String) : String(value));
    }
  }
  return given;
}
