import { CommanderError } from "commander";
import { UserError } from "../platform/failure.ts";
import { makeMask } from "../platform/mask.ts";
import { writeAllSync } from "../platform/write.ts";
import { namesAtAGlance } from "../store/glance.ts";
import { type CommandWorld, dataDirectory } from "./context.ts";
import { commandBelow } from "./help.ts";
import { makeProgram } from "./program/program.ts";
import { versionText } from "./version.ts";

/**
 * Everything but the `tool` lane: reads the command line and runs a command.
 *
 * @returns the exit code.
 * @throws {UserError} for a mistake on the command line, or whatever the command throws.
 */
export async function cli(args: readonly string[]): Promise<number> {
  const isVersion = args.includes("--version") || args.includes("-v");
  if (args[0] === "--version" || args[0] === "-v" || (args[0] === "--json" && isVersion)) {
    world.stdout(versionText(args.includes("--json")));
    return 0;
  }
  if (args[0] === "--json") {
    throw new UserError("--json goes with --version, or behind a command that has it");
  }
  let code = 0;
  const finish = (result: number): void => {
    code = result;
  };
  const program = makeProgram({ world, asItIs, finish });
  const [first, second] = args;
  // Every TAB is a call of this; the words are no command line yet.
  if (first === "complete") {
    const { completion } = await import("./completion/completion.ts");
    const typed = args.slice(second === "--" ? 2 : 1);
    world.stdout(completion(program, typed, () => knownSessions(world)));
    return 0;
  }
  if (first === "config" && second !== undefined && !second.startsWith("-")) {
    commandBelow(commandBelow(program, "config"), second);
  }
  try {
    await program.parseAsync(args.length === 0 ? ["--help"] : [...args], { from: "user" });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    throw new UserError(error.message.replace(/^error: /, ""));
  }
}

const mask = makeMask(Deno.env.toObject());

const world: CommandWorld = {
  cwd: Deno.cwd(),
  env: (name) => Deno.env.get(name),
  stdout: (text) => writeAllSync(Deno.stdout, mask(text)),
  stderr: (text) => writeAllSync(Deno.stderr, mask(text)),
};

/** A copy of a log has to be true to it: nothing is masked that was not when it was kept. */
const asItIs: CommandWorld = { ...world, stdout: (text) => writeAllSync(Deno.stdout, text) };

/** The names of the sessions that are there; none when they cannot be told at once. */
function knownSessions(here: CommandWorld): readonly string[] {
  try {
    return namesAtAGlance(dataDirectory(here, undefined));
  } catch {
    return [];
  }
}
