import type { Place } from "../support/place.ts";
import { iteratr, printed } from "./_iteratr.ts";

/** A command as its help shows it. */
export interface Manual {
  /** Without `iteratr`. */
  readonly words: readonly string[];
  readonly text: string;
  readonly flags: readonly string[];
  /** The names of the commands below it. */
  readonly commands: readonly string[];
}

/** Reads the help of a command, and those of all commands below it. */
export async function manuals(
  place: Place,
  words: readonly string[] = [],
): Promise<readonly Manual[]> {
  const text = printed(await iteratr(place, [...words, "--help"]), words.join(" "));
  const manual = { words, text, flags: flagsIn(text), commands: commandsIn(text) };
  const names = manual.commands.filter((name) => name !== "help");
  // All have ended when this fails.
  const below = await Promise.allSettled(names.map((name) => manuals(place, [...words, name])));
  return [
    manual,
    ...below.flatMap((found) => {
      if (found.status === "rejected") throw found.reason;
      return found.value;
    }),
  ];
}

function flagsIn(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => /^ {2}(?:-\w, )?(--[\w-]+)/.exec(line)?.[1] ?? []);
}

function commandsIn(text: string): readonly string[] {
  // The overview of the tools has no title above its list.
  const title = /^Usage: iteratr tool <subcommand>/.test(text) ? "Usage:" : "Commands:";
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith(title));
  if (start < 0) return [];
  const rest = lines.slice(start + 1).join("\n").split(title === "Usage:" ? "More on" : "\n\n")[0];
  return [...(rest ?? "").matchAll(/^ {2}([a-z][\w-]*)/gm)].map((match) => match[1] ?? "");
}

/** What is offered for the words typed so far, without descriptions. */
export async function offered(place: Place, words: readonly string[]): Promise<readonly string[]> {
  const text = printed(await iteratr(place, ["complete", "--", ...words]), words.join(" "));
  return text.split("\n").filter((line) => line !== "" && !line.startsWith(":"))
    .map((line) => line.split("\t")[0] ?? "");
}
