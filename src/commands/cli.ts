import { Argument, Command, CommanderError } from "commander";
import { UserError } from "../platform/failure.ts";
import { RUN_MARK } from "../platform/marked_processes.ts";
import { makeMask } from "../platform/mask.ts";
import { writeAllSync } from "../platform/write.ts";
import { getConfig, setConfig, showConfig, unsetConfig } from "./config.ts";
import { addConfigFlags, configFlags } from "./config_flags.ts";
import { build } from "./build/build.ts";
import type { BuildFlags } from "./build/settings.ts";
import { type ExportFlags, exportSession } from "./export.ts";
import { doctor, type DoctorFlags } from "./doctor/doctor.ts";
import { printPrompt } from "./prompt.ts";
import { type CronFlags, printCronLine } from "./cron.ts";
import { sessions, status, type StatusFlags } from "./status.ts";
import { resume } from "./resume.ts";
import { stop, type StopFlags } from "./stop.ts";
import { usage, type UsageFlags } from "./usage.ts";
import { remove, reset, type ResetFlags } from "./reset.ts";
import { type CommandWorld, dataDirectory } from "./context.ts";
import { namesAtAGlance } from "../store/glance.ts";
import { completionScript, type Shell, SHELLS } from "./completion/scripts.ts";
import { addExamples, commandBelow, helpText } from "./help.ts";
import { refuseInsideRun } from "./inside_run.ts";
import { genTemplate, type GenTemplateFlags } from "./gen_template.ts";
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
  const program = makeProgram((result) => {
    code = result;
  });
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

function makeProgram(finish: (code: number) => void): Command {
  const program = new Command("iteratr")
    .description("Works through a spec with a coding agent, unattended, until every task is done.")
    .option("-v, --version", "show the version, as the command version does")
    .option("--json", "with --version: as JSON")
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    // An option behind a command is that command's own.
    .enablePositionalOptions()
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: (text) => writeAllSync(Deno.stdout, text),
      // What is wrong is thrown, and printed where every error is.
      writeErr: () => undefined,
    });
  const buildCommand = addConfigFlags(
    program.command("build")
      .description("run iterations on a spec until it is done or a limit is reached")
      .option("-s, --spec <file>", "the spec (default: specs/SPEC.md)")
      .option("-n, --name <session>", "the session (default: the spec's name)"),
  )
    .option("-e, --extra-instructions <text>", "more to tell the agent, at the end of the prompt")
    .option("-C, --directory <dir>", "work there instead of the current directory")
    .option("--dry-run", "check everything and print it, but send nothing and change nothing")
    .option("--reset", "archive the session's log and start over")
    .option("--reopen", "go on although the session is finished")
    .option("--quiet", "print problems and the ending only")
    .option("--json", "print the run's events as lines of JSON, and nothing else, on stdout")
    .option("--timestamps", "put the time in front of every line")
    .allowExcessArguments(false)
    .action(async (flags: BuildFlags) =>
      finish(await build(flags, configFlags(buildCommand), world))
    );
  const promptCommand = addConfigFlags(
    program.command("prompt")
      .description("print the prompt that the next iteration would send; send nothing")
      .option("-s, --spec <file>", "the spec (default: specs/SPEC.md)")
      .option("-n, --name <session>", "the session (default: the spec's name)")
      .option("-e, --extra-instructions <text>", "more to tell the agent")
      .option("-C, --directory <dir>", "work there instead of the current directory"),
    ["data_dir", "template", "verify", "verify_baseline"],
  )
    .allowExcessArguments(false)
    .action((flags: BuildFlags) => printPrompt(flags, configFlags(promptCommand), world));
  program.command("version")
    .description("show the version, and what it runs on")
    .option("--json", "print it as JSON")
    .action((flags: { json?: boolean }) => world.stdout(versionText(flags.json === true)));
  program.command("gen-template")
    .description("write the built-in prompt template to a file, to be changed")
    .option("-o, --output <file>", "where to (default: .iteratr.template)")
    .option("-f, --force", "overwrite an existing file")
    .action((flags: GenTemplateFlags) => genTemplate(flags, world));
  const config = program.command("config")
    .description("show the configuration, and where each value comes from")
    .option("--json", "print it as JSON")
    .action((flags: { json?: boolean }) => showConfig(flags, world));
  config.command("get <key>")
    .description("print one value")
    .action((key: string) => getConfig(key, world));
  config.command("set <key> <value>")
    .description("set one value in the project's file")
    .option("--global", "in the global file instead")
    .action((key: string, value: string, flags: { global?: boolean }) =>
      setConfig(key, value, flags, world)
    );
  config.command("unset <key>")
    .description("remove one value from the project's file")
    .option("--global", "from the global file instead")
    .action((key: string, flags: { global?: boolean }) => unsetConfig(key, flags, world));
  program.command("status [session]")
    .description("show where a session stands; exits 0 complete, 10 open, 11 running")
    .option("--json", "print it as JSON")
    .option("--data-dir <dir>", "where sessions are kept (default: .iteratr)")
    .action(async (session: string | undefined, flags: StatusFlags) =>
      finish(await status(session, flags, world))
    );
  program.command("sessions")
    .description("list all sessions")
    .option("--json", "print them as JSON")
    .option("--running", "only those with a run going on")
    .option("--data-dir <dir>", "where sessions are kept (default: .iteratr)")
    .action((flags: StatusFlags) => sessions(flags, world));
  program.command("usage [session]")
    .description("show what a session has spent: time, tokens and cost, by task and model")
    .option("--json", "print it as JSON")
    .option("--data-dir <dir>", "where sessions are kept (default: .iteratr)")
    .action((session: string | undefined, flags: UsageFlags) => usage(session, flags, world));
  program.command("stop [session]")
    .description("ask the run that is going on to end after its iteration")
    .option("--now", "at once, in the middle of its turn")
    .option("--data-dir <dir>", "where sessions are kept (default: .iteratr)")
    .action((session: string | undefined, flags: StopFlags) => stop(session, flags, world));
  program.command("resume [session]")
    .description("let a run that waits for its provider try again now")
    .option("--data-dir <dir>", "where sessions are kept (default: .iteratr)")
    .action((session: string | undefined, flags: { dataDir?: string }) =>
      resume(session, flags, world)
    );
  const cronCommand = addConfigFlags(
    program.command("cron <spec>")
      .description("print a crontab line that runs a spec; write nothing")
      .requiredOption("--every <interval>", "how often: 15m, 2h, daily@02:00"),
    ["model", "agent.command", "data_dir"],
  ).action((spec: string, flags: CronFlags) =>
    printCronLine(spec, flags, configFlags(cronCommand), world)
  );
  program.command("export <session>")
    .description("print the log of a session, a line of JSON for each event")
    .option("--epoch <n>", "the log of a past epoch (each reset begins a new one)")
    .option("--data-dir <dir>", "where sessions are kept (default: .iteratr)")
    .action((session: string, flags: ExportFlags) => exportSession(session, flags, asItIs));
  program.command("reset <session>")
    .description("archive the log of a session and start it over")
    .option("--data-dir <dir>", "where sessions are kept (default: .iteratr)")
    .action((session: string, flags: ResetFlags) => reset(session, flags, world));
  program.command("delete <session>")
    .description("archive the log of a session and remove it")
    .option("--data-dir <dir>", "where sessions are kept (default: .iteratr)")
    .action((session: string, flags: ResetFlags) => remove(session, flags, world));
  program.command("doctor")
    .description("check that everything is set up correctly")
    .option("--check", "check the store: its file, and the views of every session against its log")
    .option("--json", "print the findings as JSON")
    .option("--data-dir <dir>", "where sessions are kept (default: .iteratr)")
    .action(async (flags: DoctorFlags) => finish(await doctor(flags, world)));
  // Runs in a lane of its own; named here for the help.
  program.command("tool").description("what the agent uses to keep its tasks and notes");
  program.command("completions")
    .description("print the script that makes TAB complete commands, flags and sessions")
    .addArgument(new Argument("<shell>", "the shell that takes it").choices(SHELLS))
    .action((shell: Shell) => world.stdout(completionScript(shell)));
  program.command("help [command...]")
    .description("show help for a command")
    .action((words: readonly string[]) => world.stdout(helpText(program, words)));
  refuseInsideRun(program, () => Boolean(Deno.env.get(RUN_MARK)));
  addExamples(program);
  return program;
}

/** The names of the sessions that are there; none when they cannot be told at once. */
function knownSessions(here: CommandWorld): readonly string[] {
  try {
    return namesAtAGlance(dataDirectory(here, undefined));
  } catch {
    return [];
  }
}
