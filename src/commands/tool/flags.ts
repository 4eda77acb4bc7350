import { UserError } from "../../platform/failure.ts";

/** A flag of a subcommand of `iteratr tool`. */
export interface FlagSpec {
  /** Without the dashes. */
  readonly name: string;
  /** One letter, without the dash. */
  readonly short?: string;
  /** What stands for the value in the help; a flag without one is a switch. */
  readonly value?: string;
  readonly help: string;
  /** The words that the value can be, when they are few. */
  readonly words?: readonly string[];
  readonly required?: boolean;
}

/** The flags that were given, by name; a switch has the value `true`. */
export type Flags = ReadonlyMap<string, string>;

/**
 * Reads flags: `--name value`, `--name=value`, `-n value`, and switches. A value is taken as it is,
 * also when it begins with a dash, since texts of tasks do.
 *
 * @throws {UserError} for an unknown flag, a missing value, a flag given twice, a stray word.
 */
export async function readFlags(
  command: string,
  specs: readonly FlagSpec[],
  args: readonly string[],
): Promise<Flags> {
  const flags = new Map<string, string>();
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const { name, inline } = split(word);
    const spec = specs.find((flag) => `--${flag.name}` === name || `-${flag.short}` === name);
    if (spec === undefined) throw await unknownFlag(command, specs, word);
    if (flags.has(spec.name)) throw new UserError(`--${spec.name} is given twice`);
    if (spec.value === undefined) {
      if (inline !== undefined) {
        throw new UserError(`--${spec.name} takes no value, got "${inline}"`);
      }
      flags.set(spec.name, "true");
      continue;
    }
    const value = inline ?? rest.shift();
    if (value === undefined) throw new UserError(`--${spec.name} needs a value: ${spec.help}`);
    flags.set(spec.name, value);
  }
  for (const spec of specs) {
    if (spec.required === true && !flags.has(spec.name) && !flags.has("help")) {
      throw new UserError(`${command} needs --${spec.name} <${spec.value}>: ${spec.help}`);
    }
  }
  return flags;
}

function split(word: string): { readonly name: string; readonly inline: string | undefined } {
  const equals = word.startsWith("--") ? word.indexOf("=") : -1;
  return equals < 0
    ? { name: word, inline: undefined }
    : { name: word.slice(0, equals), inline: word.slice(equals + 1) };
}

async function unknownFlag(
  command: string,
  specs: readonly FlagSpec[],
  word: string,
): Promise<UserError> {
  if (!word.startsWith("-")) {
    return new UserError(
      `${command} takes flags only, got "${word}" (is a value with spaces not quoted?)`,
    );
  }
  const { nearest } = await import("../../platform/nearest.ts");
  const { name } = split(word);
  const names = specs.map((flag) => `--${flag.name}`);
  const meant = nearest(name, names);
  const hint = meant === undefined ? `it has ${names.join(", ")}` : `did you mean ${meant}?`;
  return new UserError(`${command} has no flag ${name}; ${hint}`);
}
