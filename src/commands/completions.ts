import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import { type KeySpec, SPECS } from "../config/table.ts";
import { SUBCOMMANDS } from "./tool/tool.ts";

/**
 * Adds `completions <shell>`, which prints a script for bash, zsh or fish, and the hidden `complete` that
 * the script calls at every TAB: commands, flags, names of sessions, and the words that a flag can take.
 *
 * @param sessions the names to offer where a session is meant.
 */
export function addCompletions(program: Command, sessions: readonly string[]): void {
  const completion = tab(program, { completionCommandName: "completions" });
  const offer = (words: readonly string[]) => (complete: Complete): void => {
    for (const word of words) complete(word, "");
  };
  for (const [name, command] of completion.commands) {
    const argument = command.arguments.get("session");
    if (argument !== undefined) argument.handler = offer(sessions);
    const session = command.options.get("name");
    if (session !== undefined) session.handler = offer(sessions);
    for (const spec of SPECS) {
      const option = spec.flag === undefined ? undefined : command.options.get(spec.flag.long);
      if (option !== undefined) option.handler = offer(wordsOf(spec));
    }
    const key = name.startsWith("config ") ? command.arguments.get("key") : undefined;
    if (key !== undefined) key.handler = offer(SPECS.map((spec) => spec.key));
  }
  for (const { name, help, flags } of SUBCOMMANDS) {
    const command = completion.command(`tool ${name}`, help);
    for (const flag of flags) command.option(flag.name, flag.help);
    command.option("name", "the session", offer(sessions));
    command.option("json", "print the answer as JSON");
  }
}

type Complete = (value: string, description: string) => void;

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
