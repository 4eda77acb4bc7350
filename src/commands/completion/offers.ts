import type { Argument, Command, Option } from "commander";

/** What can stand where a word is being typed. */
export interface Offers {
  readonly words: readonly Offer[];
  /** Whether a file can stand there too. */
  readonly isFile: boolean;
}

/** A word to offer, with what it means in a few words. */
export interface Offer {
  readonly word: string;
  readonly help: string;
}

/**
 * Tells the words of a value, where the commands themselves do not.
 *
 * @param name the long name of the flag, or the name of the argument.
 * @param before the operands before it.
 */
export type ValueWords = (name: string, before: readonly string[]) => readonly string[];

const NOTHING: Offers = { words: [], isFile: false };

/** Names of values that are files. */
const FILES: ReadonlySet<string> = new Set(["file", "dir", "path", "command", "spec"]);

/**
 * What to offer for the last of the words that were typed behind the program's name.
 *
 * @param typed the last one is being typed, and may be empty.
 */
export function offersFor(
  program: Command,
  typed: readonly string[],
  valueWords: ValueWords,
): Offers {
  const current = typed.at(-1) ?? "";
  const { command, operands, pending, isHelp } = walk(program, typed.slice(0, -1));
  // A value that may be left out is no flag.
  const isValue = pending?.required === true || !current.startsWith("-");
  if (pending !== undefined && isValue) return valuesOf(pending, current, "", operands, valueWords);
  if (isHelp) return startingWith(current, commandsOf(command));
  const equals = current.startsWith("--") ? current.indexOf("=") : -1;
  if (equals >= 0) {
    const flag = optionOf(command, current.slice(0, equals));
    const lead = current.slice(0, equals + 1);
    return flag === undefined ? NOTHING : valuesOf(flag, current, lead, operands, valueWords);
  }
  if (current.startsWith("-")) {
    return startingWith(current, [
      ...command.options.filter((option) => !option.hidden)
        .map((option) => ({ word: option.long ?? option.flags, help: option.description })),
      { word: "--help", help: "show help" },
    ]);
  }
  if (operands.length === 0 && command.commands.length > 0) {
    return startingWith(current, commandsOf(command));
  }
  const argument = command.registeredArguments[operands.length];
  return argument === undefined ? NOTHING : valuesOf(argument, current, "", operands, valueWords);
}

interface Walked {
  readonly command: Command;
  /** The words that are neither commands nor flags nor their values. */
  readonly operands: readonly string[];
  /** The flag whose value comes next. */
  readonly pending: Option | undefined;
  readonly isHelp: boolean;
}

function walk(program: Command, words: readonly string[]): Walked {
  let command = program;
  let pending: Option | undefined;
  let isHelp = false;
  const operands: string[] = [];
  for (const word of words) {
    if (pending !== undefined) {
      pending = undefined;
    } else if (word.startsWith("-")) {
      const flag = word.includes("=") ? undefined : optionOf(command, word);
      pending = flag !== undefined && (flag.required || flag.optional) ? flag : undefined;
    } else if (command === program && word === "help") {
      isHelp = true;
    } else {
      const below = command.commands.find((candidate) => candidate.name() === word);
      if (below === undefined) operands.push(word);
      else command = below;
    }
  }
  return { command, operands, pending, isHelp };
}

function optionOf(command: Command, word: string): Option | undefined {
  return command.options.find((option) => option.long === word || option.short === word);
}

function commandsOf(command: Command): readonly Offer[] {
  return command.createHelp().visibleCommands(command)
    .map((below) => ({ word: below.name(), help: below.description() }));
}

function valuesOf(
  taker: Option | Argument,
  current: string,
  lead: string,
  operands: readonly string[],
  valueWords: ValueWords,
): Offers {
  const name = "long" in taker ? taker.long?.slice(2) ?? "" : taker.name();
  const words = taker.argChoices ?? valueWords(name, operands);
  const value = "flags" in taker ? /[<[]([^>\]]+)[>\]]/.exec(taker.flags)?.[1] ?? "" : name;
  return {
    ...startingWith(current, words.map((word) => ({ word: `${lead}${word}`, help: "" }))),
    isFile: words.length === 0 && FILES.has(value),
  };
}

function startingWith(start: string, offers: readonly Offer[]): Offers {
  return { words: offers.filter(({ word }) => word.startsWith(start)), isFile: false };
}
