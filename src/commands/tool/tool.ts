import { configFiles } from "../../config/files.ts";
import { DEFAULT_DATA_DIR, findRoot } from "../../config/root.ts";
import { UserError } from "../../platform/failure.ts";
import { lightClock } from "../../platform/light_clock.ts";
import { RUN_MARK } from "../../platform/marked_processes.ts";
import { joinPath } from "../../platform/paths.ts";
import { isSessionName, NAME_RULE } from "../../session/name.ts";
import { StoreError } from "../../store/errors.ts";
import { openStore, type Store } from "../../store/open.ts";
import { sessionNames } from "../../store/read.ts";
import { type Flags, type FlagSpec, readFlags } from "./flags.ts";
import { iterationSummary, noteAdd, noteList, sessionComplete } from "./session_commands.ts";
import type { Opened, Subcommand, ToolContext } from "./subcommand.ts";
import {
  taskAdd,
  taskBatchAdd,
  taskDepends,
  taskList,
  taskNext,
  taskPriority,
  taskStatus,
} from "./task_commands.ts";

/** What `iteratr tool` needs of the world. */
export interface ToolWorld {
  readonly cwd: string;
  env(name: string): string | undefined;
  /** Takes secrets out of a text. */
  mask(text: string): string;
  readStdin(): Promise<string>;
  stdout(text: string): void;
  stderr(text: string): void;
}

/** The subcommands, in the order in which an iteration uses them. */
export const SUBCOMMANDS: readonly Subcommand[] = [
  taskAdd,
  taskBatchAdd,
  taskStatus,
  taskPriority,
  taskDepends,
  taskList,
  taskNext,
  noteAdd,
  noteList,
  iterationSummary,
  sessionComplete,
];

/** The flags that every subcommand has. */
export const COMMON: readonly FlagSpec[] = [
  { name: "name", short: "n", value: "session", help: "the session (else ITERATR_SESSION)" },
  { name: "data-dir", value: "dir", help: "the data directory (else ITERATR_DATA_DIR)" },
  { name: "json", help: "print the answer as JSON" },
  { name: "help", short: "h", help: "show this help" },
];

/**
 * Runs `iteratr tool ARGS`: the commands that the agent uses. It works with or without a run.
 *
 * @throws {UserError | StoreError} what the caller turns into a message and an exit code.
 */
export async function tool(args: readonly string[], world: ToolWorld): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    world.stdout(overview());
    return;
  }
  const subcommand = SUBCOMMANDS.find((candidate) => candidate.name === name);
  if (subcommand === undefined) throw await unknownSubcommand(name);
  const flags = await readFlags(name, [...subcommand.flags, ...COMMON], rest);
  if (flags.has("help")) {
    world.stdout(manual(subcommand));
    return;
  }
  let opened: Promise<Opened> | undefined;
  const context: ToolContext = {
    flags,
    actor: isSet(world.env(RUN_MARK)) ? "agent" : "user",
    open: () => opened ??= openFor(subcommand, flags, world),
    text: async (flag) => {
      const value = flags.get(flag) ?? "";
      return value === "-" ? await world.readStdin() : value;
    },
    notice: (line) => world.stderr(`iteratr: ${line}\n`),
  };
  try {
    const answer = await subcommand.run(context);
    world.stdout(`${flags.has("json") ? JSON.stringify(answer.json) : answer.words}\n`);
  } finally {
    const done = await opened?.catch(() => undefined);
    await done?.store.close();
  }
}

async function openFor(subcommand: Subcommand, flags: Flags, world: ToolWorld): Promise<Opened> {
  const directory = await dataDirectory(flags.get("data-dir"), world);
  let store: Store;
  try {
    store = await openStore({
      directory,
      create: subcommand.creates,
      clock: lightClock,
      mask: world.mask,
    });
  } catch (error) {
    if (!(error instanceof StoreError) || error.fault !== "missing") throw error;
    throw new UserError(
      `there is no session yet in ${directory}: start one with "iteratr build", ` +
        "or name another place with --data-dir",
    );
  }
  try {
    return { store, session: await whichSession(store, flags, world) };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Flag, else variable, else the configuration, which is loaded for this only. */
async function dataDirectory(flag: string | undefined, world: ToolWorld): Promise<string> {
  const given = flag ?? world.env("ITERATR_DATA_DIR");
  if (isSet(given) && given.startsWith("/")) return joinPath(given);
  const { env, cwd } = world;
  const root = findRoot(cwd, env("HOME") || undefined);
  if (isSet(given)) return joinPath(root, given);
  if (flag === "") throw new UserError("--data-dir must not be empty");
  if (!configFiles(root, env).some(({ isThere }) => isThere)) {
    return joinPath(root, DEFAULT_DATA_DIR);
  }
  // A choice, so that Deno does not load it ahead of time (see main.ts).
  const { resolveConfig }: typeof import("../../config/resolve.ts") = await import(
    flag === "" ? "../../config/resolve.ts" : "../../config/resolve.ts"
  );
  return resolveConfig({ root, env, flags: new Map() }).config.data_dir;
}

async function whichSession(store: Store, flags: Flags, world: ToolWorld): Promise<string> {
  const flag = flags.get("name");
  const given = flag ?? world.env("ITERATR_SESSION");
  if (isSet(given)) {
    if (isSessionName(given)) return given;
    const where = flag === undefined ? "ITERATR_SESSION" : "--name";
    throw new UserError(`${where} must be ${NAME_RULE}, got "${given}"`);
  }
  if (flag !== undefined) throw new UserError(`--name must be ${NAME_RULE}, got ""`);
  const names = await sessionNames(store);
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw new UserError(
    names.length === 0
      ? "there is no session yet: name one with --name"
      : `several sessions exist (${names.join(", ")}): name one with --name`,
  );
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}

async function unknownSubcommand(name: string): Promise<UserError> {
  const { nearest } = await import("../../platform/nearest.ts");
  const names = SUBCOMMANDS.map((subcommand) => subcommand.name);
  const meant = nearest(name, names);
  return new UserError(
    `iteratr tool has no subcommand "${name}"; ` +
      (meant === undefined ? `it has ${names.join(", ")}` : `did you mean ${meant}?`),
  );
}

/** What `iteratr tool --help` prints. */
export function overview(): string {
  const width = Math.max(...SUBCOMMANDS.map((subcommand) => subcommand.name.length));
  const lines = SUBCOMMANDS.map(({ name, help }) => `  ${name.padEnd(width)}  ${help}`);
  return [
    "Usage: iteratr tool <subcommand> [flags]",
    "",
    "What the agent uses to keep its tasks and notes; works with or without a run.",
    "",
    ...lines,
    "",
    'More on one of them: "iteratr tool <subcommand> --help"',
    "",
  ].join("\n");
}

function manual(subcommand: Subcommand): string {
  const flags = [...subcommand.flags, ...COMMON].map((flag) => ({
    usage: [
      flag.short === undefined ? "" : `-${flag.short}, `,
      `--${flag.name}`,
      flag.value === undefined ? "" : ` <${flag.value}>`,
    ].join(""),
    help: flag.required === true ? `${flag.help} (required)` : flag.help,
  }));
  const width = Math.max(...flags.map(({ usage }) => usage.length));
  return [
    `Usage: iteratr tool ${subcommand.name} [flags]`,
    "",
    subcommand.help,
    "",
    ...flags.flatMap(({ usage, help }) =>
      wrapped(help, 76 - width).map((line, at) =>
        `  ${(at === 0 ? usage : "").padEnd(width)}  ${line}`
      )
    ),
    "",
  ].join("\n");
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
