import type { Command } from "commander";
import { UserError } from "../platform/failure.ts";
import { nearest } from "../platform/nearest.ts";
import { EXAMPLES } from "./examples.ts";
import { overview } from "./tool/tool.ts";

/** Puts the examples below the help of every command. */
export function addExamples(program: Command): void {
  const visit = (command: Command, name: string): void => {
    const examples = EXAMPLES[name];
    if (examples !== undefined) {
      const lines = examples.map((line) => `  ${line}`).join("\n");
      command.addHelpText(
        "after",
        `\n${examples.length === 1 ? "Example" : "Examples"}:\n${lines}`,
      );
    }
    for (const below of command.commands) visit(below, `${name} ${below.name()}`.trim());
  };
  visit(program, "");
}

/**
 * `iteratr help WORDS`: the help of a command, also of one below another.
 *
 * @throws {UserError} for a command that is not there.
 */
export function helpText(program: Command, words: readonly string[]): string {
  if (words[0] === "tool") return overview();
  let command = program;
  for (const word of words) command = commandBelow(command, word);
  let text = "";
  command.configureOutput({
    ...command.configureOutput(),
    writeOut: (piece) => {
      text += piece;
    },
  });
  command.outputHelp();
  return text;
}

/**
 * The command of that name below another.
 *
 * @throws {UserError} when it is not there.
 */
export function commandBelow(command: Command, name: string): Command {
  const found = command.commands.find((below) => below.name() === name);
  if (found !== undefined) return found;
  const names = command.commands.map((below) => below.name());
  const meant = nearest(name, names);
  const hint = meant === undefined ? `there is ${names.join(", ")}` : `Did you mean ${meant}?`;
  throw new UserError(`unknown command '${name}' (${hint})`);
}
