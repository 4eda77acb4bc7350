import { type Command, Option } from "commander";
import { type KeySpec, SPECS } from "../../config/table.ts";
import { COMMON, SUBCOMMANDS } from "../tool/tool.ts";
import { FILES_LINE } from "./scripts.ts";
import { offersFor } from "./offers.ts";

/** The flags and arguments that take the name of a session. */
const SESSION_TAKERS: ReadonlySet<string> = new Set(["session", "name"]);

/**
 * `iteratr complete -- WORDS`, which the scripts of the shells call at every TAB. It is our own, and not
 * `@bomb.sh/tab`: that needs a further package in bash, and knows neither `--flag=value` nor files.
 *
 * @param typed the words behind `iteratr`; the last one is being typed.
 * @param sessions tells the names to offer where a session is meant; asked only there.
 * @returns a line for each word to offer, with its meaning behind a tab.
 */
export function completion(
  program: Command,
  typed: readonly string[],
  sessions: () => readonly string[],
): string {
  addTools(program);
  const offers = offersFor(program, typed, (name, before) => {
    if (SESSION_TAKERS.has(name)) return sessions();
    if (name === "key") return SPECS.map((spec) => spec.key);
    const spec = name === "value"
      ? SPECS.find(({ key }) => key === before.at(-1))
      : SPECS.find(({ flag }) => flag?.long === name);
    return spec === undefined ? [] : wordsOf(spec);
  });
  const lines = offers.words.map(({ word, help }) => help === "" ? word : `${word}\t${help}`);
  return [...lines, ...offers.isFile ? [FILES_LINE] : []].map((line) => `${line}\n`).join("");
}

/** The tools run in a lane of their own; what is offered comes from the same tables. */
function addTools(program: Command): void {
  const tool = program.commands.find((command) => command.name() === "tool")?.helpCommand(false);
  for (const { name, help, flags } of SUBCOMMANDS) {
    const command = tool?.command(name).description(help);
    for (const flag of [...flags, ...COMMON]) {
      if (flag.name === "help") continue;
      const value = flag.value === undefined ? "" : ` <${flag.value}>`;
      const option = new Option(`--${flag.name}${value}`, flag.help);
      command?.addOption(flag.words === undefined ? option : option.choices(flag.words));
    }
  }
}

function wordsOf({ kind }: KeySpec): readonly string[] {
  switch (kind.kind) {
    case "choice":
      return kind.of;
    case "switch":
      return ["true", "false"];
    default:
      return [];
  }
}
